//! Routes in the syntax of the `matchit` crate, made from the events in the template: for the front, and for
//! `cargo lambda watch`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail, ensure};
use aviary_template::Function;

/// API Gateway's route for every path that no other route takes.
pub const DEFAULT_ROUTE: &str = "$default";

/// One entry of the router of `cargo lambda watch`, in the syntax of the `matchit` crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LocalRoute {
    /// For example `/auth/{*proxy}`.
    pub(super) path: String,
    /// Its methods; an empty list is any method.
    pub(super) methods: Vec<String>,
    /// The binary that answers.
    pub(super) function: String,
}

/// The entries of `cargo lambda watch` for the functions' events, sorted by path, and those of the default route last.
///
/// `ANY /x` with `ANY /x/{proxy+}` matches `/x`, `/x/` and all paths below, as in API Gateway.
pub(super) fn local_routes(functions: &[Function]) -> Result<Vec<LocalRoute>> {
    let mut paths: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    let mut default = BTreeSet::new();
    for function in functions {
        for route in &function.routes {
            if route.path == DEFAULT_ROUTE {
                default.insert(function.binary.as_str());
                continue;
            }
            for path in local_paths(&route.path)? {
                let methods = paths.entry(path).or_default().entry(function.binary.clone()).or_default();
                methods.insert(route.method.clone());
            }
        }
    }
    let mut routes = Vec::new();
    for (path, by_function) in paths {
        routes.extend(entries(&path, by_function)?);
    }
    let [default] = default.into_iter().collect::<Vec<_>>()[..] else {
        bail!("template.yaml must give the route `{DEFAULT_ROUTE}`, for unknown paths, to one function");
    };
    routes.extend(default_routes(&routes, default));
    Ok(routes)
}

fn entries(path: &str, by_function: BTreeMap<String, BTreeSet<String>>) -> Result<Vec<LocalRoute>> {
    let mut taken = BTreeSet::new();
    let several = by_function.len() > 1;
    let mut routes = Vec::new();
    for (function, methods) in by_function {
        let any = methods.contains("ANY");
        if (any && several) || methods.iter().any(|method| !taken.insert(method.clone())) {
            bail!("template.yaml gives {path} to two functions");
        }
        let methods = if any { Vec::new() } else { methods.into_iter().collect() };
        routes.push(LocalRoute { path: path.to_owned(), methods, function });
    }
    Ok(routes)
}

/// API Gateway's path in the local router's syntax. One path becomes two, because a tail here is never empty.
pub fn local_paths(path: &str) -> Result<Vec<String>> {
    ensure!(path.starts_with('/'), "the route `{path}` in template.yaml does not begin with a slash");
    match path.strip_suffix("{proxy+}") {
        Some(base) if base.ends_with('/') && !base.contains('{') => {
            Ok(vec![base.to_owned(), format!("{base}{{*proxy}}")])
        }
        None if !path.contains('+') => Ok(vec![path.to_owned()]),
        _ => bail!("the route `{path}` in template.yaml has no equivalent in the local router"),
    }
}

fn default_routes(routes: &[LocalRoute], function: &str) -> Vec<LocalRoute> {
    ["/", "/{*rest}"]
        .into_iter()
        .filter(|path| routes.iter().all(|route| route.path != *path))
        .map(|path| LocalRoute { path: path.to_owned(), methods: Vec::new(), function: function.to_owned() })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use aviary_template::Route;

    use super::*;

    fn function(binary: &str, routes: &[(&str, &str)]) -> Function {
        Function {
            logical_id: format!("{binary}Function"),
            binary: binary.to_owned(),
            routes: routes
                .iter()
                .map(|(method, path)| Route { method: (*method).to_owned(), path: (*path).to_owned() })
                .collect(),
            ..Function::default()
        }
    }

    fn paths(routes: &[LocalRoute]) -> Vec<(&str, &str)> {
        routes.iter().map(|route| (route.path.as_str(), route.function.as_str())).collect()
    }

    #[test]
    fn a_prefix_takes_itself_its_slash_and_everything_below() {
        let functions = [
            function("status", &[("ANY", "/status"), ("ANY", "/status/{proxy+}"), ("ANY", "$default")]),
            function("auth", &[("ANY", "/auth/{proxy+}"), ("ANY", "/auth")]),
        ];
        let routes = local_routes(&functions).unwrap();
        assert_eq!(
            paths(&routes),
            [
                ("/auth", "auth"),
                ("/auth/", "auth"),
                ("/auth/{*proxy}", "auth"),
                ("/status", "status"),
                ("/status/", "status"),
                ("/status/{*proxy}", "status"),
                ("/", "status"),
                ("/{*rest}", "status"),
            ]
        );
        assert!(routes.iter().all(|route| route.methods.is_empty()));
    }

    #[test]
    fn the_order_of_the_template_does_not_matter() {
        let auth = function("auth", &[("ANY", "/auth")]);
        let status = function("status", &[("ANY", "/status"), ("ANY", "$default")]);
        assert_eq!(local_routes(&[auth.clone(), status.clone()]).unwrap(), local_routes(&[status, auth]).unwrap());
    }

    #[test]
    fn methods_are_kept_and_shared_paths_split() {
        let functions = [
            function("status", &[("GET", "/x"), ("HEAD", "/x"), ("ANY", "$default")]),
            function("auth", &[("POST", "/x")]),
        ];
        let routes = local_routes(&functions).unwrap();
        let methods: Vec<_> = routes.iter().take(2).map(|route| route.methods.clone()).collect();
        assert_eq!(methods, [vec!["POST".to_owned()], vec!["GET".to_owned(), "HEAD".to_owned()]]);
    }

    #[test]
    fn one_path_for_two_functions_is_refused() {
        for method in ["ANY", "GET"] {
            let functions = [function("status", &[("GET", "/x")]), function("auth", &[(method, "/x")])];
            assert!(local_routes(&functions).unwrap_err().to_string().contains("/x"), "{method}");
        }
    }

    #[test]
    fn an_unknown_tail_and_any_number_of_default_routes_but_one_are_refused() {
        assert!(local_routes(&[function("status", &[("ANY", "/x/{rest+}")])]).is_err());
        assert!(local_routes(&[function("status", &[("ANY", "x")])]).is_err());
        assert!(local_routes(&[function("auth", &[("ANY", "/x")])]).is_err());
        let twice = [function("auth", &[("ANY", "$default")]), function("status", &[("ANY", "$default")])];
        assert!(local_routes(&twice).is_err());
    }
}
