//! The credentials: an access token, a device token, or a browser's session.

use http::Method;
use serde_json::{Value, json};

use crate::cookies::SESSION_COOKIE;
use crate::route_spec::{RouteSpec, Who};

/// The schemes among the components.
pub(super) fn schemes() -> Value {
    json!({
        "accessToken": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "An access token. The schemes `Bearer`, `JWT` and `Token` are one.",
        },
        "deviceToken": {
            "type": "apiKey", "in": "header", "name": "Authorization",
            "description": "`Token` and a device token of 40 hex digits. The other two schemes will do as well.",
        },
        "session": {
            "type": "apiKey", "in": "cookie", "name": SESSION_COOKIE,
            "description": "The session of a browser that logged in.",
        },
        "csrf": {
            "type": "apiKey", "in": "header", "name": "X-CSRFToken",
            "description": "The value of the cookie `csrftoken`. An unsafe request needs it beside the session, or the \
                form's field `csrfmiddlewaretoken`.",
        },
    })
}

/// Which credentials an operation takes.
pub(super) fn of(method: &Method, spec: &RouteSpec) -> Value {
    let session = if *method == Method::GET { json!({ "session": [] }) } else { json!({ "session": [], "csrf": [] }) };
    let credentials = [json!({ "accessToken": [] }), json!({ "deviceToken": [] }), session];
    match spec.who {
        // Lists and things show the caller's own reactions, if there is a caller.
        Who::Any if *method == Method::GET => [json!({})].into_iter().chain(credentials).collect(),
        Who::Any => json!([]),
        Who::User | Who::Own | Who::Staff => credentials.into_iter().collect(),
    }
}
