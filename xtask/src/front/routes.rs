//! Which function a request goes to.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use matchit::Router;

use super::function::FrontFunction;
use crate::local::{DEFAULT_ROUTE, local_paths};

/// A route of a function, and what the path has in place of its variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Name of the function.
    pub(super) function: String,
    /// For example `ANY /auth/{proxy+}`.
    pub(super) key: String,
    /// As sent.
    pub(super) parameters: BTreeMap<String, String>,
}

#[derive(Clone, Debug)]
struct Target {
    method: String,
    key: String,
    function: String,
}

/// All functions' routes. Paths that no other route takes go to the default route.
#[derive(Clone, Debug)]
pub(super) struct Routes {
    router: Router<Vec<Target>>,
    default: Option<String>,
}

impl Routes {
    /// Collects the functions' routes.
    pub(super) fn of(functions: &[FrontFunction]) -> Result<Self> {
        let mut paths: BTreeMap<String, Vec<Target>> = BTreeMap::new();
        let mut default = None;
        for function in functions {
            for route in &function.routes {
                let name = function.name.clone();
                if route.path == DEFAULT_ROUTE {
                    default = Some(name);
                    continue;
                }
                let key = format!("{} {}", route.method, route.path);
                let target = Target { method: route.method.clone(), key, function: name };
                for path in local_paths(&route.path)? {
                    let targets = paths.entry(path.clone()).or_default();
                    // A prefix's own route takes `/x`, the one of what is below takes `/x/`.
                    if targets.iter().any(|other| other.method == target.method) {
                        bail!("template.yaml gives {path} to two functions");
                    }
                    targets.push(target.clone());
                }
            }
        }
        let mut router = Router::new();
        for (path, targets) in paths {
            router.insert(&path, targets).with_context(|| format!("the route {path} of template.yaml is refused"))?;
        }
        Ok(Self { router, default })
    }

    /// The most specific route for a path as it was sent; the default route if none takes it.
    pub(super) fn find(&self, method: &str, path: &str) -> Option<Found> {
        let matched = self.router.at(path).ok().and_then(|matched| {
            let target = matched.value.iter().find(|target| [method, "ANY"].contains(&&*target.method))?;
            let mut parameters: BTreeMap<String, String> =
                matched.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            if target.key.ends_with("{proxy+}") {
                // The tail of `/x/` is empty.
                parameters.entry("proxy".to_owned()).or_default();
            }
            Some(Found { function: target.function.clone(), key: target.key.clone(), parameters })
        });
        matched.or_else(|| {
            let function = self.default.clone()?;
            Some(Found { function, key: DEFAULT_ROUTE.to_owned(), parameters: BTreeMap::new() })
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use aviary_template::Route;

    use super::*;
    use crate::workspace::Workspace;

    fn routes(functions: &[(&str, &[(&str, &str)])]) -> Result<Routes> {
        let functions: Vec<FrontFunction> = functions
            .iter()
            .map(|(name, routes)| FrontFunction {
                name: (*name).to_owned(),
                program: "none".into(),
                workspace: Workspace::locate().unwrap(),
                environment: BTreeMap::new(),
                routes: routes
                    .iter()
                    .map(|(method, path)| Route { method: (*method).to_owned(), path: (*path).to_owned() })
                    .collect(),
                memory_mb: 128,
                timeout: Duration::from_secs(1),
            })
            .collect();
        Routes::of(&functions)
    }

    fn found(routes: &Routes, method: &str, path: &str) -> (String, String) {
        let found = routes.find(method, path).unwrap();
        (found.function, found.key)
    }

    #[test]
    fn the_most_specific_route_wins_and_the_default_takes_the_rest() {
        let routes = routes(&[
            ("auth", &[("ANY", "/auth"), ("ANY", "/auth/{proxy+}")]),
            ("users", &[("ANY", "/auth/users/{proxy+}")]),
            ("docs", &[("ANY", "$default")]),
        ])
        .unwrap();
        for (path, function, key) in [
            ("/auth", "auth", "ANY /auth"),
            ("/auth/", "auth", "ANY /auth/{proxy+}"),
            ("/auth/login/", "auth", "ANY /auth/{proxy+}"),
            ("/auth/users/x", "users", "ANY /auth/users/{proxy+}"),
            ("/auth%2Flogin", "docs", "$default"),
            ("/authx", "docs", "$default"),
            ("/", "docs", "$default"),
        ] {
            assert_eq!(found(&routes, "POST", path), (function.to_owned(), key.to_owned()), "{path}");
        }
        assert_eq!(
            routes.find("GET", "/auth/a/b%2Fc").unwrap().parameters,
            [("proxy".into(), "a/b%2Fc".into())].into()
        );
        assert_eq!(routes.find("GET", "/auth/").unwrap().parameters, [("proxy".into(), String::new())].into());
    }

    #[test]
    fn a_method_that_no_route_takes_goes_to_the_default() {
        let routes = routes(&[("a", &[("GET", "/x"), ("HEAD", "/x")]), ("b", &[("POST", "/x"), ("ANY", "$default")])]);
        let routes = routes.unwrap();
        for (method, function) in [("GET", "a"), ("HEAD", "a"), ("POST", "b"), ("PUT", "b")] {
            assert_eq!(found(&routes, method, "/x").0, function, "{method}");
        }
        assert_eq!(found(&routes, "PUT", "/x").1, "$default");
    }

    #[test]
    fn a_path_of_two_functions_is_refused() {
        let error = routes(&[("a", &[("ANY", "/x")]), ("b", &[("ANY", "/x")])]).unwrap_err().to_string();
        assert!(error.contains("/x"), "{error}");
    }
}
