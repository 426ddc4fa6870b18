//! Mails a link with which the user sets a new password.

use aviary_auth::reset_state;
use aviary_model::UserId;
use aviary_store::{OneTimePermission, User};

use crate::mail_body::Wording;
use crate::outcome::{Outcome, TaskError};
use crate::worker::Worker;

const LIFETIME_SECONDS: i64 = 3_600;

impl Worker {
    /// Sends nothing if the account is gone, inactive or without an address. That is not a failure, because the job is
    /// also written for unknown addresses.
    pub(crate) async fn reset_mail(&self, user: UserId) -> Result<Outcome, TaskError> {
        let (found, principal) = futures_util::join!(self.accounts.by_id(user), self.credentials.principal(user));
        let is_active = principal?.is_some_and(|principal| principal.active);
        let Some(user) = found?.filter(|_| is_active) else { return Ok(Outcome::Done) };
        let Some(address) = &user.email else { return Ok(Outcome::Done) };
        let permission = OneTimePermission::Reset { user: user.id, state: reset_state(&user) };
        let until = self.clock.now().plus_seconds(LIFETIME_SECONDS);
        let action = ("Set a new password", self.links.reset.as_ref());
        self.mail_with_token(address, &words(&user), action, permission, until).await
    }
}

fn words(user: &User) -> Wording<'_> {
    Wording {
        subject: "Reset your Aviary password",
        greeted: Some(&user.username),
        opening: "Somebody, probably you, wants to set a new password for your account. That is possible once, within \
                  the next hour.",
        closing: "If it was not you, there is nothing to do: your password stays as it is.",
    }
}
