//! Mails a link with which the user sets a new password.

use aviary_auth::{digest, reset_state, uid};
use aviary_model::UserId;
use aviary_store::{OneTimePermission, User};

use crate::mail_body::{MailBody, Wording};
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
        if !self.mailer.has_sender() {
            return Ok(Outcome::Done);
        }
        let token = self.entropy.secret::<32>()?;
        let allows = OneTimePermission::Reset { user: user.id, state: reset_state(&user) };
        let expires_at = self.clock.now().plus_seconds(LIFETIME_SECONDS);
        self.credentials.keep_one_time(&digest(token.expose()), allows, expires_at).await?;
        self.mailer.send(address, &self.reset_mail_body(&user, token.expose())).await?;
        Ok(Outcome::Done)
    }

    fn reset_mail_body(&self, user: &User, token: &str) -> MailBody {
        let uid = uid(user.id);
        let link = self.reset_link.as_ref().map(|link| link.with(&uid, token));
        let words = Wording {
            subject: "Reset your Aviary password",
            username: &user.username,
            opening: "Somebody, probably you, wants to set a new password for your account. \
                      That is possible once, within the next hour.",
            action: "Set a new password",
            closing: "If it was not you, there is nothing to do: your password stays as it is.",
        };
        MailBody::new(&words, link.as_deref(), &uid, token)
    }
}
