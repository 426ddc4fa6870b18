//! Response bodies. Units are copied from their stored JSON and never parsed for a response.

use aviary_media::Download;
use aviary_model::{Encoding, SetId};
use aviary_web::ApiError;
use axum::response::{IntoResponse, Response};
use bytestring::ByteString;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// One integer of a set.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownUnit {
    /// Position in the set.
    pub index: u64,
    /// The constant term: a number of any size, or a text in the set's encoding.
    #[serde(rename = "X")]
    #[schema(value_type = Value, example = 1)]
    pub x: Value,
    /// The coefficient of *m*.
    #[schema(value_type = Value, example = 1)]
    pub q: Value,
    /// All terms of the polynomial, unless it is just `X + q·m - p`.
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
    /// The coefficient.
    #[schema(value_type = Value, example = 1)]
    pub c: Value,
}

/// A set that was written.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownSet {
    /// The set's id.
    pub set_id: String,
    /// Its session.
    pub session_id: String,
    /// The encoding of texts among the integers, if they are digits: `decimal` or `hex`.
    #[schema(required = false)]
    pub encoding: String,
    /// Its units, ordered by index.
    #[schema(required = false)]
    pub integers: Vec<ShownUnit>,
    /// Replaces `integers` if they are too large for a response, or if the request asked for a file.
    #[schema(required = false)]
    pub download: Option<Download>,
}

/// A set that was read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownOwnSet {
    /// The owner, who is the caller.
    pub user_id: String,
    /// The set's session.
    pub session_id: String,
    /// The set's id.
    pub set_id: String,
    /// The encoding of texts among the integers, if they are digits: `decimal` or `hex`.
    #[schema(required = false)]
    pub encoding: String,
    /// Its units, ordered by index.
    #[schema(required = false)]
    pub integers: Vec<ShownUnit>,
    /// Replaces `integers` if they are too large for a response, or if the request asked for a file.
    #[schema(required = false)]
    pub download: Option<Download>,
}

/// A set that was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeletedSet {
    /// The set's id.
    pub set_id: String,
}

/// A session that was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeletedSession {
    /// The session's name.
    pub session_id: String,
}

/// A session with its sets.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownIntegerSession {
    /// The session's name.
    pub session_id: String,
    /// Its sets, ordered by id.
    #[schema(required = false)]
    pub integer_sets: Vec<ShownSetOfSession>,
    /// Replaces `integer_sets` if they are too large for a response, or if the request asked for a file.
    #[schema(required = false)]
    pub download: Option<Download>,
}

/// A set of a session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownSetOfSession {
    /// The set's id.
    pub set_id: String,
    /// The encoding of texts among the integers, if they are digits: `decimal` or `hex`.
    #[schema(required = false)]
    pub encoding: String,
    /// Its units, ordered by index.
    pub integers: Vec<ShownUnit>,
}

/// A response whose last member is JSON that was serialized before.
#[derive(Debug)]
pub struct RawJsonResponse {
    pub(crate) status: StatusCode,
    /// The members before the last one.
    pub(crate) members: Map<String, Value>,
    /// The last member's name.
    pub(crate) name: &'static str,
    /// The last member's JSON.
    pub(crate) json: ByteString,
}

impl RawJsonResponse {
    pub(crate) fn new<const N: usize>(
        status: StatusCode,
        members: [(&str, &str); N],
        name: &'static str,
        json: ByteString,
    ) -> Self {
        let members = members.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        Self { status, members, name, json }
    }
}

/// Names the encoding where the texts alone do not show it, so that a client can send the response back unchanged.
pub(crate) fn insert_encoding(members: &mut Map<String, Value>, encoding: Encoding) {
    let name = match encoding {
        Encoding::Decimal => "decimal",
        Encoding::Hex => "hex",
        Encoding::Number | Encoding::Base64 => return,
    };
    members.insert("encoding".to_owned(), Value::from(name));
}

/// Serializes an object with these members and one more whose value is already JSON.
pub(crate) fn join_members(members: &Map<String, Value>, name: &str, json: &str) -> Result<String, ApiError> {
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

/// The JSON of a list of sets, built set by set.
#[derive(Debug)]
pub(crate) struct SetList(String);

impl Default for SetList {
    fn default() -> Self {
        Self(String::from("["))
    }
}

impl SetList {
    /// Adds a set, whose units are already JSON.
    pub(crate) fn push(&mut self, id: &SetId, encoding: Encoding, units: &str) -> Result<(), ApiError> {
        let mut members = Map::new();
        members.insert("set_id".to_owned(), Value::from(id.as_str()));
        insert_encoding(&mut members, encoding);
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&join_members(&members, "integers", units)?);
        Ok(())
    }

    pub(crate) fn finish(mut self) -> ByteString {
        self.0.push(']');
        self.0.into()
    }
}

impl IntoResponse for RawJsonResponse {
    fn into_response(self) -> Response {
        match join_members(&self.members, self.name, &self.json) {
            Ok(body) => {
                let json = HeaderValue::from_static("application/json");
                (self.status, [(CONTENT_TYPE, json)], body).into_response()
            }
            Err(error) => error.into_response(),
        }
    }
}
