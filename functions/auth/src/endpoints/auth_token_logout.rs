//! `POST /auth/token/logout/` (document 004).

use aviary_accounts::audit;
use aviary_auth::Unconfirmed;
use aviary_store::SessionKind;
use aviary_web::{ApiError, Client, Payload};
use axum::extract::State;
use http::StatusCode;

use crate::bodies::Detail;
use crate::state::AuthState;

/// Ends the device token of the request; with another credential all device tokens of the caller, as in djoser.
#[utoipa::path(post, path = "/auth/token/logout", tag = "accounts", responses(
    (status = 204, description = "The device tokens have ended"),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
))]
pub async fn token_logout(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let caller = unconfirmed.with_form(&form).confirm().await?;
    let credentials = &state.tables.credentials;
    if caller.kind == SessionKind::DeviceToken {
        if let Some(session) = credentials.session(caller.user, caller.sid).await? {
            let ended = credentials.end_session(caller.user, caller.sid, &session);
            let (ended, ()) = futures_util::join!(ended, audit(&state.account, &client, "logout", Some(caller.user)));
            ended?;
        }
    } else {
        let tokens = credentials.device_tokens(caller.user).await?;
        let ended = credentials.end_device_tokens(caller.user, &tokens);
        let (ended, ()) = futures_util::join!(ended, audit(&state.account, &client, "logout", Some(caller.user)));
        ended?;
    }
    Ok(StatusCode::NO_CONTENT)
}
