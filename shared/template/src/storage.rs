//! Tables, buckets and log groups.

use serde_yaml_ng::Value;

use crate::evaluate::{Place, Scope, sequence};
use crate::node;
use crate::{Attribute, Bucket, Index, KeyElement, LogGroup, Projection, Storage, Table, TemplateError};

pub(crate) fn read(scope: &Scope<'_>) -> Result<Storage, TemplateError> {
    let mut storage = Storage::default();
    for (id, resource) in scope.resources("AWS::DynamoDB::Table")? {
        storage.tables.push(table(scope, id, resource)?);
    }
    for (id, _) in scope.resources("AWS::S3::Bucket")? {
        let name = scope.physical_name(&Place::new("Resources", &id), &id)?;
        storage.buckets.push(Bucket { logical_id: id, name });
    }
    for (id, resource) in scope.resources("AWS::Logs::LogGroup")? {
        storage.log_groups.push(log_group(scope, id, resource)?);
    }
    Ok(storage)
}

fn log_group(scope: &Scope<'_>, id: String, resource: &Value) -> Result<LogGroup, TemplateError> {
    let place = Place::new("Resources", &id);
    let name = scope.physical_name(&place, &id)?;
    let place = place.below("Properties").below("RetentionInDays");
    let retention = node::at(resource, &["Properties", "RetentionInDays"]);
    let retention = retention.map(|node| scope.value(&place, node)).transpose()?.flatten();
    let retention_days = retention
        .map(|value| node::number(&value).ok_or_else(|| place.error("must be a number of days")))
        .transpose()?;
    Ok(LogGroup { logical_id: id, name, retention_days })
}

fn table(scope: &Scope<'_>, id: String, resource: &Value) -> Result<Table, TemplateError> {
    let place = Place::new("Resources", &id);
    let name = scope.physical_name(&place, &id)?;
    let place = place.below("Properties");
    let raw = resource.get("Properties").ok_or_else(|| place.error("is missing"))?;
    let read = Properties { place: &place, scope, raw };
    let key_schema = key_schema(&place, &read.required("KeySchema")?)?;
    Ok(Table {
        logical_id: id,
        name,
        attributes: attributes(&place, &read.required("AttributeDefinitions")?)?,
        key_schema,
        indexes: read.indexes("GlobalSecondaryIndexes")?,
        local_indexes: read.indexes("LocalSecondaryIndexes")?,
        ttl_attribute: read.optional("TimeToLiveSpecification")?.as_ref().and_then(ttl_attribute),
        stream_view: read
            .optional("StreamSpecification")?
            .as_ref()
            .and_then(|stream| stream.get("StreamViewType"))
            .and_then(node::text),
    })
}

struct Properties<'a> {
    place: &'a Place,
    scope: &'a Scope<'a>,
    raw: &'a Value,
}

impl Properties<'_> {
    fn optional(&self, key: &str) -> Result<Option<Value>, TemplateError> {
        let node = self.raw.get(key);
        Ok(node.map(|node| self.scope.value(&self.place.below(key), node)).transpose()?.flatten())
    }

    fn required(&self, key: &str) -> Result<Value, TemplateError> {
        self.optional(key)?.ok_or_else(|| self.place.below(key).error("is missing"))
    }

    fn indexes(&self, key: &str) -> Result<Vec<Index>, TemplateError> {
        indexes(&self.place.below(key), self.optional(key)?.as_ref())
    }
}

fn text(place: &Place, node: &Value, key: &str) -> Result<String, TemplateError> {
    node.get(key).and_then(node::text).ok_or_else(|| place.below(key).error("is missing"))
}

fn attributes(place: &Place, node: &Value) -> Result<Vec<Attribute>, TemplateError> {
    let place = place.below("AttributeDefinitions");
    let read =
        |item| Ok(Attribute { name: text(&place, item, "AttributeName")?, kind: text(&place, item, "AttributeType")? });
    let mut attributes = sequence(node).iter().map(read).collect::<Result<Vec<_>, _>>()?;
    attributes.sort();
    Ok(attributes)
}

fn key_schema(place: &Place, node: &Value) -> Result<Vec<KeyElement>, TemplateError> {
    let place = place.below("KeySchema");
    let read =
        |item| Ok(KeyElement { attribute: text(&place, item, "AttributeName")?, role: text(&place, item, "KeyType")? });
    let keys = sequence(node).iter().map(read).collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() { Err(place.error("is empty")) } else { Ok(keys) }
}

fn indexes(place: &Place, node: Option<&Value>) -> Result<Vec<Index>, TemplateError> {
    let read = |item: &Value| {
        let name = text(place, item, "IndexName")?;
        let place = place.below(&name);
        let projection = item.get("Projection").ok_or_else(|| place.below("Projection").error("is missing"))?;
        Ok(Index {
            key_schema: key_schema(&place, item.get("KeySchema").unwrap_or(&Value::Null))?,
            projection: Projection {
                kind: text(&place.below("Projection"), projection, "ProjectionType")?,
                attributes: projection
                    .get("NonKeyAttributes")
                    .map(sequence)
                    .unwrap_or_default()
                    .iter()
                    .filter_map(node::text)
                    .collect(),
            },
            name,
        })
    };
    let mut indexes = node.map(sequence).unwrap_or_default().iter().map(read).collect::<Result<Vec<Index>, _>>()?;
    indexes.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(indexes)
}

fn ttl_attribute(node: &Value) -> Option<String> {
    let enabled = node.get("Enabled").and_then(node::text)? == "true";
    node.get("AttributeName").and_then(node::text).filter(|_| enabled)
}
