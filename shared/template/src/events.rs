//! Events that call a function without HTTP: stream records, schedules, rules of EventBridge, and messages of queues.

use serde_yaml_ng::Value;

use crate::evaluate::{Scope, TemplatePath, sequence};
use crate::filter::Filter;
use crate::node;
use crate::rate::{self, RateError};
use crate::{EventRule, Schedule, StartingPosition, StreamSource, TemplateError};

/// Lambda's default.
const DEFAULT_BATCH_SIZE: u32 = 100;
const MAX_BATCH_SIZE: u32 = 10_000;
const MAX_RETRIES: u32 = 10_000;
/// It changes in which form a function gets records.
const NOT_EMULATED: &str = "TumblingWindowInSeconds";

/// An event of a function in the template.
pub(crate) struct Event<'a> {
    scope: &'a Scope<'a>,
    /// Its name.
    pub(crate) name: String,
    pub(crate) kind: &'a str,
    /// Path of its properties.
    path: TemplatePath,
    properties: &'a Value,
}

impl<'a> Event<'a> {
    /// The events in `node`, by name.
    pub(crate) fn all(scope: &'a Scope<'a>, path: &TemplatePath, node: &'a Value) -> Vec<Self> {
        let mut events: Vec<_> = node
            .as_mapping()
            .into_iter()
            .flatten()
            .map(|(name, event)| {
                let name = name.as_str().unwrap_or("?").to_owned();
                Self {
                    scope,
                    path: path.below(&name).below("Properties"),
                    name,
                    kind: event.get("Type").and_then(Value::as_str).unwrap_or_default(),
                    properties: event.get("Properties").unwrap_or(&Value::Null),
                }
            })
            .collect();
        events.sort_by(|left, right| left.name.cmp(&right.name));
        events
    }

    pub(crate) fn text(&self, key: &str) -> Result<String, TemplateError> {
        let path = self.path.below(key);
        let node = self.properties.get(key).ok_or_else(|| path.error("is missing"))?;
        self.scope.text(&path, node)
    }

    fn optional(&self, key: &str) -> Result<Option<String>, TemplateError> {
        let Some(node) = self.properties.get(key) else { return Ok(None) };
        let path = self.path.below(key);
        let value = self.scope.value(&path, node)?;
        value.map(|value| node::text(&value).ok_or_else(|| path.error("must be text"))).transpose()
    }

    fn flag(&self, key: &str, default: bool) -> Result<bool, TemplateError> {
        match self.optional(key)?.as_deref() {
            None => Ok(default),
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(_) => Err(self.path.below(key).error("must be true or false")),
        }
    }

    /// A limit; -1 is no limit.
    fn limit<T: std::str::FromStr>(&self, key: &str) -> Result<Option<T>, TemplateError> {
        match self.optional(key)?.as_deref() {
            None | Some("-1") => Ok(None),
            Some(text) => {
                text.parse().map(Some).map_err(|_| self.path.below(key).error("must be a whole number, or -1"))
            }
        }
    }

    /// The stream of this event; `None` if it has another type or is disabled.
    pub(crate) fn stream(&self) -> Result<Option<StreamSource>, TemplateError> {
        if self.kind != "DynamoDB" || !self.flag("Enabled", true)? {
            return Ok(None);
        }
        if self.properties.get(NOT_EMULATED).is_some() {
            return Err(self.path.below(NOT_EMULATED).error("is not understood here"));
        }
        Ok(Some(StreamSource {
            name: self.name.clone(),
            table: self.table()?,
            arn: self.text("Stream")?,
            batch_size: self.batch_size()?,
            filter: self.filter()?,
            starting_position: self.starting_position()?,
            maximum_retries: self.maximum_retries()?,
            bisect: self.flag("BisectBatchOnFunctionError", false)?,
            report_batch_item_failures: self.reports_failures()?,
            maximum_record_age_s: self.limit("MaximumRecordAgeInSeconds")?,
        }))
    }

    fn table(&self) -> Result<String, TemplateError> {
        let path = self.path.below("Stream");
        let node = self.properties.get("Stream").ok_or_else(|| path.error("is missing"))?;
        let node = self.scope.chosen(&path, node)?.ok_or_else(|| path.error("must have a value"))?;
        let call = node::call(node).filter(|call| call.name == "Fn::GetAtt");
        let target = call.and_then(|call| node::attribute(call.argument));
        let (table, _) = target
            .filter(|(_, attribute)| attribute == "StreamArn")
            .ok_or_else(|| path.error("must be `!GetAtt <table>.StreamArn`"))?;
        let tables = self.scope.resources("AWS::DynamoDB::Table")?;
        match tables.iter().any(|(id, _)| *id == table) {
            true => Ok(table),
            false => Err(path.error(format!("there is no table {table}"))),
        }
    }

