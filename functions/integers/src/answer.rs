//! What clients are shown: units as the JSON that is kept of them, never read for it.

use aviary_media::Download;
use aviary_model::Encoding;
use aviary_web::ApiError;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// One integer of a set.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownUnit {
    /// Its place in the set.
    pub index: u64,
    /// The constant term: a number of any size, or a text in the set's encoding.
    #[serde(rename = "X")]
    #[schema(value_type = Value, example = 1)]
    pub x: Value,
    /// The coefficient of *m*.
    #[schema(value_type = Value, example = 1)]
    pub q: Value,
    /// All its terms, if it is not just `X + q·m - p`.
    #[schema(required = false)]
    pub terms: Vec<ShownTerm>,
}

/// One term of a polynomial in the client's two secrets.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownTerm {
    /// The power of *m*.
    pub m: u8,
    /// The power of *p*.
    pub p: u8,
    /// What they are multiplied by.
    #[schema(value_type = Value, example = 1)]
    pub c: Value,
}

/// A set that was written.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownSet {
    /// The set.
    pub set_id: String,
    /// Its session.
    pub session_id: String,
    /// How texts among the integers are written, if they are in digits: `decimal` or `hex`.
    #[schema(required = false)]
    pub encoding: String,
    /// Its units, by their indexes.
    pub integers: Vec<ShownUnit>,
    /// In place of `integers`, if they are too large for an answer or were asked for so.
    #[schema(required = false)]
    pub download: Option<Download>,
}

/// A set that was read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownOwnSet {
    /// Whose it is.
    pub user_id: String,
    /// Its session.
    pub session_id: String,
    /// The set.
    pub set_id: String,
    /// How texts among the integers are written, if they are in digits: `decimal` or `hex`.
    #[schema(required = false)]
    pub encoding: String,
    /// Its units, by their indexes.
    pub integers: Vec<ShownUnit>,
    /// In place of `integers`, if they are too large for an answer or were asked for so.
    #[schema(required = false)]
    pub download: Option<Download>,
}

/// The id of a set that is gone.
#[derive(Debug, Serialize, ToSchema)]
pub struct GoneSet {
    /// The set.
    pub set_id: String,
}

/// The name of a session that is gone.
#[derive(Debug, Serialize, ToSchema)]
pub struct GoneSession {
    /// The session.
    pub session_id: String,
}

/// A session with its sets.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownSession {
    /// The session.
    pub session_id: String,
    /// Its sets, by their ids.
    pub integer_sets: Vec<ShownSetOfSession>,
    /// In place of `integer_sets`, if they are too large for an answer or were asked for so.
    #[schema(required = false)]
    pub download: Option<Download>,
}

/// A set of a session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownSetOfSession {
    /// The set.
    pub set_id: String,
    /// How texts among the integers are written, if they are in digits: `decimal` or `hex`.
    #[schema(required = false)]
    pub encoding: String,
    /// Its units, by their indexes.
    pub integers: Vec<ShownUnit>,
}

/// An answer whose last member is JSON that is already written.
#[derive(Debug)]
pub struct Answer {
    pub(crate) status: StatusCode,
    /// The members before it.
    pub(crate) members: Map<String, Value>,
    /// Its name.
    pub(crate) name: &'static str,
    /// It.
    pub(crate) json: String,
}

impl Answer {
    pub(crate) fn new<const N: usize>(
        status: StatusCode,
        members: [(&str, &str); N],
        name: &'static str,
        json: String,
    ) -> Self {
        let members = members.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        Self { status, members, name, json }
    }
}

/// Says in which encoding texts are, where they don't say it themselves: what was answered can be sent again as it is.
pub(crate) fn say_encoding(members: &mut Map<String, Value>, encoding: Encoding) {
    let name = match encoding {
        Encoding::Decimal => "decimal",
        Encoding::Hex => "hex",
        Encoding::Number | Encoding::Base64 => return,
    };
    members.insert("encoding".to_owned(), Value::from(name));
}

/// An object with these members and one more that is already JSON.
pub(crate) fn spliced(members: &Map<String, Value>, name: &str, json: &str) -> Result<String, ApiError> {
    let mut text = serde_json::to_string(members).map_err(ApiError::internal)?;
    text.pop();
    text.reserve(json.len() + name.len() + 5);
    if !members.is_empty() {
        text.push(',');
    }
    text.push_str(&format!("\"{name}\":"));
    text.push_str(json);
    text.push('}');
    Ok(text)
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match spliced(&self.members, self.name, &self.json) {
            Ok(body) => {
                let json = HeaderValue::from_static("application/json");
                (self.status, [(CONTENT_TYPE, json)], body).into_response()
            }
            Err(error) => error.into_response(),
        }
    }
}
