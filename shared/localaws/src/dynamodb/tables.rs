//! Creates tables as the template defines them, and compares existing ones with it.

use aviary_template::{Attribute, Index, KeyElement, Projection, Table};
use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::{Database, DynoxideError};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::error::StartError;

const GLOBAL: &str = "GlobalSecondaryIndexes";
const LOCAL: &str = "LocalSecondaryIndexes";

/// Creates `table` if it is missing, and completes an interrupted creation.
pub(crate) fn ensure(database: &Database, table: &Table) -> Result<(), StartError> {
    match describe(database, &table.name)? {
        Some(found) => compare(table, &found)?,
        None => {
            database.create_table(request(creation(table))?).map_err(|error| refused(&error))?;
            tracing::info!(table = table.name, "table created");
        }
    }
    ensure_ttl(database, table)
}

fn describe(database: &Database, name: &str) -> Result<Option<Value>, StartError> {
    match database.describe_table(DescribeTableRequest { table_name: name.to_owned() }) {
        Ok(answer) => Ok(Some(as_json(&answer.table)?)),
        Err(DynoxideError::ResourceNotFoundException(_)) => Ok(None),
        Err(error) => Err(refused(&error)),
    }
}

fn creation(table: &Table) -> Value {
    let mut request = json!({
        "TableName": table.name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": table.attributes.iter()
            .map(|attribute| json!({"AttributeName": attribute.name, "AttributeType": attribute.kind}))
            .collect::<Vec<_>>(),
        "KeySchema": key_schema(&table.key_schema),
    });
    if let Some(fields) = request.as_object_mut() {
        for (kind, indexes) in [(GLOBAL, &table.indexes), (LOCAL, &table.local_indexes)] {
            if !indexes.is_empty() {
                fields.insert(kind.to_owned(), indexes.iter().map(index).collect());
            }
        }
        if let Some(view) = &table.stream_view {
            let stream = json!({"StreamEnabled": true, "StreamViewType": view});
            fields.insert("StreamSpecification".to_owned(), stream);
        }
    }
    request
}

fn key_schema(keys: &[KeyElement]) -> Value {
    keys.iter().map(|key| json!({"AttributeName": key.attribute, "KeyType": key.role})).collect()
}

fn index(index: &Index) -> Value {
    let mut projection = json!({"ProjectionType": index.projection.kind});
    if let (Some(fields), false) = (projection.as_object_mut(), index.projection.attributes.is_empty()) {
        fields.insert("NonKeyAttributes".to_owned(), json!(index.projection.attributes));
    }
    json!({"IndexName": index.name, "KeySchema": key_schema(&index.key_schema), "Projection": projection})
}

fn compare(table: &Table, found: &Value) -> Result<(), StartError> {
    let difference = if found_keys(found.get("KeySchema")) != table.key_schema {
        "its keys"
    } else if found_indexes(found, GLOBAL) != table.indexes || found_indexes(found, LOCAL) != table.local_indexes {
        "its indexes"
    } else if found_attributes(found) != table.attributes {
        "its key attributes' types"
    } else if found_stream(found) != table.stream_view {
        "its stream"
    } else {
        return Ok(());
    };
    Err(StartError::TableDiffers { table: table.name.clone(), difference })
}

fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn found_keys(value: Option<&Value>) -> Vec<KeyElement> {
    let key = |key| KeyElement { attribute: text(key, "AttributeName"), role: text(key, "KeyType") };
    items(value).iter().map(key).collect()
}

fn found_attributes(found: &Value) -> Vec<Attribute> {
    let attribute = |one| Attribute { name: text(one, "AttributeName"), kind: text(one, "AttributeType") };
    let mut attributes: Vec<_> = items(found.get("AttributeDefinitions")).iter().map(attribute).collect();
    attributes.sort();
    attributes
}

fn found_indexes(found: &Value, kind: &str) -> Vec<Index> {
    let read = |index: &Value| {
        let projection = index.get("Projection").unwrap_or(&Value::Null);
        Index {
            name: text(index, "IndexName"),
            key_schema: found_keys(index.get("KeySchema")),
            projection: Projection {
                kind: text(projection, "ProjectionType"),
                attributes: items(projection.get("NonKeyAttributes"))
                    .iter()
                    .filter_map(|name| name.as_str().map(str::to_owned))
                    .collect(),
            },
        }
    };
    let mut indexes: Vec<_> = items(found.get(kind)).iter().map(read).collect();
    indexes.sort_by(|left, right| left.name.cmp(&right.name));
    indexes
}

fn found_stream(found: &Value) -> Option<String> {
    found.get("StreamSpecification")?.get("StreamViewType")?.as_str().map(str::to_owned)
}

fn ensure_ttl(database: &Database, table: &Table) -> Result<(), StartError> {
    let described =
        database.describe_time_to_live(request(json!({"TableName": table.name}))?).map_err(|error| refused(&error))?;
    let described = as_json(&described)?;
    let found = described.pointer("/TimeToLiveDescription/AttributeName").and_then(Value::as_str);
    match (found, table.ttl_attribute.as_deref()) {
        (found, wanted) if found == wanted => Ok(()),
        (None, Some(wanted)) => {
            let specification = json!({"AttributeName": wanted, "Enabled": true});
            let update = json!({"TableName": table.name, "TimeToLiveSpecification": specification});
            database.update_time_to_live(request(update)?).map_err(|error| refused(&error))?;
            Ok(())
        }
        _ => Err(StartError::TableDiffers { table: table.name.clone(), difference: "its TTL attributes" }),
    }
}

fn request<T: DeserializeOwned>(value: Value) -> Result<T, StartError> {
    serde_json::from_value(value)
        .map_err(|error| StartError::DynamoDb(error.to_string().trim_start_matches("VALIDATION:").to_owned()))
}

fn as_json(value: &impl serde::Serialize) -> Result<Value, StartError> {
    serde_json::to_value(value).map_err(|error| StartError::DynamoDb(error.to_string()))
}

fn refused(error: &DynoxideError) -> StartError {
    StartError::DynamoDb(error.to_string())
}
