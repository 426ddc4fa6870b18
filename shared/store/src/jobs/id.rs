//! What a job is called: its area and an id. The area is a part of the key, so that a role's right to write jobs ends
//! at the areas of its function (`template.yaml`).

use std::fmt;
use std::str::FromStr;

use aviary_model::SessionId;
use serde::{Deserialize, Serialize};

/// Which functions may write a kind of job. IAM can't tell kinds apart, but prefixes of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum JobArea {
    /// Mails, exports, sessions and deletions of accounts: `auth` and `admin`.
    Accounts,
    /// What was written and is deleted: `tweets` and `admin`.
    Content,
    /// Timelines and notifications: `feed`.
    Timelines,
    /// Integer sets: `integers` and `admin`.
    Integers,
}

/// The id of a job. Its text is `<area>#<id>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct JobId {
    /// The area; `None` in jobs that were written before there were areas, and of a kind that this version does not
    /// know.
    area: Option<JobArea>,
    id: SessionId,
}

/// The text is no id of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no id of a job")]
pub struct NoJobId;

impl JobId {
    pub(crate) fn new(area: Option<JobArea>, id: SessionId) -> Self {
        Self { area, id }
    }

    /// The area, if the id has one.
    #[must_use]
    pub fn area(self) -> Option<JobArea> {
        self.area
    }

    /// Whether a job with this id may do what is of that area.
    pub(crate) fn is_of(self, area: Option<JobArea>) -> bool {
        self.area.is_none() || area.is_none() || self.area == area
    }

    pub(crate) fn uuid(self) -> uuid::Uuid {
        self.id.uuid()
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.area {
            Some(area) => write!(f, "{area}#{}", self.id),
            None => write!(f, "{}", self.id),
        }
    }
}

impl FromStr for JobId {
    type Err = NoJobId;

    fn from_str(text: &str) -> Result<Self, NoJobId> {
        let (area, id) = match text.split_once('#') {
            Some((area, id)) => (Some(area.parse().map_err(|_| NoJobId)?), id),
            None => (None, text),
        };
        Ok(Self { area, id: id.parse().map_err(|_| NoJobId)? })
    }
}

impl From<JobId> for String {
    fn from(id: JobId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for JobId {
    type Error = NoJobId;

    fn try_from(text: String) -> Result<Self, NoJobId> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_from_its_text() {
        let id = "019a0000-0000-7000-8000-0000000000aa";
        for text in [format!("accounts#{id}"), format!("timelines#{id}"), id.to_owned()] {
            assert_eq!(text.parse::<JobId>().map(|id| id.to_string()), Ok(text.clone()));
        }
        for wrong in ["", "accounts", "accounts#", "others#019a0000-0000-7000-8000-0000000000aa", "#"] {
            assert_eq!(wrong.parse::<JobId>(), Err(NoJobId), "{wrong}");
        }
    }
}
