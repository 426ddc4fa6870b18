//! `POST /api/notifications/read/`.

use std::collections::HashSet;

use aviary_auth::Unconfirmed;
use aviary_model::NotificationId;
use aviary_web::{ApiError, Fields, Form, Payload, Value, body};
use axum::Json;
use axum::extract::State;

use crate::response::UnreadResponse;
use crate::state::NotificationsState;

const MAX_IDS: usize = 100;

body! {
    /// The notifications to mark as read.
    pub struct MarkReadBody {
        /// At most 100 ids. Unknown ids and those of other users' notifications are ignored. If absent, all
        /// notifications are marked.
        ids: HashSet<NotificationId> = by([String], read_ids),
    }
}

/// Marks notifications as read. Three round trips, four with ids.
#[utoipa::path(post, path = "/api/notifications/read", tag = "notifications", request_body = MarkReadBody,
    responses(
        (status = 200, description = "The number of notifications that are still unread", body = UnreadResponse),
        (status = 400, description = "`ids` is not a list of at most 100 ids"),
        (status = 401, description = "Missing or invalid credential"),
    ))]
pub async fn mark_read(
    State(state): State<NotificationsState>,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<Json<UnreadResponse>, ApiError> {
    let caller = unconfirmed.with_form(&form).confirm().await?;
    let unread = match ids(&form)? {
        Some(ids) => state.notifications.read(caller.user, &ids, state.clock.now()).await?,
        None => {
            state.notifications.read_all(caller.user).await?;
            0
        }
    };
    Ok(Json(UnreadResponse { unread }))
}

/// The field `ids`; `None` if it is absent.
fn ids(form: &Form) -> Result<Option<HashSet<NotificationId>>, ApiError> {
    let mut fields = Fields::of(form);
    let ids = MarkReadBody::read(&mut fields).ids;
    fields.finish(Some(ids))
}

fn read_ids(fields: &mut Fields<'_>, name: &str) -> Option<HashSet<NotificationId>> {
    let form = fields.form();
    let value = form.get(name)?;
    match value {
        Value::Json(value) if value.is_null() => fields.error(name, "This field may not be null."),
        value if !is_list(value) => {
            fields.error(name, format!("Expected a list of items but got type \"{}\".", python_type(value)));
        }
        _ => {}
    }
    let sent = form.all(name);
    if sent.len() > MAX_IDS {
        fields.error(name, format!("Ensure this field has no more than {MAX_IDS} elements."));
    }
    let ids: Option<HashSet<NotificationId>> = sent.iter().map(id).collect();
    if ids.is_none() && is_list(value) {
        fields.error(name, "Must be a valid UUID.");
    }
    ids
}

/// Whether the field has the form of a list: one of JSON, or a field of a form.
fn is_list(value: &Value) -> bool {
    match value {
        Value::Text(_) | Value::File(_) => true,
        Value::Json(value) => value.is_array(),
        Value::Number(_) | Value::Object(_) | Value::Raw(_) => false,
    }
}

fn id(value: &Value) -> Option<NotificationId> {
    match value {
        Value::Text(text) => text.parse().ok(),
        Value::Json(value) => value.as_str()?.parse().ok(),
        Value::Number(_) | Value::Object(_) | Value::Raw(_) | Value::File(_) => None,
    }
}

/// The value's type in Python's words, which Django REST framework uses in its error.
fn python_type(value: &Value) -> &'static str {
    match value {
        Value::Object(_) => "dict",
        Value::Json(value) if value.is_boolean() => "bool",
        Value::Number(number) if number.is_float() => "float",
        Value::Number(_) => "int",
        _ => "str",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const IDS: &str = "ids";
    const ID: &str = "019a0000-0000-8000-8000-0000000000aa";

    fn read(value: serde_json::Value) -> Result<Option<usize>, ApiError> {
        ids(&Form::new(vec![(IDS.to_owned(), Value::Json(value))])).map(|ids| ids.map(|ids| ids.len()))
    }

    #[test]
    fn ids_are_a_list_of_ids_or_absent() {
        assert_eq!(ids(&Form::default()).expect("all").map(|ids| ids.len()), None);
        assert_eq!(read(json!([])).expect("none"), Some(0));
        assert_eq!(read(json!([ID, ID])).expect("one"), Some(1));
        let form = [ID, "019a0000-0000-8000-8000-0000000000ab"].map(|id| (IDS.to_owned(), Value::Text(id.to_owned())));
        assert_eq!(ids(&Form::new(form.to_vec())).expect("two").map(|ids| ids.len()), Some(2));
        for wrong in
            [json!(null), json!(ID), json!({}), json!(1), json!(true), json!([1]), json!(["x"]), json!([ID, null])]
        {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
        let many = |count: u32| {
            json!((0..count).map(|n| format!("019a0000-0000-8000-8000-00000000{n:04x}")).collect::<Vec<_>>())
        };
        assert_eq!(read(many(100)).expect("a hundred"), Some(100));
        assert!(read(many(101)).is_err());
    }
}
