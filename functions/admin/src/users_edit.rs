//! `POST /admin/users/<id>/edit/`: changes a user's name, address, display name and biography.

use aviary_accounts::{FIELDS, audit_about, change, security_event};
use aviary_model::{Alias, Bio, UserId, Username};
use aviary_store::{AccountChange, AddressChange, ProfileChange};
use aviary_web::{ApiError, Fields, Form, PathText, Payload};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;

use crate::fresh::proves;
use crate::parts::with_outcome;
use crate::refusal::Refusal;
use crate::state::AdminState;
use crate::user::user_page;
use crate::visitor::{Staff, Visitor};

const STALE: &str = "Your login is older than 15 minutes. Type your own password to change a name or an address.";

/// Changes an account and its profile by the rules of a signup. The address changes at once, and the old one is told. A
/// new name or address needs a fresh login. Up to eleven round trips.
#[utoipa::path(post, path = "/admin/users/{id}/edit", tag = "administration",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 303, description = "Saved"),
        (status = 400, description = "The page again, with the errors by field", content_type = "text/html"),
        (status = 404, description = "Unknown user", content_type = "text/html"),
    ))]
pub async fn edit_user(
    State(state): State<AdminState>,
    visitor: Visitor,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Response, Refusal> {
    let staff = visitor.staff_with(&state, &form).await?;
    let id: UserId = id.parse().map_err(|_| Refusal::not_found())?;
    match edit(&state, &staff, id, &form).await {
        Ok(()) => Ok(Redirect::to(&with_outcome(&format!("/admin/users/{id}/"), 1, 0, None)).into_response()),
        Err(Refusal::Error(error)) if error.status() == StatusCode::BAD_REQUEST => {
            let errors = error.json().as_object().cloned().unwrap_or_default();
            user_page(&state, &staff, StatusCode::BAD_REQUEST, id, (&Form::default(), &form, &errors)).await
        }
        Err(refusal) => Err(refusal),
    }
}

async fn edit(state: &AdminState, staff: &Staff, id: UserId, form: &Form) -> Result<(), Refusal> {
    let tables = &state.account.tables;
    let (user, profile) = futures_util::future::try_join(tables.accounts.by_id(id), tables.profiles.by_id(id)).await?;
    let (Some(user), Some(profile)) = (user, profile) else { return Err(Refusal::not_found()) };
    let mut fields = Fields::of(form);
    let username = fields.optional("username", |text| Username::at_rename(text, &user.username));
    let email = fields.email("email");
    let alias = fields.blankable("alias", Alias::parse);
    let bio = fields.blankable("bio", Bio::parse);
    fields.finish(Some(())).map_err(|error: ApiError| Refusal::Error(error))?;
    let address = match email {
        Some(email) if email != user.email => AddressChange::Set(email),
        _ => AddressChange::Keep,
    };
    let username = username.filter(|name| *name != user.username);
    if username.is_some() || address != AddressChange::Keep {
        // A name and an address are what somebody signs in with, and an address gets the mail that resets a password.
        if !proves(state, staff, form).await? {
            return Err(Refusal::Error(ApiError::field("password", STALE)));
        }
        let wanted = AccountChange { username, address, ..AccountChange::default() };
        change(&state.account, &staff.client, &user, wanted, FIELDS).await?;
    }
    let alias = alias.filter(|alias| *alias != profile.alias);
    let bio = bio.filter(|bio| *bio != profile.bio);
    if alias.is_some() || bio.is_some() {
        let wanted = ProfileChange { alias, bio, ..ProfileChange::default() };
        let event = security_event(&state.account, &staff.client, "profile_changed")?;
        let told = audit_about(&state.account, &staff.client, "profile_changed", Some(id), None);
        let (changed, ()) = futures_util::join!(tables.profiles.change(id, &wanted), told);
        changed?;
        tables.activities.put(Some(id), &event).await?;
    }
    Ok(())
}
