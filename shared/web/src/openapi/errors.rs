//! The bodies of errors and the statuses that many operations have, as in Django REST framework.

use http::Method;
use serde_json::{Map, Value, json};

use super::schemas::reference;
use crate::route_spec::{RouteSpec, Who};

const JSON: &str = "application/json";

/// A status that is described once for all operations: its name among the components, and what it means.
const SHARED: [(&str, &str, &str); 9] = [
    ("400", "BadRequest", "The body can't be read, or fields are wrong: all of them, each with its messages"),
    ("401", "Unauthorized", "The credential is missing, invalid or has ended"),
    ("403", "Forbidden", "The caller may not do this, or the CSRF check failed"),
    ("409", "Conflict", "The first request with this `Idempotency-Key` is under way"),
    ("413", "TooLarge", "The request is larger than 6 MiB"),
    ("415", "UnsupportedMediaType", "The body is neither JSON nor a form"),
    ("422", "KeyOfAnotherRequest", "This `Idempotency-Key` was used for a request with another body"),
    ("429", "TooManyRequests", "Too many in too short a time"),
    ("500", "InternalError", "A mistake of the service; the log has its cause under the request's id"),
];
const UNAVAILABLE: (&str, &str, &str) =
    ("503", "Unavailable", "A service that this one stands on is busy; the same request may be sent again");

/// The schemas of errors.
pub(super) fn schemas() -> Vec<(String, Value)> {
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let nested = |name: &str| json!({ "anyOf": [list, reference(name)] });
    let all = [
        (
            "Error",
            json!({
                "type": "object",
                "description": "An error that is not about fields.",
                "required": ["detail"],
                "properties": {
                    "detail": { "type": "string", "description": "The reason." },
                    "code": { "type": "string", "description": "The reason for programs, where simplejwt has one." },
                    "messages": {
                        "type": "array",
                        "description": "What is wrong with a token, as simplejwt says it.",
                        "items": {
                            "type": "object",
                            "required": ["token_class", "token_type", "message"],
                            "properties": {
                                "token_class": { "type": "string" },
                                "token_type": { "type": "string" },
                                "message": { "type": "string" },
                            },
                        },
                    },
                    "message": { "type": "string", "description": "The reason again, where clients read it there." },
                    "request_id": { "type": "string", "description": "The request's id in the log." },
                },
            }),
        ),
        (
            "FieldErrors",
            json!({
                "type": "object",
                "description": "Messages by field, of all wrong fields at once. Those of a nested object are nested. \
                    `non_field_errors` has what is about no single field.",
                "additionalProperties": nested("FieldErrors"),
            }),
        ),
        (
            "FieldErrorsWithMessage",
            json!({
                "type": "object",
                "description": "Messages by field, and the first of them again in `message`, unless a field has this name.",
                "required": ["message"],
                "properties": { "message": { "anyOf": [{ "type": "string" }, list] } },
                "additionalProperties": nested("FieldErrors"),
            }),
        ),
    ];
    all.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

/// The responses among the components.
pub(super) fn responses() -> Map<String, Value> {
    let all = SHARED.into_iter().chain([UNAVAILABLE]);
    all.map(|(status, name, description)| (name.to_owned(), response(status, description, false))).collect()
}

/// The headers among the components.
pub(super) fn headers() -> Value {
    json!({
        "RequestId": { "description": "The request's id, which the log has too.", "schema": { "type": "string" } },
        "Challenge": { "description": "What a credential looks like (RFC 9110).",
            "schema": { "type": "string", "example": "Bearer realm=\"api\"" } },
        "RetryAfter": { "description": "The seconds after which a request may succeed.",
            "schema": { "type": "integer", "minimum": 1 } },
    })
}

/// The response of a status.
fn response(status: &str, description: &str, tells_message: bool) -> Value {
    json!({
        "description": description,
        "headers": headers_of(status),
        "content": { JSON: { "schema": schema(status, tells_message) } },
    })
}

/// The headers of a response with this status.
pub(super) fn headers_of(status: &str) -> Value {
    let header = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
    let mut headers = json!({ "X-Request-Id": header("RequestId") });
    let own = match status {
        "401" => Some(("WWW-Authenticate", header("Challenge"))),
        "429" | "503" => Some(("Retry-After", header("RetryAfter"))),
        _ => None,
    };
    if let (Some((name, value)), Value::Object(headers)) = (own, &mut headers) {
        headers.insert(name.to_owned(), value);
    }
    headers
}

fn schema(status: &str, tells_message: bool) -> Value {
    let fields = if tells_message { "FieldErrorsWithMessage" } else { "FieldErrors" };
    if status == "400" { json!({ "anyOf": [reference("Error"), reference(fields)] }) } else { reference("Error") }
}

/// Adds the statuses that an operation has because of its row, and bodies and headers to those that it names itself.
pub(super) fn complete(method: &Method, spec: &RouteSpec, responses: &mut Map<String, Value>) {
    if spec.who != Who::Any {
        // Every handler says the same of it.
        responses.shift_remove("401");
    }
    for (status, name, _) in SHARED.into_iter().chain([UNAVAILABLE]) {
        if is_general(status, method, spec) && !responses.contains_key(status) {
            let shared = json!({ "$ref": format!("#/components/responses/{name}") });
            responses.insert(status.to_owned(), shared);
        }
    }
    for (status, own) in responses.iter_mut().filter(|(_, own)| own.get("$ref").is_none()) {
        let Value::Object(own) = own else { continue };
        own.insert("headers".to_owned(), headers_of(status));
        let has_own_body = own.get("content").is_some_and(|content| !is_detail(content));
        if status.as_str() >= "400" && !has_own_body {
            own.insert("content".to_owned(), json!({ JSON: { "schema": schema(status, spec.tells_message) } }));
        }
    }
    responses.sort_keys();
}

/// Whether a content is the plain `{"detail": …}`, which the common schema of errors has too.
fn is_detail(content: &Value) -> bool {
    let schema = content.get(JSON).and_then(|content| content.get("schema"));
    schema.is_some_and(|schema| *schema == reference("Detail"))
}

/// Whether operations of this kind can answer so, whatever their handler does.
fn is_general(status: &str, method: &Method, spec: &RouteSpec) -> bool {
    let reads_body = *method != Method::GET;
    let asks_caller = spec.who != Who::Any;
    match status {
        "400" | "413" | "415" => reads_body,
        "401" => asks_caller,
        "403" => asks_caller && reads_body,
        "409" => spec.needs_key(),
        "422" => spec.needs_key() && asks_caller,
        "429" => spec.limit.is_some(),
        "500" | "503" => true,
        _ => false,
    }
}
