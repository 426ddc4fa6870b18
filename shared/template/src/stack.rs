use std::collections::BTreeMap;

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

/// A global secondary index.
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
}

/// A route of the HTTP API.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// `ANY` or an HTTP method, in upper case.
    pub method: String,
    /// The path in API Gateway's syntax, e.g. `/auth/{proxy+}`.
    pub path: String,
}
