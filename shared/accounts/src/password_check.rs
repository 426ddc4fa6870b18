//! The password that confirms an action of a caller.

use aviary_auth::{Caller, PasswordText};
use aviary_store::User;
use aviary_web::{ApiError, Client};

use crate::context::AccountContext;
use crate::security_events::audit;

/// Whether this is the caller's password. Failures count as failed logins, so that a stolen session cannot be used to
/// guess it. Two round trips and the verification.
///
/// # Errors
/// 429 after too many failures.
pub async fn check_password(
    context: &AccountContext,
    client: &Client,
    (caller, user): (&Caller, &User),
    password: PasswordText,
) -> Result<bool, ApiError> {
    let attempt = context.limiter.begin_password_check(caller, &client.address).await?;
    if context.passwords.verify(password, Some(user.password.clone())).await? {
        context.limiter.login_succeeded(&attempt).await?;
        return Ok(true);
    }
    audit(context, client, "password_check_failed", Some(user.id)).await;
    Ok(false)
}
