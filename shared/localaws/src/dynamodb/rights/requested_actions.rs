//! The IAM actions that a request to DynamoDB needs.
//!
//! From AWS's Service Authorization Reference and DynamoDB's Developer Guide:
//! - An operation needs the action of its name on the table; a query or scan of an index needs it on the index only.
//! - A batch needs its own action once for each table.
//! - A transaction has no action of its own: each part needs `PutItem`, `UpdateItem`, `DeleteItem`, `GetItem` or
//!   `ConditionCheckItem`.
//! - `dynamodb:LeadingKeys` has the values of the partition key, of the index if one is queried. A scan has none, so it
//!   passes `ForAllValues`; a statement excludes scans with `Null`.
//! - `dynamodb:Attributes` has the top-level attributes that the request names, keys included.
//! - `dynamodb:ReturnValues` is the parameter of that name, if it is given.

use std::collections::{BTreeSet, HashMap};

use aviary_template::{KeyElement, Table};
use iam_rs::ContextValue;
use serde_json::Value;

use super::expression;
use crate::iam::{RequestedAction, table_arn};

const EXPRESSIONS: [&str; 5] =
    ["UpdateExpression", "ConditionExpression", "KeyConditionExpression", "FilterExpression", "ProjectionExpression"];
const PARTS: [(&str, &str); 5] = [
    ("Put", "PutItem"),
    ("Update", "UpdateItem"),
    ("Delete", "DeleteItem"),
    ("ConditionCheck", "ConditionCheckItem"),
    ("Get", "GetItem"),
];

/// The partition keys of tables and indexes.
pub(super) struct Tables(HashMap<String, Keys>);

struct Keys {
    own: String,
    indexes: HashMap<String, String>,
}

impl Tables {
    pub(super) fn of(tables: &[Table]) -> Self {
        Self(tables.iter().map(|table| (table.name.clone(), Keys::of(table))).collect())
    }

    /// The name of the partition key attribute.
    fn partition(&self, table: &str, index: Option<&str>) -> Option<&str> {
        let keys = self.0.get(table)?;
        Some(match index {
            Some(index) => keys.indexes.get(index)?,
            None => &keys.own,
        })
    }
}

impl Keys {
    fn of(table: &Table) -> Self {
        let indexes = table.indexes.iter().chain(&table.local_indexes);
        Self {
            own: hash_key(&table.key_schema),
            indexes: indexes.map(|index| (index.name.clone(), hash_key(&index.key_schema))).collect(),
        }
    }
}

fn hash_key(schema: &[KeyElement]) -> String {
    let hash = schema.iter().find(|key| key.role == "HASH");
    hash.map(|key| key.attribute.clone()).unwrap_or_default()
}

/// All actions that must be allowed for `operation` with this body.
pub(super) fn requested_actions(tables: &Tables, operation: &str, body: &Value) -> Vec<RequestedAction> {
    match operation {
        "TransactWriteItems" | "TransactGetItems" => {
            let parts = body.get("TransactItems").and_then(Value::as_array).into_iter().flatten();
            parts.map(|part| transacted(tables, part)).collect()
        }
        "BatchGetItem" | "BatchWriteItem" => {
            let requests = body.get("RequestItems").and_then(Value::as_object).into_iter().flatten();
            requests.map(|(table, requests)| batch(tables, operation, table, requests)).collect()
        }
        _ => vec![single(tables, operation, body)],
    }
}

fn transacted(tables: &Tables, part: &Value) -> RequestedAction {
    let found = PARTS.iter().find_map(|(name, action)| part.get(name).map(|part| (action, part)));
    match found {
        Some((action, part)) => single(tables, action, part),
        None => requested("TransactWriteItems", "*".to_owned(), Details::default()),
    }
}

fn single(tables: &Tables, action: &str, request: &Value) -> RequestedAction {
    let text = |name: &str| request.get(name).and_then(Value::as_str);
    let Some(table) = text("TableName") else {
        let stream = text("StreamArn").unwrap_or("*").to_owned();
        return requested(action, stream, Details::default());
    };
    let index = text("IndexName");
    let resource = match index {
        Some(index) => format!("{}/index/{index}", table_arn(table)),
        None => table_arn(table),
    };
    let mut details = Details { return_values: text("ReturnValues").map(str::to_owned), ..Details::default() };
    let partition = tables.partition(table, index);
    for item in ["Key", "Item"].iter().filter_map(|name| request.get(name)) {
        details.item(partition, item);
    }
    details.expressions(request);
    if action == "GetItem" {
        // A read without a projection is one of all attributes.
        let select = if text("ProjectionExpression").is_some() { "SPECIFIC_ATTRIBUTES" } else { "ALL_ATTRIBUTES" };
        details.select = Some(select.to_owned());
    }
    if let (Some(partition), Some(condition)) = (partition, text("KeyConditionExpression")) {
        let (names, values) = (request.get("ExpressionAttributeNames"), request.get("ExpressionAttributeValues"));
        details.leading_keys.extend(expression::equal_to(condition, names, values, partition).and_then(key_text));
    }
    requested(action, resource, details)
}

fn batch(tables: &Tables, action: &str, table: &str, requests: &Value) -> RequestedAction {
    let partition = tables.partition(table, None);
    let mut details = Details::default();
    details.expressions(requests);
    let keys = requests.get("Keys").and_then(Value::as_array).into_iter().flatten();
    let writes = requests.as_array().into_iter().flatten();
    let written =
        writes.filter_map(|write| write.pointer("/PutRequest/Item").or_else(|| write.pointer("/DeleteRequest/Key")));
    for item in keys.chain(written) {
        details.item(partition, item);
    }
    requested(action, table_arn(table), details)
}

fn requested(action: &str, resource: String, details: Details) -> RequestedAction {
    let several = |values: BTreeSet<String>| {
        // A condition key without values is absent.
        (!values.is_empty()).then(|| ContextValue::StringList(values.into_iter().collect()))
    };
    let context = [
        ("dynamodb:LeadingKeys", several(details.leading_keys)),
        ("dynamodb:Attributes", several(details.attributes)),
        ("dynamodb:ReturnValues", details.return_values.map(ContextValue::String)),
        ("dynamodb:Select", details.select.map(ContextValue::String)),
    ];
    let context = context.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
    RequestedAction { action: format!("dynamodb:{action}"), resource, context }
}

/// The values of a request that conditions can test.
#[derive(Default)]
struct Details {
    leading_keys: BTreeSet<String>,
    attributes: BTreeSet<String>,
    return_values: Option<String>,
    select: Option<String>,
}

impl Details {
    /// Adds an item, or the key of one.
    fn item(&mut self, partition: Option<&str>, item: &Value) {
        self.leading_keys.extend(partition.and_then(|name| item.get(name)).and_then(key_text));
        self.attributes.extend(item.as_object().into_iter().flat_map(|item| item.keys().cloned()));
    }

    /// Adds the attributes that expressions name.
    fn expressions(&mut self, request: &Value) {
        let names = request.get("ExpressionAttributeNames");
        for expression in EXPRESSIONS.iter().filter_map(|name| request.get(name)?.as_str()) {
            self.attributes.extend(expression::attributes(expression, names));
        }
    }
}

/// A key's value as text: a string as it is, a number as its digits, bytes as base64.
fn key_text(value: &Value) -> Option<String> {
    ["S", "N", "B"].iter().find_map(|kind| value.get(kind)?.as_str()).map(str::to_owned)
}

#[cfg(test)]
mod tests;
