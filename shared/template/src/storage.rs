//! Tables, buckets and log groups.

use serde_yaml_ng::Value;

use crate::evaluate::{Scope, TemplatePath, sequence};
use crate::node;
use crate::{Attribute, Bucket, Index, KeyElement, LogGroup, Projection, Storage, Table, TemplateError};

pub(crate) fn read(scope: &Scope<'_>) -> Result<Storage, TemplateError> {
    let mut storage = Storage::default();
    for (id, resource) in scope.resources("AWS::DynamoDB::Table")? {
        storage.tables.push(table(scope, id, resource)?);
    }
    for (id, _) in scope.resources("AWS::S3::Bucket")? {
        let name = scope.physical_name(&TemplatePath::new("Resources", &id), &id)?;
        storage.buckets.push(Bucket { logical_id: id, name });
    }
    for (id, resource) in scope.resources("AWS::Logs::LogGroup")? {
        storage.log_groups.push(log_group(scope, id, resource)?);
    }
    Ok(storage)
}

fn log_group(scope: &Scope<'_>, id: String, resource: &Value) -> Result<LogGroup, TemplateError> {
    let path = TemplatePath::new("Resources", &id);
    let name = scope.physical_name(&path, &id)?;
    let path = path.below("Properties").below("RetentionInDays");
    let retention = node::at(resource, &["Properties", "RetentionInDays"]);
    let retention = retention.map(|node| scope.value(&path, node)).transpose()?.flatten();
    let retention_days = retention
        .map(|value| node::number(&value).ok_or_else(|| path.error("must be a number of days")))
        .transpose()?;
    Ok(LogGroup { logical_id: id, name, retention_days })
}

fn table(scope: &Scope<'_>, id: String, resource: &Value) -> Result<Table, TemplateError> {
    let path = TemplatePath::new("Resources", &id);
    let name = scope.physical_name(&path, &id)?;
    let path = path.below("Properties");
    let raw = resource.get("Properties").ok_or_else(|| path.error("is missing"))?;
    let read = Properties { path: &path, scope, raw };
    let key_schema = key_schema(&path, &read.required("KeySchema")?)?;
    Ok(Table {
        logical_id: id,
        name,
        attributes: attributes(&path, &read.required("AttributeDefinitions")?)?,
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
    path: &'a TemplatePath,
    scope: &'a Scope<'a>,
    raw: &'a Value,
}

impl Properties<'_> {
    fn optional(&self, key: &str) -> Result<Option<Value>, TemplateError> {
        let node = self.raw.get(key);
        Ok(node.map(|node| self.scope.value(&self.path.below(key), node)).transpose()?.flatten())
    }

    fn required(&self, key: &str) -> Result<Value, TemplateError> {
        self.optional(key)?.ok_or_else(|| self.path.below(key).error("is missing"))
    }

    fn indexes(&self, key: &str) -> Result<Vec<Index>, TemplateError> {
        indexes(&self.path.below(key), self.optional(key)?.as_ref())
    }
}

fn text(path: &TemplatePath, node: &Value, key: &str) -> Result<String, TemplateError> {
    node.get(key).and_then(node::text).ok_or_else(|| path.below(key).error("is missing"))
}

fn attributes(path: &TemplatePath, node: &Value) -> Result<Vec<Attribute>, TemplateError> {
    let path = path.below("AttributeDefinitions");
    let read =
        |item| Ok(Attribute { name: text(&path, item, "AttributeName")?, kind: text(&path, item, "AttributeType")? });
    let mut attributes = sequence(node).iter().map(read).collect::<Result<Vec<_>, _>>()?;
    attributes.sort();
    Ok(attributes)
}

fn key_schema(path: &TemplatePath, node: &Value) -> Result<Vec<KeyElement>, TemplateError> {
    let path = path.below("KeySchema");
    let read =
        |item| Ok(KeyElement { attribute: text(&path, item, "AttributeName")?, role: text(&path, item, "KeyType")? });
    let keys = sequence(node).iter().map(read).collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() { Err(path.error("is empty")) } else { Ok(keys) }
}

fn indexes(path: &TemplatePath, node: Option<&Value>) -> Result<Vec<Index>, TemplateError> {
    let read = |item: &Value| {
        let name = text(path, item, "IndexName")?;
        let path = path.below(&name);
        let projection = item.get("Projection").ok_or_else(|| path.below("Projection").error("is missing"))?;
        Ok(Index {
            key_schema: key_schema(&path, item.get("KeySchema").unwrap_or(&Value::Null))?,
            projection: Projection {
                kind: text(&path.below("Projection"), projection, "ProjectionType")?,
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
