//! The schemas of the document, each under one name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::described::Schemas;

const PREFIX: &str = "#/components/schemas/";
/// How utoipa calls a page of something.
const PAGE_OF: &str = "Page_";

/// Schemas by name.
#[derive(Debug, Default)]
pub(super) struct Components {
    schemas: BTreeMap<String, Value>,
    conflicts: BTreeSet<String>,
}

impl Components {
    /// Takes the schemas that utoipa found for an operation.
    pub(super) fn collect(&mut self, schemas: Schemas) {
        for (name, schema) in schemas {
            let mut schema = serde_json::to_value(schema).unwrap_or_default();
            rename_pages(&mut schema);
            match name.strip_prefix(PAGE_OF) {
                Some(of) => {
                    // utoipa writes the entries' schema into each page.
                    let entries = schema.pointer_mut("/properties/results/items").map(Value::take);
                    let entries = entries.filter(|entries| referred(entries).is_none());
                    entries.into_iter().for_each(|entries| self.insert(of.to_owned(), entries));
                    self.insert(page_name(of), page_of(of, &schema));
                }
                None => self.insert(name, schema),
            }
        }
    }

    /// Adds a schema. Another one of this name is a conflict.
    pub(super) fn insert(&mut self, name: String, schema: Value) {
        if self.schemas.get(&name).is_some_and(|before| *before != schema) {
            self.conflicts.insert(name);
        } else {
            self.schemas.insert(name, schema);
        }
    }

    /// The schema that a schema object names, or itself.
    pub(super) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix(PREFIX));
        name.and_then(|name| self.schemas.get(name)).unwrap_or(schema)
    }

    /// All schemas of several functions.
    ///
    /// # Errors
    /// When a name stands for two different schemas.
    pub(super) fn merged<'a>(all: impl Iterator<Item = &'a Self>) -> Result<BTreeMap<String, Value>, String> {
        let mut merged = Self::default();
        for components in all {
            merged.conflicts.extend(components.conflicts.iter().cloned());
            for (name, schema) in &components.schemas {
                merged.insert(name.clone(), schema.clone());
            }
        }
        if merged.conflicts.is_empty() {
            return Ok(merged.schemas);
        }
        let names = Vec::from_iter(merged.conflicts).join(", ");
        Err(format!("different schemas have the same name: {names}; `#[schema(as = Name)]` gives one another name"))
    }
}

/// A reference to a schema of the document.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("{PREFIX}{name}") })
}

/// The name of a schema that is referred to.
pub(super) fn referred(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(PREFIX)
}

fn page_name(of: &str) -> String {
    format!("{of}Page")
}

/// A page as the common `Page` with entries of its own.
fn page_of(of: &str, schema: &Value) -> Value {
    let description = schema.pointer("/properties/results/description").cloned().unwrap_or_default();
    let results = json!({ "type": "array", "items": reference(of), "description": description });
    json!({
        "description": format!("A page of a list whose entries are `{of}`."),
        "allOf": [
            reference("Page"),
            { "type": "object", "required": ["results"], "properties": { "results": results } },
        ],
    })
}

/// The two members that every page has.
pub(super) fn page() -> Value {
    json!({
        "type": "object",
        "description": "What every page of a list has beside its entries.",
        "required": ["next", "previous"],
        "properties": {
            "next": { "type": ["string", "null"], "format": "uri",
                "description": "The URL of the next page; null on the last one." },
            "previous": { "type": "null", "description": "Always null: cursors only lead forward." },
        },
    })
}

/// Makes utoipa's references to pages references to ours.
pub(super) fn rename_pages(value: &mut Value) {
    visit_references(value, &mut |name| {
        let renamed = name.strip_prefix(PREFIX)?.strip_prefix(PAGE_OF).map(page_name)?;
        Some(format!("{PREFIX}{renamed}"))
    });
}

fn visit_references(value: &mut Value, rename: &mut impl FnMut(&str) -> Option<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "$ref" => {
                        if let Some(renamed) = rename(text) {
                            *text = renamed;
                        }
                    }
                    _ => visit_references(member, rename),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| visit_references(item, rename)),
        _ => {}
    }
}

/// The schemas that these values lead to, and what those lead to.
pub(super) fn used(roots: &[&Value], mut schemas: BTreeMap<String, Value>) -> Map<String, Value> {
    let mut names = BTreeSet::new();
    let mut open: Vec<Value> = roots.iter().map(|root| (*root).clone()).collect();
    while let Some(mut value) = open.pop() {
        visit_references(&mut value, &mut |name| {
            if let Some(name) = name.strip_prefix(PREFIX)
                && names.insert(name.to_owned())
            {
                open.extend(schemas.get(name).cloned());
            }
            None
        });
    }
    names.into_iter().filter_map(|name| schemas.remove(&name).map(|schema| (name, schema))).collect()
}
