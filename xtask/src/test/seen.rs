//! The list of operations and statuses that the OpenAPI document promises and no test saw.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{console, workspace::Workspace};

/// Statuses that any operation may have and that tests of the common rules see once for all of them.
const COMMON: [&str; 8] = ["401", "403", "409", "413", "415", "422", "429", "503"];
/// A test that sees it has found a mistake.
const MISTAKE: &str = "500";

/// Says which operations no test called, and which of their own statuses none saw.
pub(super) fn report(workspace: &Workspace, seen: &Path) -> Result<()> {
    let document =
        fs::read_to_string(workspace.root().join("docs/openapi.json")).context("cannot read the document")?;
    let document: Value = serde_json::from_str(&document).context("docs/openapi.json is no JSON")?;
    let unseen = unseen(&document, &fs::read_to_string(seen).unwrap_or_default());
    if unseen.is_empty() {
        console::say("The tests saw every operation and every status of the OpenAPI document.");
    } else {
        console::warn(&format!("Of the OpenAPI document no test saw:\n  {}", unseen.join("\n  ")));
    }
    Ok(())
}

/// The answers that the document has and these lines (`METHOD status path`) have not.
fn unseen(document: &Value, lines: &str) -> Vec<String> {
    let paths = document.get("paths").and_then(Value::as_object);
    let templates: Vec<&str> = paths.into_iter().flatten().map(|(path, _)| path.as_str()).collect();
    let seen: BTreeSet<(String, &str, &str)> = lines
        .lines()
        .filter_map(|line| {
            let mut words = line.splitn(3, ' ');
            let (method, status, path) = (words.next()?, words.next()?, words.next()?);
            // HEAD is answered where GET is.
            let method = if method == "HEAD" { "get".to_owned() } else { method.to_lowercase() };
            Some((method, template_of(&templates, path)?, status))
        })
        .collect();
    let mut unseen = Vec::new();
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let responses = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
            let own = responses.filter(|(status, response)| {
                let is_shared = response.get("$ref").is_some() || COMMON.contains(&status.as_str());
                !is_shared && *status != MISTAKE
            });
            for (status, _) in own {
                if !seen.contains(&(method.clone(), path, status)) {
                    unseen.push(format!("{} {path}: {status}", method.to_uppercase()));
                }
            }
        }
    }
    unseen
}

/// The path of the document that a request's path belongs to. Words go before variable segments.
fn template_of<'a>(templates: &[&'a str], path: &str) -> Option<&'a str> {
    let segments = |path: &str| path.trim_matches('/').split('/').map(ToOwned::to_owned).collect::<Vec<_>>();
    let asked = segments(path);
    let fits = |template: &&&str| {
        let of = segments(template);
        of.len() == asked.len() && of.iter().zip(&asked).all(|(one, other)| one == other || one.starts_with('{'))
    };
    templates.iter().filter(fits).min_by_key(|template| template.matches('{').count()).copied()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_no_test_saw_is_listed() {
        let own = json!({"description": "x"});
        let shared = json!({"$ref": "#/components/responses/Unauthorized"});
        let responses = json!({"200": own, "404": own, "401": shared, "429": own, "500": own});
        let operation = json!({"get": {"responses": responses}});
        let document = json!({"paths": {"/birds/{id}": operation, "/birds/all": operation}});
        let lines =
            "GET 200 /birds/wren/\nHEAD 404 /birds/x\nGET 200 /birds/all\nPOST 200 /birds/all\nGET 200 /elsewhere\n";
        assert_eq!(unseen(&document, lines), ["GET /birds/all: 404"]);
        assert_eq!(unseen(&document, "").len(), 4);
    }
}
