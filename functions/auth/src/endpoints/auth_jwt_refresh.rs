//! `POST /auth/jwt/refresh/` (document 004): new tokens for a refresh token.

use aviary_accounts::{audit, security_event};
use aviary_auth::{Lifetime, RefreshError, Refreshed, TokenError, TokenKind};
use aviary_web::{ApiError, Client, Fields, Form, Payload, body};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::Detail;
use crate::flows::form_fields::any_text;
use crate::state::AuthState;

body! {
    /// The refresh token to exchange.
    pub struct RefreshBody {
        /// The refresh token of the last response. An older one stays valid until a newer one has been used.
        refresh: String = required(any_text),
    }
}

/// The new tokens, in simplejwt's order of fields.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefreshResponse {
    /// The access token, valid for 5 minutes; from document 000's endpoint for 12 hours if its family began there.
    pub access: String,
    /// The refresh token, valid for 24 hours.
    pub refresh: String,
}

/// Exchanges a refresh token for new tokens.
///
/// One round trip; two within 30 seconds of the last time that a new refresh token was used.
#[utoipa::path(post, path = "/auth/jwt/refresh", tag = "accounts", request_body = RefreshBody, responses(
    (status = 200, description = "New tokens", body = RefreshResponse),
    (status = 400, description = "The token is missing"),
    (status = 401, description = "The token is invalid or expired, or its session has ended", body = Detail),
    (status = 429, description = "Too many refreshes of this token and its successors", body = Detail),
))]
pub async fn jwt_refresh(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<Json<RefreshResponse>, ApiError> {
    exchange(&state, &client, &form, |_| Lifetime::Access).await.map(Json)
}

/// Exchanges the refresh token of a form. `access` chooses the lifetime of the access token.
pub(crate) async fn exchange(
    state: &AuthState,
    client: &Client,
    form: &Form,
    access: fn(&Refreshed) -> Lifetime,
) -> Result<RefreshResponse, ApiError> {
    let mut fields = Fields::of(form);
    let body = RefreshBody::read(&mut fields);
    let token = fields.finish(body.refresh)?;
    let claims = state.authenticator.verifier.verify(&token, Some(TokenKind::Refresh)).await?;
    let claims = claims.map_err(TokenError::in_body)?;
    let (within, refreshed, fresh) = futures_util::join!(
        state.limiter.count_refresh(claims.sid),
        state.refresh.present(&claims),
        state.issuer.freshen(),
    );
    // A theft must be recorded even if the thief keeps the family over its limit.
    if matches!(refreshed, Err(RefreshError::Stolen)) {
        let stolen = security_event(&state.account, client, "refresh_token_reused")?;
        let noted = state.tables.activities.put(Some(claims.user), &stolen);
        let (noted, ()) =
            futures_util::join!(noted, audit(&state.account, client, "refresh_token_reused", Some(claims.user)));
        noted?;
    }
    let refreshed = refreshed?;
    within?;
    fresh?;
    let entropy = state.entropy.as_ref();
    Ok(RefreshResponse {
        access: state.issuer.access(claims.user, claims.sid, access(&refreshed), entropy)?,
        refresh: state.issuer.issue(TokenKind::Refresh, Lifetime::Refresh, &refreshed.claims)?,
    })
}
