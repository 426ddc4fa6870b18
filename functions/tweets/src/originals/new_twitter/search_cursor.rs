//! `searchAfterText`: where a search goes on.

use aviary_model::TweetId;
use aviary_web::{ApiError, Form, PageQuery, Value};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// The places after which the lists of a search go on; `None` for a list that has ended.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SearchCursor {
    /// In the list of people.
    pub(crate) users: Option<String>,
    /// In the list of tweets.
    pub(crate) tweets: Option<TweetId>,
}

impl SearchCursor {
    /// The cursor that a request names; `None` for the first page.
    ///
    /// # Errors
    /// 404 for a text that is no cursor.
    pub(crate) fn of(form: &Form) -> Result<Option<Self>, ApiError> {
        let text = match form.get("searchAfterText") {
            Some(Value::Text(text)) if !text.trim().is_empty() => text.trim(),
            _ => return Ok(None),
        };
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| PageQuery::invalid())?;
        serde_json::from_slice(&bytes).map(Some).map_err(|_| PageQuery::invalid())
    }

    /// The text that the next request sends.
    pub(crate) fn text(&self) -> String {
        // A map of two texts always has a JSON form.
        BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(text: &str) -> Result<Option<SearchCursor>, ApiError> {
        SearchCursor::of(&Form::new(vec![("searchAfterText".to_owned(), Value::Text(text.to_owned()))]))
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let tweet = "019a0000-0000-7000-8000-0000000000aa".parse().unwrap();
        for cursor in [
            SearchCursor { users: Some("ada#1".to_owned()), tweets: Some(tweet) },
            SearchCursor { users: None, tweets: Some(tweet) },
            SearchCursor::default(),
        ] {
            assert_eq!(read(&cursor.text()).unwrap(), Some(cursor));
        }
        assert_eq!(read(" ").unwrap(), None);
        for wrong in ["x", "null", "bnVsbA", "eyJ0d2VldHMiOiJ4In0"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
