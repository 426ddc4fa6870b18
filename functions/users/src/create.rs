//! `POST /api/users/create/` (document 003).

use std::convert::Infallible;

use aviary_auth::Unconfirmed;
use aviary_model::{Bio, NameKey};
use aviary_store::{IdempotencyClaim, Profile};
use aviary_web::{ApiError, Fields, Form, IdempotencyKey, IdempotentRequest, Payload};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::UsersState;
use crate::answer::ShownUser;

/// How much of a wrong name is repeated: a right one has no more.
const SHOWN_CHARACTERS: usize = 150;

/// Document 003's new user.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreateBody {
    /// The caller's own username.
    #[schema(example = "john_doe")]
    pub username: String,
    /// The biography, at most 400 characters; without it an existing one stays.
    #[schema(required = false, example = "biography blabla")]
    pub biography: String,
}

/// A body whose fields are valid.
struct Create {
    name: String,
    bio: Option<Bio>,
}

/// Creates the user's profile for this service, with its biography. Three steps, four with an idempotency
/// key.
#[utoipa::path(post, path = "/api/users/create", tag = "users", request_body = CreateBody, responses(
    (status = 201, description = "The user", body = ShownUser),
    (status = 400, description = "What is wrong with which field; the profile exists; nobody has this name"),
    (status = 401, description = "No credential, or one that does not count"),
    (status = 403, description = "Another's name"),
))]
pub async fn create(
    State(state): State<UsersState>,
    unconfirmed: Unconfirmed,
    key: IdempotencyKey,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<serde_json::Value>), ApiError> {
    let user = unconfirmed.user();
    let read = read(&form);
    // A body that is wrong is said after a credential that is.
    let name = NameKey::of(read.as_ref().map_or("", |create| &create.name));
    let (caller, owner) = unconfirmed.with_form(&form).confirm_with(state.profiles.owner_of(&name)).await?;
    let create = read?;
    let owner = owner.ok_or_else(|| unknown(&create.name))?;
    caller.must_own(owner)?;
    let profile = state.profiles.by_id(owner).await?.ok_or_else(|| unknown(&create.name))?;
    let credentials = &state.authenticator.credentials;
    let body = form.digest(&[]);
    let claim = key.claim(credentials, "users-create", Some(user), &body, state.clock.now());
    let claim = match claim.await? {
        IdempotentRequest::New(claim) => claim,
        IdempotentRequest::Repeat(answer) => return again(&answer),
    };
    let written = write(&state, &profile, create.bio.as_ref(), claim.as_ref()).await;
    if let (Err(_), Some(claim)) = (&written, &claim) {
        credentials.release_idempotency_key(claim).await?;
    }
    Ok((StatusCode::CREATED, Json(written?)))
}

fn read(form: &Form) -> Result<Create, ApiError> {
    let mut fields = Fields::of(form);
    let name = fields.required("username", |text| Ok::<_, Vec<Infallible>>(text.trim().to_owned()));
    let bio = fields.blankable("biography", Bio::parse);
    fields.finish(name.map(|name| Create { name, bio }))
}

async fn write(
    state: &UsersState,
    profile: &Profile,
    bio: Option<&Bio>,
    claim: Option<&IdempotencyClaim>,
) -> Result<serde_json::Value, ApiError> {
    let answer = ShownUser::of(profile, bio.unwrap_or(&profile.bio));
    let answer = serde_json::to_value(answer).map_err(ApiError::internal)?;
    let claim = claim.map(|claim| (claim, &state.authenticator.credentials, answer.to_string()));
    if state.profiles.create_for_service(profile.id, bio, claim).await? {
        Ok(answer)
    } else {
        Err(ApiError::field("username", "A profile for this user already exists."))
    }
}

/// The first answer once more.
fn again(answer: &str) -> Result<(StatusCode, Json<serde_json::Value>), ApiError> {
    serde_json::from_str(answer).map(|answer| (StatusCode::CREATED, Json(answer))).map_err(ApiError::internal)
}

fn unknown(name: &str) -> ApiError {
    let shown: String = name.chars().take(SHOWN_CHARACTERS).collect();
    ApiError::field("username", format!("Object with username={shown} does not exist."))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use aviary_web::Value;

    use super::*;

    fn form(body: serde_json::Value) -> Form {
        let fields = body.as_object().unwrap().iter();
        Form::new(fields.map(|(name, value)| (name.clone(), Value::Json(value.clone()))).collect())
    }

    #[test]
    fn an_absent_biography_is_something_else_than_an_empty_one() {
        let bio = |body: serde_json::Value| {
            let bio = read(&form(body)).unwrap().bio;
            bio.map(|bio| bio.as_str().to_owned())
        };
        assert_eq!(bio(serde_json::json!({ "username": "ada" })), None);
        assert_eq!(bio(serde_json::json!({ "username": "ada", "biography": "" })), Some(String::new()));
        assert_eq!(bio(serde_json::json!({ "username": "ada", "biography": " b " })), Some("b".to_owned()));
        assert!(read(&form(serde_json::json!({ "username": "ada", "biography": null }))).is_err());
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let wrong = serde_json::json!({ "username": [], "biography": "x".repeat(401) });
        let Err(error) = read(&form(wrong)) else { unreachable!("refused") };
        let text = format!("{error:?}");
        assert!(text.contains("username") && text.contains("400 characters"), "{text}");
    }
}
