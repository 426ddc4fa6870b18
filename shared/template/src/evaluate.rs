//! Evaluates CloudFormation's intrinsic functions, as far as they have a value without AWS.

use std::cell::Cell;

use serde_yaml_ng::{Mapping, Value};

use crate::node::{self, Call};
use crate::{Settings, TemplateError};

/// The account id of the local AWS.
pub const ACCOUNT: &str = "000000000000";
/// On AWS this is the time of the stream's creation.
const STREAM_LABEL: &str = "1970-01-01T00:00:00.000";
/// Deeper than any real template. A value that gets here refers to itself.
const MAX_DEPTH: usize = 64;

/// A template and the values of its references.
pub(crate) struct Scope<'a> {
    document: &'a Value,
    pub(crate) settings: &'a Settings,
    depth: Cell<usize>,
}

/// A path in the template, for error messages.
#[derive(Clone, Debug)]
pub(crate) struct TemplatePath {
    pub(crate) logical_id: String,
    path: String,
}

impl TemplatePath {
    pub(crate) fn new(section: &str, logical_id: &str) -> Self {
        Self { logical_id: logical_id.to_owned(), path: format!("{section}.{logical_id}") }
    }

    pub(crate) fn below(&self, key: &str) -> Self {
        Self { logical_id: self.logical_id.clone(), path: format!("{}.{key}", self.path) }
    }

    pub(crate) fn error(&self, reason: impl Into<String>) -> TemplateError {
        TemplateError::Unresolvable {
            logical_id: self.logical_id.clone(),
            path: self.path.clone(),
            reason: reason.into(),
        }
    }
}

impl<'a> Scope<'a> {
    pub(crate) fn new(document: &'a Value, settings: &'a Settings) -> Result<Self, TemplateError> {
        let scope = Self { document, settings, depth: Cell::new(0) };
        for (name, value) in &settings.parameters {
            scope.check_parameter(name, value)?;
        }
        Ok(scope)
    }

