use anyhow::{Context, Result};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, TableLike, value};

use super::LocalRoute;

const REMARK: &str =
    "\n# Written by `cargo xtask routes` from the events in template.yaml; a test fails when they differ.\n";

const AT_THE_END: isize = isize::MAX;

/// The manifest with these routes in place of those it has; everything else stays as it is.
pub fn with_routes(manifest: &str, routes: &[LocalRoute]) -> Result<String> {
    let mut document: DocumentMut = manifest.parse().context("Cargo.toml is not valid")?;
    let mut place: &mut dyn TableLike = document.as_table_mut();
    for key in ["workspace", "metadata", "lambda", "watch"] {
        let item = place.entry(key).or_insert_with(implicit_table);
        place = item.as_table_like_mut().with_context(|| format!("`{key}` in Cargo.toml is not a table"))?;
    }
    let position = first_position(place).unwrap_or(AT_THE_END);
    let mut entries = ArrayOfTables::new();
    for (index, route) in routes.iter().enumerate() {
        let mut table = entry(route);
        table.set_position(Some(position));
        table.decor_mut().set_prefix(if index == 0 { REMARK } else { "\n" });
        entries.push(table);
    }
    place.insert("router", Item::ArrayOfTables(entries));
    Ok(document.to_string())
}

fn entry(route: &LocalRoute) -> Table {
    let mut table = Table::new();
    table.insert("path", value(&route.path));
    if !route.methods.is_empty() {
        table.insert("methods", value(route.methods.iter().collect::<Array>()));
    }
    table.insert("function", value(&route.function));
    table
}

/// Where the routes stand in the file now, so that they keep their place.
fn first_position(place: &dyn TableLike) -> Option<isize> {
    let routes = place.get("router")?.as_array_of_tables()?;
    routes.iter().next()?.position()
}

pub(super) fn implicit_table() -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    Item::Table(table)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const MANIFEST: &str = "[workspace]\nresolver = \"3\" # a remark\n\n[profile.release]\nlto = \"thin\"\n";

    fn route(path: &str, methods: &[&str]) -> LocalRoute {
        LocalRoute {
            path: path.to_owned(),
            methods: methods.iter().map(|method| (*method).to_owned()).collect(),
            function: "auth".to_owned(),
        }
    }

    #[test]
    fn routes_are_added_and_the_rest_stays() {
        let text = with_routes(MANIFEST, &[route("/a", &[]), route("/b", &["GET"])]).unwrap();
        assert!(text.starts_with(MANIFEST), "{text}");
        assert!(text.contains("[[workspace.metadata.lambda.watch.router]]\npath = \"/a\"\nfunction = \"auth\"\n"));
        assert!(text.contains("path = \"/b\"\nmethods = [\"GET\"]\nfunction = \"auth\"\n"));
        assert!(!text.contains("[workspace.metadata]"), "{text}");
    }

    #[test]
    fn writing_twice_changes_nothing() {
        let routes = [route("/a", &[]), route("/b", &[])];
        let once = with_routes(MANIFEST, &routes).unwrap();
        assert_eq!(with_routes(&once, &routes).unwrap(), once);
    }

    #[test]
    fn new_routes_take_the_place_of_the_old_between_other_tables() {
        let before = format!("{}\n[profile.dev]\ndebug = 0\n", with_routes(MANIFEST, &[route("/old", &[])]).unwrap());
        let after = with_routes(&before, &[route("/new", &[]), route("/newer", &[])]).unwrap();
        assert!(!after.contains("/old"));
        let at = |text: &str| after.find(text).unwrap();
        assert!(at("lto") < at("/new") && at("/newer") < at("[profile.dev]"), "{after}");
        assert_eq!(with_routes(&after, &[route("/new", &[]), route("/newer", &[])]).unwrap(), after);
    }

    #[test]
    fn other_settings_of_the_local_server_are_kept() {
        let manifest = format!("{MANIFEST}\n[workspace.metadata.lambda.build]\ncompiler = {{ type = \"cargo\" }}\n");
        assert!(with_routes(&manifest, &[route("/a", &[])]).unwrap().starts_with(&manifest));
    }
}
