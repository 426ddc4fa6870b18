use anyhow::{Context, Result};
use aviary_template::local_access_key;
use toml_edit::{DocumentMut, Item, Table, TableLike, value};

use super::manifest::implicit_table;

const REMARK: &str =
    "\n# Written by `cargo xtask routes`: by its access key the local AWS knows which function calls, and its role.\n";
const ACCESS_KEY: &str = "AWS_ACCESS_KEY_ID";

/// The manifest with an access key for each of these functions, for `cargo lambda watch`, in place of those it has.
pub fn with_callers(manifest: &str, functions: &[&str]) -> Result<String> {
    let mut document: DocumentMut = manifest.parse().context("Cargo.toml is not valid")?;
    let mut place: &mut dyn TableLike = document.as_table_mut();
    for key in ["workspace", "metadata", "lambda"] {
        let item = place.entry(key).or_insert_with(implicit_table);
        place = item.as_table_like_mut().with_context(|| format!("`{key}` in Cargo.toml is not a table"))?;
    }
    let before = place.get("bin").and_then(Item::as_table).and_then(Table::position);
    let mut callers = Table::new();
    callers.decor_mut().set_prefix(REMARK);
    callers.set_position(before.or(Some(isize::MAX)));
    for function in functions {
        let mut environment = dotted();
        environment.insert(ACCESS_KEY, value(local_access_key(function)));
        let mut settings = dotted();
        settings.insert("env", Item::Table(environment));
        callers.insert(function, Item::Table(settings));
    }
    place.insert("bin", Item::Table(callers));
    Ok(document.to_string())
}

fn dotted() -> Table {
    let mut table = Table::new();
    table.set_dotted(true);
    table
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const MANIFEST: &str =
        "[workspace]\nresolver = \"3\"\n\n[[workspace.metadata.lambda.watch.router]]\npath = \"/\"\n";

    #[test]
    fn each_function_has_its_own_key_and_the_rest_stays() {
        let text = with_callers(MANIFEST, &["auth", "keys"]).unwrap();
        assert!(text.starts_with(MANIFEST), "{text}");
        let callers = "[workspace.metadata.lambda.bin]\nauth.env.AWS_ACCESS_KEY_ID = \"local-auth\"\nkeys.env.AWS_ACCESS_KEY_ID = \"local-keys\"\n";
        assert!(text.ends_with(callers), "{text}");
    }

    #[test]
    fn writing_again_replaces_what_was_there() {
        let once = with_callers(MANIFEST, &["auth", "keys"]).unwrap();
        assert_eq!(with_callers(&once, &["auth", "keys"]).unwrap(), once);
        let other = with_callers(&once, &["users"]).unwrap();
        assert!(!other.contains("local-auth") && other.contains("users.env.AWS_ACCESS_KEY_ID"), "{other}");
    }
}
