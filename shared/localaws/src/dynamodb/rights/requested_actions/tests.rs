//! The actions that each kind of request needs.

use aviary_template::{Index, Projection};
use serde_json::json;

use super::*;

fn schema(hash: &str) -> Vec<KeyElement> {
    vec![KeyElement { attribute: hash.to_owned(), role: "HASH".to_owned() }]
}

fn tables() -> Tables {
    let projection = Projection { kind: "ALL".to_owned(), attributes: Vec::new() };
    let index =
        |name: &str, hash| Index { name: name.to_owned(), key_schema: schema(hash), projection: projection.clone() };
    let table = |name: &str| Table {
        logical_id: name.to_owned(),
        name: name.to_owned(),
        attributes: Vec::new(),
        key_schema: schema("pk"),
        indexes: vec![index("lists", "list_pk")],
        local_indexes: vec![index("recent", "pk")],
        ttl_attribute: None,
        stream_view: None,
    };
    Tables::of(&[table("t"), table("u")])
}

/// Each action as its name, resource below the account, leading keys, and attributes.
fn asked(operation: &str, body: &Value) -> Vec<(String, String, Vec<String>, Vec<String>)> {
    let of = |action: &RequestedAction, key: &str| match action.context.iter().find(|(name, _)| *name == key) {
        Some((_, ContextValue::StringList(values))) => values.clone(),
        _ => Vec::new(),
    };
    let row = |action: RequestedAction| {
        let (keys, attributes) = (of(&action, "dynamodb:LeadingKeys"), of(&action, "dynamodb:Attributes"));
        let resource = action.resource.rsplit(':').next().unwrap().to_owned();
        (action.action, resource, keys, attributes)
    };
    requested_actions(&tables(), operation, body).into_iter().map(row).collect()
}

fn row(action: &str, resource: &str, keys: &[&str], attributes: &[&str]) -> (String, String, Vec<String>, Vec<String>) {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    (format!("dynamodb:{action}"), resource.to_owned(), owned(keys), owned(attributes))
}

fn key(pk: &str) -> Value {
    json!({"pk": {"S": pk}, "sk": {"S": "-"}})
}

#[test]
fn an_operation_on_one_item_needs_its_own_action() {
    let body = json!({"TableName": "t", "Key": key("U#1")});
    assert_eq!(asked("GetItem", &body), [row("GetItem", "table/t", &["U#1"], &["pk", "sk"])]);
    let body = json!({"TableName": "t", "Item": {"pk": {"N": "7"}, "name": {"S": "x"}}});
    assert_eq!(asked("PutItem", &body), [row("PutItem", "table/t", &["7"], &["name", "pk"])]);
    let body = json!({
        "TableName": "t", "Key": key("U#1"), "ReturnValues": "ALL_NEW",
        "UpdateExpression": "SET #n = :v", "ConditionExpression": "attribute_exists(there)",
        "ExpressionAttributeNames": {"#n": "name"},
    });
    assert_eq!(asked("UpdateItem", &body), [row("UpdateItem", "table/t", &["U#1"], &["name", "pk", "sk", "there"])]);
    let action = requested_actions(&tables(), "UpdateItem", &body).remove(0);
    assert!(action.context.contains(&("dynamodb:ReturnValues", ContextValue::String("ALL_NEW".to_owned()))));
}

#[test]
fn a_query_of_an_index_needs_the_index_and_has_its_partition_key() {
    let query = |index: Option<&str>, condition: &str| {
        let values = json!({":a": {"S": "A"}, ":b": {"S": "B"}});
        let mut body =
            json!({"TableName": "t", "KeyConditionExpression": condition, "ExpressionAttributeValues": values});
        if let Some(index) = index {
            body["IndexName"] = index.into();
        }
        asked("Query", &body).remove(0)
    };
    assert_eq!(query(None, "pk = :a"), row("Query", "table/t", &["A"], &["pk"]));
    let listed = query(Some("lists"), "list_pk = :b AND list_sk > :a");
    assert_eq!(listed, row("Query", "table/t/index/lists", &["B"], &["list_pk", "list_sk"]));
    assert_eq!(query(Some("recent"), "pk = :a"), row("Query", "table/t/index/recent", &["A"], &["pk"]));
    // The table's key is not the index's, and the keys of an unknown index are unknown.
    assert_eq!(query(Some("lists"), "pk = :a").2, Vec::<String>::new());
    assert_eq!(query(Some("other"), "pk = :a"), row("Query", "table/t/index/other", &[], &["pk"]));
}

#[test]
fn a_scan_has_no_leading_keys() {
    let scan = json!({"TableName": "t", "IndexName": "lists"});
    assert_eq!(asked("Scan", &scan), [row("Scan", "table/t/index/lists", &[], &[])]);
}

#[test]
fn a_batch_needs_its_action_once_per_table_with_all_keys() {
    let body = json!({"RequestItems": {
        "t": {"Keys": [key("a"), key("b")], "ProjectionExpression": "x, y.z"},
        "u": {"Keys": [key("c")]},
    }});
    assert_eq!(
        asked("BatchGetItem", &body),
        [
            row("BatchGetItem", "table/t", &["a", "b"], &["pk", "sk", "x", "y"]),
            row("BatchGetItem", "table/u", &["c"], &["pk", "sk"])
        ]
    );
    let body = json!({"RequestItems": {"t": [
        {"PutRequest": {"Item": {"pk": {"S": "a"}, "n": {"N": "1"}}}},
        {"DeleteRequest": {"Key": key("b")}},
    ]}});
    assert_eq!(asked("BatchWriteItem", &body), [row("BatchWriteItem", "table/t", &["a", "b"], &["n", "pk", "sk"])]);
}

#[test]
fn each_part_of_a_transaction_needs_its_own_action() {
    let body = json!({"TransactItems": [
        {"Put": {"TableName": "t", "Item": key("a")}},
        {"Update": {"TableName": "t", "Key": key("b"), "UpdateExpression": "SET n = :n"}},
        {"Delete": {"TableName": "u", "Key": key("c")}},
        {"ConditionCheck": {"TableName": "u", "Key": key("d"), "ConditionExpression": "attribute_exists(pk)"}},
        {"Something": {"TableName": "u", "Key": key("e")}},
    ]});
    assert_eq!(
        asked("TransactWriteItems", &body),
        [
            row("PutItem", "table/t", &["a"], &["pk", "sk"]),
            row("UpdateItem", "table/t", &["b"], &["n", "pk", "sk"]),
            row("DeleteItem", "table/u", &["c"], &["pk", "sk"]),
            row("ConditionCheckItem", "table/u", &["d"], &["pk", "sk"]),
            row("TransactWriteItems", "*", &[], &[]),
        ]
    );
    let body = json!({"TransactItems": [{"Get": {"TableName": "t", "Key": key("a")}}]});
    assert_eq!(asked("TransactGetItems", &body), [row("GetItem", "table/t", &["a"], &["pk", "sk"])]);
}

#[test]
fn a_request_without_a_table_needs_every_resource() {
    assert_eq!(asked("ListTables", &json!({})), [row("ListTables", "*", &[], &[])]);
    assert_eq!(asked("GetItem", &Value::Null), [row("GetItem", "*", &[], &[])]);
    let stream = json!({"StreamArn": "arn:aws:dynamodb:r:1:table/t/stream/1"});
    assert_eq!(asked("DescribeStream", &stream), [row("DescribeStream", "table/t/stream/1", &[], &[])]);
}
