//! `POST /api/users/create/` (document 003).

use std::convert::Infallible;

use aviary_auth::{StaffAct, Unconfirmed};
use aviary_model::{Bio, NameKey};
use aviary_store::{IdempotencyClaim, Profile};
use aviary_web::{ApiError, Client, Fields, Form, IdempotencyKey, IdempotentRequest, Payload, body};
use axum::Json;
use axum::extract::State;
use http::StatusCode;

use crate::response::ShownUser;
use crate::state::UsersState;

/// How many characters of an unknown name its error repeats: a valid name has no more.
const MAX_SHOWN_CHARACTERS: usize = 150;

body! {
    /// A new user, as document 003 sends it.
    pub struct CreateUserBody {
        /// The caller's own username.
        #[schema(example = "john_doe")]
        username: String = required(name),
        /// At most 400 characters. If absent, an existing biography stays.
        #[schema(example = "biography blabla")]
        biography: Bio = blankable(Bio::parse),
    }
}

/// The valid fields of a body.
struct NewUser {
    name: String,
    bio: Option<Bio>,
}

/// Creates the caller's profile in the user service. Staff may create another user's. Four round trips, five with an
/// idempotency key.
#[utoipa::path(post, path = "/api/users/create", tag = "users", request_body = CreateUserBody, responses(
    (status = 201, description = "The new user", body = ShownUser),
    (status = 400, description = "Invalid fields, each with its errors; the profile exists already; or unknown username"),
    (status = 401, description = "Missing or invalid credential"),
    (status = 403, description = "Another user's name"),
))]
pub async fn create_user(
    State(state): State<UsersState>,
    client: Client,
    unconfirmed: Unconfirmed,
    key: IdempotencyKey,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<serde_json::Value>), ApiError> {
    let user = unconfirmed.user();
    let new_user = read(&form);
    // An invalid body is reported only after an invalid credential.
    let name = NameKey::of(new_user.as_ref().map_or("", |new_user| &new_user.name));
    let (caller, owner) = unconfirmed.with_form(&form).confirm_with(state.profiles.owner_of(&name)).await?;
    let new_user = new_user?;
    let owner = owner.ok_or_else(|| unknown(&new_user.name))?;
    caller.must_own(owner)?;
    let profile = state.profiles.by_id(owner).await?.ok_or_else(|| unknown(&new_user.name))?;
    let credentials = &state.authenticator.credentials;
    let body = || form.digest(&[]);
    let claim = key.claim(credentials, "users-create", Some(user), body, state.clock.now());
    let claim = match claim.await? {
        IdempotentRequest::New(claim) => claim,
        IdempotentRequest::Repeat(response) => return repeat_response(&response),
    };
    let act = StaffAct { event: "profile_changed", caller: &caller, owner, subject: None };
    let written = write(&state, &profile, new_user.bio.as_ref(), claim.as_ref());
    let written = state.audit.with_act(&client, act, written).await;
    if let (Err(_), Some(claim)) = (&written, &claim) {
        credentials.release_idempotency_key(claim).await?;
    }
    Ok((StatusCode::CREATED, Json(written?)))
}

fn read(form: &Form) -> Result<NewUser, ApiError> {
    let mut fields = Fields::of(form);
    let body = CreateUserBody::read(&mut fields);
    fields.finish(body.username.map(|name| NewUser { name, bio: body.biography }))
}

fn name(text: &str) -> Result<String, Vec<Infallible>> {
    Ok(text.trim().to_owned())
}

async fn write(
    state: &UsersState,
    profile: &Profile,
    bio: Option<&Bio>,
    claim: Option<&IdempotencyClaim>,
) -> Result<serde_json::Value, ApiError> {
    let response = ShownUser::of(profile, bio.unwrap_or(&profile.bio));
    let response = serde_json::to_value(response).map_err(ApiError::internal)?;
    let result = claim.map(|claim| (claim, &state.authenticator.credentials, response.to_string()));
    if state.profiles.create_for_service(profile.id, bio, result).await? {
        Ok(response)
    } else {
        Err(ApiError::field("username", "A profile for this user already exists."))
    }
}

/// The stored response of the first request, for a repeated one.
fn repeat_response(stored: &str) -> Result<(StatusCode, Json<serde_json::Value>), ApiError> {
    serde_json::from_str(stored).map(|response| (StatusCode::CREATED, Json(response))).map_err(ApiError::internal)
}

fn unknown(name: &str) -> ApiError {
    let shown: String = name.chars().take(MAX_SHOWN_CHARACTERS).collect();
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
    fn an_absent_biography_differs_from_an_empty_one() {
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
    fn all_invalid_fields_are_reported_at_once() {
        let wrong = serde_json::json!({ "username": [], "biography": "x".repeat(401) });
        let Err(error) = read(&form(wrong)) else { unreachable!("refused") };
        let text = format!("{error:?}");
        assert!(text.contains("username") && text.contains("400 characters"), "{text}");
    }
}
