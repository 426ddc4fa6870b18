//! Log groups and their retention.

use rusqlite::{ErrorCode, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::error::LogsError;
use super::paging::{limit, page, rows};
use super::session::{Answer, Session};

const MAX_PAGE: usize = 50;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// The retentions that CloudWatch Logs offers, in days.
const RETENTIONS: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GroupRequest {
    log_group_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RetentionRequest {
    log_group_name: String,
    retention_in_days: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeRequest {
    log_group_name_prefix: Option<String>,
    log_group_name_pattern: Option<String>,
    limit: Option<i64>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeAnswer {
    log_groups: Vec<Group>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    log_group_name: String,
    creation_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_in_days: Option<u32>,
    metric_filter_count: u32,
    arn: String,
    stored_bytes: i64,
    log_group_class: &'static str,
}

/// CloudWatch's rule for the names of log groups.
pub(super) fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/#".contains(&byte);
    (1..=512).contains(&name.len()) && name.bytes().all(allowed)
}

/// The name in `name`, or in `identifier`, which is a name or an ARN.
pub(super) fn name(name: Option<&String>, identifier: Option<&String>) -> Result<String, LogsError> {
    match (name, identifier) {
        (Some(name), None) => Ok(name.clone()),
        (None, Some(identifier)) => {
            let name = identifier.split_once(":log-group:").map_or(identifier.as_str(), |(_, name)| name);
            Ok(name.trim_end_matches(":*").to_owned())
        }
        _ => Err(LogsError::invalid("Exactly one of logGroupName and logGroupIdentifier is needed.")),
    }
}

/// The ARN of a group, in the local region and account.
pub(super) fn arn(group: &str) -> String {
    format!("arn:aws:logs:{}:000000000000:log-group:{group}", crate::config::DEFAULT_REGION)
}

pub(super) fn is_conflict(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}

impl Session<'_> {
    pub(super) fn ensure_group(&self, name: &str, retention_days: Option<u32>) -> rusqlite::Result<()> {
        let sql = "INSERT INTO log_groups (name, created_ms, retention_days) VALUES (?1, ?2, ?3)
                   ON CONFLICT (name) DO UPDATE SET retention_days = excluded.retention_days";
        self.connection.execute(sql, params![name, self.now_ms, retention_days]).map(drop)
    }

    pub(super) fn require_group(&self, name: &str) -> Result<(), LogsError> {
        let sql = "SELECT 1 FROM log_groups WHERE name = ?1";
        let found = self.connection.query_row(sql, [name], |_| Ok(())).optional()?;
        found.ok_or(LogsError::NotFound("log group"))
    }

    pub(super) fn create_group(&self, request: GroupRequest) -> Answer {
        let name = request.log_group_name;
        if !is_name(&name) {
            return Err(LogsError::invalid(format!(
                "Value {name:?} at 'logGroupName' must have 1 to 512 of the characters a-z, A-Z, 0-9 and ._-/#"
            )));
        }
        let sql = "INSERT INTO log_groups (name, created_ms) VALUES (?1, ?2)";
        match self.connection.execute(sql, params![name, self.now_ms]) {
            Ok(_) => Ok(String::new()),
            Err(error) if is_conflict(&error) => Err(LogsError::AlreadyExists("log group")),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn delete_group(&self, request: GroupRequest) -> Answer {
        let sql = "DELETE FROM log_groups WHERE name = ?1";
        match self.connection.execute(sql, [request.log_group_name])? {
            0 => Err(LogsError::NotFound("log group")),
            _ => Ok(String::new()),
        }
    }

    pub(super) fn put_retention(&self, request: RetentionRequest) -> Answer {
        let days = request.retention_in_days;
        if !RETENTIONS.contains(&days) {
            return Err(LogsError::invalid(format!("{days} is no retention that CloudWatch Logs offers.")));
        }
        self.set_retention(&request.log_group_name, Some(days))
    }

    pub(super) fn delete_retention(&self, request: GroupRequest) -> Answer {
        self.set_retention(&request.log_group_name, None)
    }

    fn set_retention(&self, name: &str, days: Option<u32>) -> Answer {
        let sql = "UPDATE log_groups SET retention_days = ?2 WHERE name = ?1";
        match self.connection.execute(sql, params![name, days])? {
            0 => Err(LogsError::NotFound("log group")),
            _ => Ok(String::new()),
        }
    }

    pub(super) fn retention(&self, name: &str) -> Result<Option<u32>, LogsError> {
        let sql = "SELECT retention_days FROM log_groups WHERE name = ?1";
        let found = self.connection.query_row(sql, [name], |row| row.get(0)).optional()?;
        found.ok_or(LogsError::NotFound("log group"))
    }

    pub(super) fn describe_groups(&self, request: DescribeRequest) -> Result<DescribeAnswer, LogsError> {
        let limit = limit(request.limit, MAX_PAGE)?;
        let (prefix, pattern) = (request.log_group_name_prefix, request.log_group_name_pattern);
        if prefix.is_some() && pattern.is_some() {
            return Err(LogsError::invalid("A prefix and a pattern cannot be given together."));
        }
        let after = request.next_token.unwrap_or_default();
        let sql = "SELECT name, created_ms, retention_days, stored_bytes FROM log_groups
                   WHERE name > ?1 AND substr(name, 1, length(?2)) = ?2 AND instr(name, ?3) > 0
                   ORDER BY name LIMIT ?4";
        let mut statement = self.connection.prepare_cached(sql)?;
        let found = statement.query_map(
            params![after, prefix.unwrap_or_default(), pattern.unwrap_or_default(), rows(limit + 1)],
            |row| {
                let name: String = row.get(0)?;
                Ok(Group {
                    arn: format!("{}:*", arn(&name)),
                    log_group_name: name,
                    creation_time: row.get(1)?,
                    retention_in_days: row.get(2)?,
                    metric_filter_count: 0,
                    stored_bytes: row.get(3)?,
                    log_group_class: "STANDARD",
                })
            },
        )?;
        let groups = found.collect::<rusqlite::Result<Vec<_>>>()?;
        let (log_groups, next_token) = page(groups, limit, |group| group.log_group_name.clone());
        Ok(DescribeAnswer { log_groups, next_token })
    }

    pub(super) fn sweep(&self) -> rusqlite::Result<usize> {
        let sql = "DELETE FROM log_events WHERE id IN (
                       SELECT log_events.id FROM log_groups JOIN log_events ON log_events.log_group = log_groups.name
                       WHERE retention_days IS NOT NULL AND timestamp_ms < ?1 - retention_days * ?2)";
        self.connection.execute(sql, [self.now_ms, DAY_MS])
    }
}
