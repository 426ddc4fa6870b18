//! Functions with the globals merged in.

use std::collections::BTreeMap;

use serde_yaml_ng::Value;

use crate::evaluate::{Scope, TemplatePath};
use crate::events::Event;
use crate::node;
use crate::{EventSources, Function, Route, TemplateError};

/// SAM's defaults.
const DEFAULT_MEMORY_MB: u32 = 128;
const DEFAULT_TIMEOUT_S: u32 = 3;

pub(crate) fn read(scope: &Scope<'_>) -> Result<Vec<Function>, TemplateError> {
    scope
        .resources("AWS::Serverless::Function")?
        .into_iter()
        .map(|(id, resource)| function(scope, id, resource))
        .collect()
}

/// Streams, schedules, rules and queues of the functions that have any.
pub(crate) fn event_sources(scope: &Scope<'_>) -> Result<Vec<EventSources>, TemplateError> {
    let mut all = Vec::new();
    for (logical_id, resource) in scope.resources("AWS::Serverless::Function")? {
        let properties = Merged::new(scope, &logical_id, resource);
        let (streams, schedules) = (properties.each(Event::stream)?, properties.each(Event::schedule)?);
        let (rules, queues) = (properties.each(Event::rule)?, properties.each(Event::queue)?);
        if !streams.is_empty() || !schedules.is_empty() || !rules.is_empty() || !queues.is_empty() {
            let binary = binary(&logical_id, resource)?;
            all.push(EventSources { binary, logical_id, streams, schedules, rules, queues });
        }
    }
    Ok(all)
}

fn function(scope: &Scope<'_>, id: String, resource: &Value) -> Result<Function, TemplateError> {
    let properties = Merged::new(scope, &id, resource);
    Ok(Function {
        binary: binary(&id, resource)?,
        environment: environment(&properties)?,
        routes: routes(&properties)?,
        memory_mb: properties.number("MemorySize", DEFAULT_MEMORY_MB)?,
        timeout_s: properties.number("Timeout", DEFAULT_TIMEOUT_S)?,
        log_group: properties.log_group()?,
        streams: properties.each(Event::stream)?,
        schedules: properties.each(Event::schedule)?,
        logical_id: id,
    })
}

pub(crate) fn binary(id: &str, resource: &Value) -> Result<String, TemplateError> {
    node::at(resource, &["Metadata", "BuildProperties", "Binary"])
        .and_then(node::text)
        .ok_or_else(|| TemplatePath::new("Resources", id).below("Metadata.BuildProperties.Binary").error("is missing"))
}

/// A function's properties over those of `Globals.Function`.
struct Merged<'a> {
    scope: &'a Scope<'a>,
    path: TemplatePath,
    own: Option<&'a Value>,
}

impl<'a> Merged<'a> {
    fn new(scope: &'a Scope<'a>, id: &str, resource: &'a Value) -> Self {
        Self { scope, path: TemplatePath::new("Resources", id), own: resource.get("Properties") }
    }

    fn events(&self) -> Vec<Event<'a>> {
        let found = self.last(&["Events"]);
        found.map(|(path, node)| Event::all(self.scope, &path, node)).unwrap_or_default()
    }

    /// The results of `read` for all events.
    fn each<T>(&self, read: impl Fn(&Event<'a>) -> Result<Option<T>, TemplateError>) -> Result<Vec<T>, TemplateError> {
        self.events().iter().filter_map(|event| read(event).transpose()).collect()
    }

    /// The value in the globals and the function's own, each with its path.
    fn layers(&self, keys: &[&str]) -> impl Iterator<Item = (TemplatePath, &'a Value)> {
        let global = self.scope.section(&["Globals", "Function"]).and_then(|node| node::at(node, keys));
        let own = self.own.and_then(|node| node::at(node, keys));
        let path = keys.join(".");
        // A message names the function, also if the value is in the globals.
        let global = global.map(|node| (self.path.below(&format!("Globals.Function.{path}")), node));
        let own = own.map(|node| (self.path.below(&format!("Properties.{path}")), node));
        global.into_iter().chain(own)
    }

    fn last(&self, keys: &[&str]) -> Option<(TemplatePath, &'a Value)> {
        self.layers(keys).last()
    }

    fn number(&self, key: &str, default: u32) -> Result<u32, TemplateError> {
        let Some((path, node)) = self.last(&[key]) else { return Ok(default) };
        match self.scope.value(&path, node)? {
            Some(value) => node::number(&value).ok_or_else(|| path.error("must be a whole number")),
            None => Ok(default),
        }
    }

    fn log_group(&self) -> Result<Option<String>, TemplateError> {
        let found = self.last(&["LoggingConfig", "LogGroup"]);
        found.map(|(path, node)| self.scope.text(&path, node)).transpose()
    }
}

fn environment(properties: &Merged<'_>) -> Result<BTreeMap<String, String>, TemplateError> {
    let mut nodes = BTreeMap::new();
    for (path, variables) in properties.layers(&["Environment", "Variables"]) {
        for (name, node) in variables.as_mapping().into_iter().flatten() {
            let name = name.as_str().ok_or_else(|| path.error("has a name that is not text"))?;
            nodes.insert(name.to_owned(), (path.below(name), node));
        }
    }
    let scope = properties.scope;
    let mut environment = BTreeMap::new();
    for (name, (path, node)) in nodes {
        let value = match scope.settings.overrides.get(&name) {
            Some(value) => Some(value.clone()),
            None => match scope.value(&path, node)? {
                Some(value) => Some(node::text(&value).ok_or_else(|| path.error("must be text"))?),
                None => None,
            },
        };
        environment.extend(value.map(|value| (name, value)));
    }
    Ok(environment)
}

fn routes(properties: &Merged<'_>) -> Result<Vec<Route>, TemplateError> {
    let mut routes = properties.each(route)?;
    routes.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(routes)
}

fn route(event: &Event<'_>) -> Result<Option<Route>, TemplateError> {
    if event.kind != "HttpApi" {
        return Ok(None);
    }
    let method = match event.text("Method")?.to_uppercase() {
        star if star == "*" => "ANY".to_owned(),
        method => method,
    };
    Ok(Some(Route { method, path: event.text("Path")? }))
}