    fn batch_size(&self) -> Result<u32, TemplateError> {
        let key = "BatchSize";
        let Some(text) = self.optional(key)? else { return Ok(DEFAULT_BATCH_SIZE) };
        text.parse()
            .ok()
            .filter(|size| (1..=MAX_BATCH_SIZE).contains(size))
            .ok_or_else(|| self.path.below(key).error(format!("must be a number from 1 to {MAX_BATCH_SIZE}")))
    }

    fn maximum_retries(&self) -> Result<Option<u32>, TemplateError> {
        let key = "MaximumRetryAttempts";
        match self.limit(key)? {
            Some(retries) if retries > MAX_RETRIES => {
                Err(self.path.below(key).error(format!("must be at most {MAX_RETRIES}, or -1")))
            }
            retries => Ok(retries),
        }
    }

    fn filter(&self) -> Result<Filter, TemplateError> {
        let key = "FilterCriteria";
        let Some(node) = self.properties.get(key) else { return Ok(Filter::default()) };
        let path = self.path.below(key);
        let value = self.scope.value(&path, node)?.unwrap_or(Value::Null);
        let filters = value.get("Filters").map(sequence).unwrap_or_default();
        let patterns = filters.iter().map(|filter| filter.get("Pattern").and_then(Value::as_str));
        let patterns = patterns.collect::<Option<Vec<_>>>().ok_or_else(|| path.error("must have texts as patterns"))?;
        Filter::parse(patterns).map_err(|reason| path.error(reason))
    }

    fn starting_position(&self) -> Result<StartingPosition, TemplateError> {
        match self.text("StartingPosition")?.as_str() {
            "TRIM_HORIZON" => Ok(StartingPosition::TrimHorizon),
            "LATEST" => Ok(StartingPosition::Latest),
            _ => Err(self.path.below("StartingPosition").error("must be TRIM_HORIZON or LATEST")),
        }
    }

    fn reports_failures(&self) -> Result<bool, TemplateError> {
        let key = "FunctionResponseTypes";
        let Some(node) = self.properties.get(key) else { return Ok(false) };
        let path = self.path.below(key);
        let value = self.scope.value(&path, node)?.unwrap_or(Value::Null);
        let types: Vec<_> = sequence(&value).iter().filter_map(node::text).collect();
        match types.iter().all(|one| one == "ReportBatchItemFailures") {
            true => Ok(!types.is_empty()),
            false => Err(path.error("may only have ReportBatchItemFailures")),
        }
    }

    /// The schedule of this event; `None` if it has another type or is disabled.
    pub(crate) fn schedule(&self) -> Result<Option<Schedule>, TemplateError> {
        let expression = match self.kind {
            "Schedule" => "Schedule",
            "ScheduleV2" => "ScheduleExpression",
            _ => return Ok(None),
        };
        if !self.flag("Enabled", true)? || self.optional("State")?.as_deref() == Some("DISABLED") {
            return Ok(None);
        }
        let every = rate::parse(&self.text(expression)?);
        Ok(Some(Schedule {
            name: self.optional("Name")?.unwrap_or_else(|| self.name.clone()),
            every: every.map_err(|error: RateError| self.path.below(expression).error(error.to_string()))?,
            input: self.optional("Input")?,
        }))
    }

    /// The rule of EventBridge of this event; `None` if it has another type or is disabled.
    pub(crate) fn rule(&self) -> Result<Option<EventRule>, TemplateError> {
        if !["EventBridgeRule", "CloudWatchEvent"].contains(&self.kind)
            || self.optional("State")?.as_deref() == Some("DISABLED")
        {
            return Ok(None);
        }
        let path = self.path.below("Pattern");
        let node = self.properties.get("Pattern").ok_or_else(|| path.error("is missing"))?;
        let pattern = self.scope.value(&path, node)?.unwrap_or(Value::Null);
        let pattern = serde_json::to_string(&pattern).map_err(|error| path.error(error.to_string()))?;
        let filter = Filter::parse([pattern.as_str()]).map_err(|reason| path.error(reason))?;
        Ok(Some(EventRule { name: self.optional("RuleName")?.unwrap_or_else(|| self.name.clone()), filter }))
    }

    /// The logical id of this event's queue; `None` if it has another type. Whether it is enabled doesn't matter here:
    /// a stage without a sender asks no queue, but this machine always has a sender.
    pub(crate) fn queue(&self) -> Result<Option<String>, TemplateError> {
        if self.kind != "SQS" {
            return Ok(None);
        }
        let path = self.path.below("Queue");
        let node = self.properties.get("Queue").ok_or_else(|| path.error("is missing"))?;
        let call = node::call(node).filter(|call| call.name == "Fn::GetAtt");
        let target = call.and_then(|call| node::attribute(call.argument));
        let (queue, _) = target
            .filter(|(_, attribute)| attribute == "Arn")
            .ok_or_else(|| path.error("must be `!GetAtt <queue>.Arn`"))?;
        let queues = self.scope.resources("AWS::SQS::Queue")?;
        match queues.iter().any(|(id, _)| *id == queue) {
            true => Ok(Some(queue)),
            false => Err(path.error(format!("there is no queue {queue}"))),
        }
    }
}
