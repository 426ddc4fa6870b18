//! The whole document: what every operation shares, and the operations of all functions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::schemas::{self, Components};
use super::words::SECTIONS;
use super::{Documented, errors, operation, security};

/// Examples by operation, such as `GET /api/tweets/{id}`.
pub type Examples = BTreeMap<String, Example>;

/// A request that was sent to a running service, and what it was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// The JSON body that succeeded, where the operation reads one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Value>,
    /// The answers by status, as far as they have JSON bodies.
    pub responses: BTreeMap<String, Value>,
}

/// The document of all functions.
///
/// # Errors
/// When two different schemas have the same name.
pub fn document(functions: &[Documented], examples: &Examples) -> Result<Value, String> {
    let mut responses = errors::responses();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let operations = functions.iter().flat_map(|function| &function.operations).filter(|operation| !operation.is_page);
    for documented in operations {
        let mut json = documented.json.clone();
        if let Some(example) = examples.get(&format!("{} {}", documented.method, documented.path)) {
            show(example, &mut json, &mut responses);
        }
        let path = paths.entry(documented.path.clone()).or_default();
        path.insert(documented.method.as_str().to_lowercase(), json);
    }
    let paths: Map<String, Value> = paths.into_iter().map(|(path, item)| (path, Value::Object(item))).collect();
    let (paths, responses) = (Value::Object(paths), Value::Object(responses));
    let mut schemas = Components::merged(functions.iter().map(|function| &function.components))?;
    schemas.insert("Page".to_owned(), schemas::page());
    schemas.extend(errors::schemas());
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Aviary",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A social backend: accounts, profiles, tweets with media, and arithmetic on encrypted integers.",
            "description": DESCRIPTION,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "The service that serves this document." }],
        "tags": SECTIONS.iter().map(|(_, name, text)| json!({ "name": name, "description": text })).collect::<Vec<_>>(),
        "components": {
            "schemas": schemas::used(&[&paths, &responses], schemas),
            "responses": responses,
            "parameters": operation::shared_parameters(),
            "headers": errors::headers(),
            "securitySchemes": security::schemes(),
        },
        "paths": paths,
    }))
}

/// Puts an example's bodies beside their schemas.
fn show(example: &Example, operation: &mut Value, shared: &mut Map<String, Value>) {
    let json_content = |of: &str| format!("{of}/content/application~1json");
    if let Some(request) = &example.request
        && let Some(Value::Object(content)) = operation.pointer_mut(&json_content("/requestBody"))
    {
        content.insert("example".to_owned(), request.clone());
    }
    for (status, body) in &example.responses {
        let own = operation.pointer_mut(&format!("/responses/{status}"));
        let Some(own) = own else { continue };
        let name = own.get("$ref").and_then(Value::as_str).and_then(|name| name.rsplit('/').next());
        let response = match name.map(ToOwned::to_owned) {
            // One example is enough for all.
            Some(name) => shared.get_mut(&name).filter(|response| response.pointer(EXAMPLE).is_none()),
            None => Some(own),
        };
        if let Some(Value::Object(content)) = response.and_then(|response| response.pointer_mut(&json_content(""))) {
            content.insert("example".to_owned(), body.clone());
        }
    }
}

const EXAMPLE: &str = "/content/application~1json/example";

const DESCRIPTION: &str = "\
Clients of five documented systems work against this API when their base URL is changed. Each section below holds what one \
of these documents describes; the last one has the rest. Some operations are in several.

**Paths** work with and without a slash at their end. `HEAD` works where `GET` does.

**Bodies** may be JSON, a form or multipart. In forms, fields of a nested object are written `object.field`, lists by \
repeating the field. Unknown fields are ignored. Requests have at most 6 MiB; larger files go straight to the bucket \
(`POST /api/tweets/media/`).

**Credentials.** `POST /auth/login/` answers an access token for `Authorization: Bearer …`. `Bearer`, `JWT` and `Token` are \
one; a JWT and a device token of 40 hex digits are told apart by their form. A browser's session cookie is a credential \
too; then an unsafe request needs `X-CSRFToken` with the value of the cookie `csrftoken`. Operations that need no caller \
ignore a credential that is not valid.

**Errors** have the shapes of Django REST framework: `{\"field\": [\"message\"]}` with all wrong fields at once, or \
`{\"detail\": \"reason\"}`, with `code` where simplejwt has one. A 401 means that no valid credential came, a 403 that it is \
not enough, a 404 that there is no such thing or that the caller may not know of it.

**Lists** have pages: `limit` (20 by default, at most 100) and `cursor`, which is in the URL `next` of the page before.

**Repeating.** A POST that creates something may be sent again with the same `Idempotency-Key`: it is done once, for a day.

**Limits.** Too many requests are answered with 429 and `Retry-After`. `x-limit` names the limit of an operation; its \
number is a setting of the deployment.

**Request ids.** Every response has `X-Request-Id`, under which the log has the request.";
