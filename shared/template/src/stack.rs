//! Types of a resolved template.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::filter::Filter;

/// A template's resources, resolved for one stack.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stack {
    /// DynamoDB tables, sorted by logical id.
    pub tables: Vec<Table>,
    /// S3 buckets, sorted by logical id.
    pub buckets: Vec<Bucket>,
    /// CloudWatch log groups, sorted by logical id.
    pub log_groups: Vec<LogGroup>,
    /// Lambda functions, sorted by logical id.
    pub functions: Vec<Function>,
}

/// The resources of a stack that hold data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Storage {
    /// DynamoDB tables, sorted by logical id.
    pub tables: Vec<Table>,
    /// S3 buckets, sorted by logical id.
    pub buckets: Vec<Bucket>,
    /// CloudWatch log groups, sorted by logical id.
    pub log_groups: Vec<LogGroup>,
}

/// A DynamoDB table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its logical id in the template.
    pub logical_id: String,
    /// Its name in DynamoDB.
    pub name: String,
    /// Attributes of the keys, sorted by name.
    pub attributes: Vec<Attribute>,
    /// Partition key, then the sort key if it has one.
    pub key_schema: Vec<KeyElement>,
    /// Global secondary indexes.
    pub indexes: Vec<Index>,
    /// Local secondary indexes.
    pub local_indexes: Vec<Index>,
    /// Attribute with the time at which an item expires.
    pub ttl_attribute: Option<String>,
    /// Content of stream records (`NEW_AND_OLD_IMAGES`, …), if the table has a stream.
    pub stream_view: Option<String>,
}

/// An attribute of a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attribute {
    /// The attribute's name.
    pub name: String,
    /// `S`, `N` or `B`.
    pub kind: String,
}

/// One element of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyElement {
    /// The attribute's name.
    pub attribute: String,
    /// `HASH` or `RANGE`.
    pub role: String,
}

/// A secondary index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The index's name.
    pub name: String,
    /// Partition key, then the sort key if it has one.
    pub key_schema: Vec<KeyElement>,
    /// The attributes that it has.
    pub projection: Projection,
}

/// The attributes that an index has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection {
    /// `KEYS_ONLY`, `INCLUDE` or `ALL`.
    pub kind: String,
    /// Attributes in addition to the keys, for `INCLUDE`.
    pub attributes: Vec<String>,
}

/// An S3 bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its logical id in the template.
    pub logical_id: String,
    /// Its name in S3.
    pub name: String,
}

/// A CloudWatch log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogGroup {
    /// Its logical id in the template.
    pub logical_id: String,
    /// Its name in CloudWatch Logs.
    pub name: String,
    /// Days for which events are kept; `None` is for ever.
    pub retention_days: Option<u32>,
}

/// A Lambda function.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Function {
    /// Its logical id in the template.
    pub logical_id: String,
    /// Cargo binary that it is built from.
    pub binary: String,
    /// Its environment: variables of the globals and its own.
    pub environment: BTreeMap<String, String>,
    /// Routes of the HTTP API that call it.
    pub routes: Vec<Route>,
    /// Memory in MB.
    pub memory_mb: u32,
    /// Timeout in seconds.
    pub timeout_s: u32,
    /// Its log group, if the template names one.
    pub log_group: Option<String>,
    /// Streams whose records it gets.
    pub streams: Vec<StreamSource>,
    /// Schedules that call it.
    pub schedules: Vec<Schedule>,
}

/// Event sources of a function other than HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventSources {
    /// The function's logical id.
    pub logical_id: String,
    /// Cargo binary that it is built from.
    pub binary: String,
    /// Streams whose records it gets.
    pub streams: Vec<StreamSource>,
    /// Schedules that call it.
    pub schedules: Vec<Schedule>,
    /// Rules of EventBridge that call it.
    pub rules: Vec<EventRule>,
    /// Logical ids of the queues of SQS whose messages it gets.
    pub queues: Vec<String>,
}

/// A rule of EventBridge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRule {
    /// Its name.
    pub name: String,
    /// The events for which it calls the function.
    pub filter: Filter,
}

/// A table's stream as a function's event source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamSource {
    /// The event's name in the template.
    pub name: String,
    /// The table's logical id.
    pub table: String,
    /// The stream's ARN, as its records have it.
    pub arn: String,
    /// Largest number of records in one invocation.
    pub batch_size: u32,
    /// Which of its records the function gets.
    pub filter: Filter,
    /// Where a function starts to read.
    pub starting_position: StartingPosition,
    /// Retries of a failed batch; `None` is until its records expire.
    pub maximum_retries: Option<u32>,
    /// Whether a failed batch is split in two, which isolates a bad record.
    pub bisect: bool,
    /// Whether the answer names the failed records.
    pub report_batch_item_failures: bool,
    /// Age in seconds at which a record is given up; `None` is as long as the stream keeps it.
    pub maximum_record_age_s: Option<u64>,
}

/// Where a function starts to read a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartingPosition {
    /// At the oldest record.
    TrimHorizon,
    /// At the next record.
    Latest,
}

/// A schedule with a fixed rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// The time between two calls.
    pub every: Duration,
    /// The event, if it differs from EventBridge's own.
    pub input: Option<String>,
}

/// A route of the HTTP API.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// `ANY` or an HTTP method, in upper case.
    pub method: String,
    /// The path in API Gateway's syntax, e.g. `/auth/{proxy+}`.
    pub path: String,
}

/// A function's role.
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    /// Cargo binary that the function is built from.
    pub binary: String,
    /// Name of the role in IAM.
    pub name: String,
    /// The template's managed policies that it names, then its inline policies.
    pub policies: Vec<Policy>,
}

/// A policy of a role.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The name of an inline policy, or the logical id of a managed one.
    pub name: String,
    /// Statements about the requested services, in IAM's JSON.
    pub statements: Vec<Value>,
}

/// The access key id with which the function of this binary signs its requests to the local AWS.
#[must_use]
pub fn local_access_key(binary: &str) -> String {
    format!("local-{binary}")
}
