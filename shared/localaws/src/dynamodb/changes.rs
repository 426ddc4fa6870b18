//! The items that a request to DynamoDB writes or deletes.

use serde_json::Value;

/// An item that a request writes or deletes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// The table's name.
    pub(crate) table: String,
    /// The item's key attributes, and for puts all other attributes.
    pub(crate) item: Value,
}

/// The items that `operation` with this body writes or deletes.
pub(crate) fn targets(operation: &str, body: &Value) -> Vec<Target> {
    match operation {
        "PutItem" | "UpdateItem" | "DeleteItem" => one(body).into_iter().collect(),
        "TransactWriteItems" => {
            let actions = body.get("TransactItems").and_then(Value::as_array).into_iter().flatten();
            let writes = |action: &Value| ["Put", "Update", "Delete"].iter().find_map(|kind| one(action.get(kind)?));
            actions.filter_map(writes).collect()
        }
        "BatchWriteItem" => batch(body),
        _ => Vec::new(),
    }
}

fn one(write: &Value) -> Option<Target> {
    let table = write.get("TableName")?.as_str()?.to_owned();
    let item = write.get("Item").or_else(|| write.get("Key"))?.clone();
    Some(Target { table, item })
}

fn batch(body: &Value) -> Vec<Target> {
    let tables = body.get("RequestItems").and_then(Value::as_object).into_iter().flatten();
    let requests = tables.flat_map(|(table, requests)| {
        let requests = requests.as_array().map(Vec::as_slice).unwrap_or_default();
        requests.iter().map(move |request| (table, request))
    });
    let target = |(table, request): (&String, &Value)| {
        let put = request.pointer("/PutRequest/Item");
        let item = put.or_else(|| request.pointer("/DeleteRequest/Key"))?.clone();
        Some(Target { table: table.clone(), item })
    };
    requests.filter_map(target).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tables(operation: &str, body: &Value) -> Vec<(String, Value)> {
        targets(operation, body).into_iter().map(|target| (target.table, target.item)).collect()
    }

    #[test]
    fn every_kind_of_write_is_recognised() {
        let (a, b) = (json!({"pk": {"S": "a"}}), json!({"pk": {"S": "b"}}));
        let found = |table: &str, item: &Value| (table.to_owned(), item.clone());
        assert_eq!(tables("PutItem", &json!({"TableName": "t", "Item": a})), [found("t", &a)]);
        assert_eq!(tables("UpdateItem", &json!({"TableName": "t", "Key": a})), [found("t", &a)]);
        let transaction = json!({"TransactItems": [
            {"Put": {"TableName": "t", "Item": a}},
            {"ConditionCheck": {"TableName": "t", "Key": a}},
            {"Delete": {"TableName": "u", "Key": b}},
        ]});
        assert_eq!(tables("TransactWriteItems", &transaction), [found("t", &a), found("u", &b)]);
        let batch = json!({"RequestItems": {"t": [{"PutRequest": {"Item": a}}], "u": [{"DeleteRequest": {"Key": b}}]}});
        assert_eq!(tables("BatchWriteItem", &batch), [found("t", &a), found("u", &b)]);
        assert_eq!(tables("GetItem", &json!({"TableName": "t", "Key": a})), []);
    }
}
