//! The OpenAPI document: it is made from the code, and it is what the service serves.

use std::collections::BTreeSet;
use std::path::PathBuf;

use aviary_web::openapi::{Documented, Examples, document};
use e2e::Service;
use serde_json::Value;
use xtask::workspace::Workspace;

use super::routes::tables;

pub(crate) fn file(name: &str) -> PathBuf {
    Workspace::locate().unwrap().root().join("docs").join(name)
}

/// The examples that were recorded from a running service.
pub(crate) fn examples() -> Examples {
    let text = std::fs::read_to_string(file("examples.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The document, made anew.
pub(crate) fn made() -> Value {
    let functions: Vec<Documented> = tables().into_iter().map(|table| table.documented).collect();
    document(&functions, &examples()).unwrap()
}

/// The operations of the document, each with its method, path and operation object.
pub(crate) fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let operations = item.as_object().unwrap().clone();
        let path = path.clone();
        operations.into_iter().map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
    };
    paths.iter().flat_map(of_path).collect()
}

/// `AVIARY_WRITE_DOCS=1` writes it anew.
#[test]
fn docs_openapi_is_what_the_code_says() {
    let expected = format!("{:#}\n", made());
    if std::env::var_os("AVIARY_WRITE_DOCS").is_some() {
        std::fs::write(file("openapi.json"), &expected).unwrap();
    }
    let found = std::fs::read_to_string(file("openapi.json")).unwrap_or_default();
    assert!(found == expected, "docs/openapi.json is out of date: `cargo xtask openapi` writes it");
}

#[tokio::test]
async fn the_service_serves_the_document() {
    let answer = Service::running().get("/openapi.json").send().await.with_status(200);
    let written: Value = serde_json::from_str(&std::fs::read_to_string(file("openapi.json")).unwrap()).unwrap();
    assert_eq!(answer.json(), written);
}

#[test]
fn every_operation_has_an_id_of_its_own_a_section_and_an_answer() {
    let document = made();
    let mut ids = BTreeSet::new();
    let sections: Vec<&Value> = document["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    for (method, path, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap().to_owned();
        assert!(ids.insert(id.clone()), "{method} {path}: {id} is there twice");
        let tags = operation["tags"].as_array().unwrap();
        assert!(!tags.is_empty() && tags.iter().all(|tag| sections.contains(&tag)), "{method} {path}: {tags:?}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with(['2', '3'])), "{method} {path}");
        for name in path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()) {
            let described = |parameter: &&Value| parameter["in"] == "path" && parameter["name"] == name;
            let parameters = operation["parameters"].as_array().unwrap();
            assert_eq!(parameters.iter().filter(described).count(), 1, "{method} {path}: {name}");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references(value: &Value, all: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match member.as_str() {
                        Some(target) if name == "$ref" => drop(all.insert(target.to_owned())),
                        _ => references(member, all),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, all)),
            _ => {}
        }
    }
    let document = made();
    let mut all = BTreeSet::new();
    references(&document, &mut all);
    assert!(all.len() > 50, "{all:?}");
    for target in all {
        let pointer = target.strip_prefix('#').unwrap_or_else(|| panic!("{target} leads elsewhere"));
        assert!(document.pointer(pointer).is_some(), "{target} leads nowhere");
    }
}
