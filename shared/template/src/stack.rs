use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

/// What a template deploys, resolved for one stack.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stack {
    /// DynamoDB tables, by logical id.
    pub tables: Vec<Table>,
    /// S3 buckets, by logical id.
    pub buckets: Vec<Bucket>,
    /// CloudWatch log groups, by logical id.
    pub log_groups: Vec<LogGroup>,
    /// Lambda functions, by logical id.
    pub functions: Vec<Function>,
}

/// The part of a stack that holds data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Storage {
    /// DynamoDB tables, by logical id.
    pub tables: Vec<Table>,
    /// S3 buckets, by logical id.
    pub buckets: Vec<Bucket>,
    /// CloudWatch log groups, by logical id.
    pub log_groups: Vec<LogGroup>,
}

/// A DynamoDB table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name in the template.
    pub logical_id: String,
    /// Its name in DynamoDB.
    pub name: String,
    /// The attributes that keys are made of.
    pub attributes: Vec<Attribute>,
    /// Partition key, and sort key if it has one.
    pub key_schema: Vec<KeyElement>,
    /// Global secondary indexes.
    pub indexes: Vec<Index>,
    /// Local secondary indexes.
    pub local_indexes: Vec<Index>,
    /// The attribute whose time removes an item.
    pub ttl_attribute: Option<String>,
    /// What a stream record carries, if the table has a stream.
    pub stream_view: Option<String>,
}

/// A key attribute and its type.
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
    /// Partition key, and sort key if it has one.
    pub key_schema: Vec<KeyElement>,
    /// Which attributes it carries.
    pub projection: Projection,
}

/// Which attributes an index carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection {
    /// `KEYS_ONLY`, `INCLUDE` or `ALL`.
    pub kind: String,
    /// The attributes besides the keys, for `INCLUDE`.
    pub attributes: Vec<String>,
}

/// An S3 bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name in the template.
    pub logical_id: String,
    /// Its name in S3.
    pub name: String,
}

/// A CloudWatch log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogGroup {
    /// Its name in the template.
    pub logical_id: String,
    /// Its name in CloudWatch Logs.
    pub name: String,
    /// How long events are kept; `None` is for ever.
    pub retention_days: Option<u32>,
}

/// A Lambda function.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Function {
    /// Its name in the template.
    pub logical_id: String,
    /// The Cargo binary it is built from.
    pub binary: String,
    /// Its environment: the globals' variables and its own.
    pub environment: BTreeMap<String, String>,
    /// What the HTTP API hands to it.
    pub routes: Vec<Route>,
    /// Memory in MB.
    pub memory_mb: u32,
    /// Time limit in seconds.
    pub timeout_s: u32,
    /// The log group it writes to, if the template names one.
    pub log_group: Option<String>,
    /// The streams whose records it gets.
    pub streams: Vec<StreamSource>,
    /// The times at which it is called.
    pub schedules: Vec<Schedule>,
}

/// What AWS delivers to a function besides HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventSources {
    /// The function's name in the template.
    pub logical_id: String,
    /// The Cargo binary it is built from.
    pub binary: String,
    /// The streams whose records it gets.
    pub streams: Vec<StreamSource>,
    /// The times at which it is called.
    pub schedules: Vec<Schedule>,
}

/// A table's stream as a function's event source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamSource {
    /// The table's name in the template.
    pub table: String,
    /// The stream's ARN, as the records carry it.
    pub arn: String,
    /// The most records of one invocation.
    pub batch_size: u32,
    /// Where a function begins that has not had anything yet.
    pub starting_position: StartingPosition,
    /// How often a batch is tried again; `None` is until its records expire.
    pub maximum_retries: Option<u32>,
    /// Whether a batch that failed is halved, so that what is wrong with it stands alone in the end.
    pub bisect: bool,
    /// Whether the answer names the records that failed.
    pub report_batch_item_failures: bool,
    /// The age at which a record is given up; `None` is as long as the stream keeps it.
    pub maximum_record_age_s: Option<u64>,
}

/// Where the first delivery begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartingPosition {
    /// With the oldest record there is.
    TrimHorizon,
    /// With what is written from now on.
    Latest,
}

/// A call at a fixed rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// The time between two calls.
    pub every: Duration,
    /// The event, if it is not EventBridge's own.
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

/// What a function may do.
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    /// The Cargo binary that the function is built from.
    pub binary: String,
    /// The role's name in IAM.
    pub name: String,
    /// The template's managed policies that it names, then its inline policies.
    pub policies: Vec<Policy>,
}

/// A policy of a role.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The name of an inline policy, or the logical id of a managed one.
    pub name: String,
    /// The statements that were asked for, as IAM has them.
    pub statements: Vec<Value>,
}

/// The access key id with which the function of this binary signs what it asks of the local AWS.
#[must_use]
pub fn local_access_key(binary: &str) -> String {
    format!("local-{binary}")
}