    /// A section of the template, e.g. `Globals.Function`.
    pub(crate) fn section(&self, keys: &[&str]) -> Option<&'a Value> {
        node::at(self.document, keys)
    }

    /// The resources of one type whose condition holds, sorted by logical id.
    pub(crate) fn resources(&self, kind: &str) -> Result<Vec<(String, &'a Value)>, TemplateError> {
        let mut found = Vec::new();
        let all = self.section(&["Resources"]).and_then(Value::as_mapping);
        for (id, resource) in all.into_iter().flatten() {
            let Some(id) = id.as_str() else { continue };
            if resource.get("Type").and_then(Value::as_str) == Some(kind) && self.exists(id, resource)? {
                found.push((id.to_owned(), resource));
            }
        }
        found.sort_by(|left, right| left.0.cmp(&right.0));
        Ok(found)
    }

    fn exists(&self, id: &str, resource: &Value) -> Result<bool, TemplateError> {
        match resource.get("Condition").and_then(Value::as_str) {
            Some(name) => self.condition(&TemplatePath::new("Resources", id).below("Condition"), name),
            None => Ok(true),
        }
    }

    /// `node` with every intrinsic function replaced by its value; `None` is `AWS::NoValue`.
    pub(crate) fn value(&self, path: &TemplatePath, node: &Value) -> Result<Option<Value>, TemplateError> {
        let depth = self.depth.get();
        if depth >= MAX_DEPTH {
            return Err(path.error("refers to itself"));
        }
        self.depth.set(depth + 1);
        let value = match node::call(node) {
            Some(call) => self.call(path, &call),
            None => self.plain(path, node),
        };
        self.depth.set(depth);
        value
    }

    /// As [`Scope::value`], for a value that must be text.
    pub(crate) fn text(&self, path: &TemplatePath, node: &Value) -> Result<String, TemplateError> {
        let value = self.value(path, node)?.ok_or_else(|| path.error("must have a value"))?;
        node::text(&value).ok_or_else(|| path.error("must be text"))
    }

    /// The branch of `node` that its `Fn::If` selects, not yet resolved; `None` is `AWS::NoValue`.
    pub(crate) fn chosen<'n>(&self, path: &TemplatePath, node: &'n Value) -> Result<Option<&'n Value>, TemplateError> {
        let mut node = node;
        while let Some(call) = node::call(node) {
            match (call.name.as_str(), call.argument.as_str()) {
                ("Fn::If", _) => node = self.branch(&path.below("Fn::If"), call.argument)?,
                ("Ref", Some("AWS::NoValue")) => return Ok(None),
                _ => break,
            }
        }
        Ok(Some(node))
    }

    fn plain(&self, path: &TemplatePath, node: &Value) -> Result<Option<Value>, TemplateError> {
        Ok(Some(match node {
            Value::Sequence(items) => {
                let mut values = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    values.extend(self.value(&path.below(&index.to_string()), item)?);
                }
                Value::Sequence(values)
            }
            Value::Mapping(map) => {
                let mut values = Mapping::new();
                for (key, item) in map {
                    let path = path.below(key.as_str().unwrap_or("?"));
                    if let Some(value) = self.value(&path, item)? {
                        values.insert(key.clone(), value);
                    }
                }
                Value::Mapping(values)
            }
            scalar => scalar.clone(),
        }))
    }

    fn call(&self, path: &TemplatePath, call: &Call<'_>) -> Result<Option<Value>, TemplateError> {
        let path = path.below(&call.name);
        match call.name.as_str() {
            "Ref" => {
                let name = call.argument.as_str().ok_or_else(|| path.error("wants a name"))?;
                if name == "AWS::NoValue" { Ok(None) } else { self.reference(&path, name).map(some_text) }
            }
            "Fn::GetAtt" => self.get_att(&path, call.argument).map(some_text),
            "Fn::Sub" => self.sub(&path, call.argument).map(some_text),
            "Fn::Join" => self.join(&path, call.argument).map(some_text),
            "Fn::If" => self.choose(&path, call.argument),
            name => Err(path.error(format!("{name} is not understood here"))),
        }
    }

    fn reference(&self, path: &TemplatePath, name: &str) -> Result<String, TemplateError> {
        let settings = self.settings;
        match name {
            "AWS::Region" => Ok(settings.region.clone()),
            "AWS::StackName" => Ok(settings.stack.clone()),
            "AWS::AccountId" => Ok(ACCOUNT.to_owned()),
            "AWS::Partition" => Ok("aws".to_owned()),
            "AWS::URLSuffix" => Ok("amazonaws.com".to_owned()),
            _ if self.section(&["Parameters", name]).is_some() => self.parameter(name),
            _ if self.section(&["Resources", name]).is_some() => self.physical_name(path, name),
            _ => Err(path.error(format!("{name} is neither a parameter nor a resource"))),
        }
    }

    fn get_att(&self, path: &TemplatePath, argument: &Value) -> Result<String, TemplateError> {
        let (id, attribute) =
            node::attribute(argument).ok_or_else(|| path.error("wants a resource and an attribute"))?;
        self.attribute(path, &id, &attribute)
    }

    /// The value of `Ref` for a resource.
    pub(crate) fn physical_name(&self, path: &TemplatePath, id: &str) -> Result<String, TemplateError> {
        let resource = self.resource(path, id)?;
        let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
        let (property, lower_case) = match kind {
            "AWS::DynamoDB::Table" => ("TableName", false),
            "AWS::S3::Bucket" => ("BucketName", true),
            "AWS::Logs::LogGroup" => ("LogGroupName", false),
            "AWS::Serverless::Function" => ("FunctionName", false),
            "AWS::IAM::Role" => ("RoleName", false),
            // On AWS its id, which nobody can choose; a URL that is made of it leads nowhere here.
            "AWS::Serverless::HttpApi" => ("Name", true),
            _ => return Err(path.error(format!("the name of {id} ({kind}) is known only on AWS"))),
        };
        let own = node::at(resource, &["Properties", property]);
        let path = TemplatePath::new("Resources", id).below("Properties").below(property);
        let given = own.map(|node| self.value(&path, node)).transpose()?.flatten();
        let chosen = format!("{}-{id}", self.settings.stack);
        Ok(match given {
            Some(value) => node::text(&value).ok_or_else(|| path.error("must be text"))?,
            None if lower_case => chosen.to_lowercase(),
            None => chosen,
        })
    }

    fn resource(&self, path: &TemplatePath, id: &str) -> Result<&'a Value, TemplateError> {
        self.section(&["Resources", id]).ok_or_else(|| path.error(format!("there is no resource {id}")))
    }

    fn attribute(&self, path: &TemplatePath, id: &str, attribute: &str) -> Result<String, TemplateError> {
        let resource = self.resource(path, id)?;
        let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
        let unknown = || path.error(format!("{id}.{attribute} ({kind}) is known only on AWS"));
        if (kind, attribute) == ("AWS::SSM::Parameter", "Value") {
            let value = node::at(resource, &["Properties", "Value"]).ok_or_else(unknown)?;
            return self.text(&TemplatePath::new("Resources", id).below("Properties.Value"), value);
        }
        if !matches!(attribute, "Arn" | "StreamArn" | "DomainName" | "RegionalDomainName") {
            return Err(unknown());
        }
        let name = self.physical_name(path, id).map_err(|_| unknown())?;
        let region = &self.settings.region;
        match (kind, attribute) {
            ("AWS::DynamoDB::Table", "Arn") => Ok(format!("arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}")),
            ("AWS::DynamoDB::Table", "StreamArn") => {
                if node::at(resource, &["Properties", "StreamSpecification"]).is_none() {
                    return Err(path.error(format!("{id} has no stream")));
                }
                Ok(format!("arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}/stream/{STREAM_LABEL}"))
            }
            ("AWS::S3::Bucket", "Arn") => Ok(format!("arn:aws:s3:::{name}")),
            ("AWS::S3::Bucket", "DomainName") => Ok(format!("{name}.s3.amazonaws.com")),
            ("AWS::S3::Bucket", "RegionalDomainName") => Ok(format!("{name}.s3.{region}.amazonaws.com")),
            ("AWS::Logs::LogGroup", "Arn") => Ok(format!("arn:aws:logs:{region}:{ACCOUNT}:log-group:{name}:*")),
            ("AWS::Serverless::Function", "Arn") => Ok(format!("arn:aws:lambda:{region}:{ACCOUNT}:function:{name}")),
            _ => Err(unknown()),
        }
    }

    fn sub(&self, path: &TemplatePath, argument: &Value) -> Result<String, TemplateError> {
        let (text, names) = match argument {
            Value::String(text) => (text.as_str(), None),
            Value::Sequence(items) => match items.as_slice() {
                [Value::String(text), Value::Mapping(names)] => (text.as_str(), Some(names)),
                _ => return Err(path.error("wants a text and a mapping")),
            },
            _ => return Err(path.error("wants a text")),
        };
        let mut result = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, tail) = after.split_once('}').ok_or_else(|| path.error("has `${` without `}`"))?;
            result.push_str(before);
            result.push_str(&self.placeholder(path, name.trim(), names)?);
            rest = tail;
        }
        result.push_str(rest);
        Ok(result)
    }

    fn placeholder(&self, path: &TemplatePath, name: &str, names: Option<&Mapping>) -> Result<String, TemplateError> {
        if let Some(literal) = name.strip_prefix('!') {
            return Ok(format!("${{{literal}}}"));
        }
        if let Some(node) = names.and_then(|names| names.get(name)) {
            return self.text(&path.below(name), node);
        }
        match name.split_once('.') {
            Some((id, attribute)) => self.attribute(path, id, attribute),
            None => self.reference(path, name),
        }
    }

    fn join(&self, path: &TemplatePath, argument: &Value) -> Result<String, TemplateError> {
        let [Value::String(separator), Value::Sequence(items)] = sequence(argument) else {
            return Err(path.error("wants a separator and a list"));
        };
        let mut parts = Vec::with_capacity(items.len());
        for item in items {
            parts.push(self.text(path, item)?);
        }
        Ok(parts.join(separator))
    }

    fn choose(&self, path: &TemplatePath, argument: &Value) -> Result<Option<Value>, TemplateError> {
        self.value(path, self.branch(path, argument)?)
    }

    fn branch<'n>(&self, path: &TemplatePath, argument: &'n Value) -> Result<&'n Value, TemplateError> {
        let [Value::String(name), yes, no] = sequence(argument) else {
            return Err(path.error("wants a condition and two values"));
        };
        Ok(if self.condition(path, name)? { yes } else { no })
    }
}

/// The elements of a list, or a single value as one element.
pub(crate) fn one_or_many(node: &Value) -> &[Value] {
    node.as_sequence().map_or(std::slice::from_ref(node), Vec::as_slice)
}

pub(crate) fn sequence(node: &Value) -> &[Value] {
    node.as_sequence().map_or(&[], Vec::as_slice)
}

#[expect(clippy::unnecessary_wraps, reason = "`None` is AWS::NoValue, which text never is")]
fn some_text(text: String) -> Option<Value> {
    Some(Value::String(text))
}
