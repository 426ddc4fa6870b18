//! Functions with the globals merged in.

use std::collections::BTreeMap;

use serde_yaml_ng::Value;

use crate::evaluate::{Place, Scope};
use crate::node;
use crate::{Function, Route, TemplateError};

/// What SAM takes where the template says nothing.
const DEFAULT_MEMORY_MB: u32 = 128;
const DEFAULT_TIMEOUT_S: u32 = 3;

pub(crate) fn read(scope: &Scope<'_>) -> Result<Vec<Function>, TemplateError> {
    scope
        .resources("AWS::Serverless::Function")?
        .into_iter()
        .map(|(id, resource)| function(scope, id, resource))
        .collect()
}

fn function(scope: &Scope<'_>, id: String, resource: &Value) -> Result<Function, TemplateError> {
    let place = Place::new("Resources", &id);
    let binary = node::at(resource, &["Metadata", "BuildProperties", "Binary"])
        .and_then(node::text)
        .ok_or_else(|| place.below("Metadata.BuildProperties.Binary").error("is missing"))?;
    let properties = Merged { scope, place, own: resource.get("Properties") };
    Ok(Function {
        binary,
        environment: environment(&properties)?,
        routes: routes(&properties)?,
        memory_mb: properties.number("MemorySize", DEFAULT_MEMORY_MB)?,
        timeout_s: properties.number("Timeout", DEFAULT_TIMEOUT_S)?,
        log_group: properties.log_group()?,
        logical_id: id,
    })
}

/// A function's properties over those of `Globals.Function`.
struct Merged<'a> {
    scope: &'a Scope<'a>,
    place: Place,
    own: Option<&'a Value>,
}

impl<'a> Merged<'a> {
    /// The globals' value and the function's own, each with its place.
    fn layers(&self, keys: &[&str]) -> impl Iterator<Item = (Place, &'a Value)> {
        let global = self.scope.section(&["Globals", "Function"]).and_then(|node| node::at(node, keys));
        let own = self.own.and_then(|node| node::at(node, keys));
        let path = keys.join(".");
        // The message names the function even where the value stands in the globals.
        let global = global.map(|node| (self.place.below(&format!("Globals.Function.{path}")), node));
        let own = own.map(|node| (self.place.below(&format!("Properties.{path}")), node));
        global.into_iter().chain(own)
    }

    fn last(&self, keys: &[&str]) -> Option<(Place, &'a Value)> {
        self.layers(keys).last()
    }

    fn number(&self, key: &str, default: u32) -> Result<u32, TemplateError> {
        let Some((place, node)) = self.last(&[key]) else { return Ok(default) };
        match self.scope.value(&place, node)? {
            Some(value) => node::number(&value).ok_or_else(|| place.error("must be a whole number")),
            None => Ok(default),
        }
    }

    fn log_group(&self) -> Result<Option<String>, TemplateError> {
        let found = self.last(&["LoggingConfig", "LogGroup"]);
        found.map(|(place, node)| self.scope.text(&place, node)).transpose()
    }
}

fn environment(properties: &Merged<'_>) -> Result<BTreeMap<String, String>, TemplateError> {
    let mut nodes = BTreeMap::new();
    for (place, variables) in properties.layers(&["Environment", "Variables"]) {
        for (name, node) in variables.as_mapping().into_iter().flatten() {
            let name = name.as_str().ok_or_else(|| place.error("has a name that is no text"))?;
            nodes.insert(name.to_owned(), (place.below(name), node));
        }
    }
    let scope = properties.scope;
    let mut environment = BTreeMap::new();
    for (name, (place, node)) in nodes {
        let value = match scope.settings.overrides.get(&name) {
            Some(value) => Some(value.clone()),
            None => match scope.value(&place, node)? {
                Some(value) => Some(node::text(&value).ok_or_else(|| place.error("must be text"))?),
                None => None,
            },
        };
        environment.extend(value.map(|value| (name, value)));
    }
    Ok(environment)
}

fn routes(properties: &Merged<'_>) -> Result<Vec<Route>, TemplateError> {
    let mut routes = Vec::new();
    let Some((place, events)) = properties.last(&["Events"]) else { return Ok(routes) };
    for (name, event) in events.as_mapping().into_iter().flatten() {
        if event.get("Type").and_then(Value::as_str) != Some("HttpApi") {
            continue;
        }
        let place = place.below(name.as_str().unwrap_or("?")).below("Properties");
        let text = |key: &str| {
            let place = place.below(key);
            let node = node::at(event, &["Properties", key]).ok_or_else(|| place.error("is missing"))?;
            properties.scope.text(&place, node)
        };
        let method = match text("Method")?.to_uppercase() {
            star if star == "*" => "ANY".to_owned(),
            method => method,
        };
        routes.push(Route { method, path: text("Path")? });
    }
    routes.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(routes)
}
