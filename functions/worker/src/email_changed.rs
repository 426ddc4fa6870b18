//! Mails the old address after a change of address, with a link that undoes it.

use aviary_auth::{digest, uid};
use aviary_model::{Email, UserId};
use aviary_store::{OneTimePermission, User};

use crate::mail_body::{MailBody, Wording};
use crate::outcome::{Outcome, TaskError};
use crate::worker::Worker;

const LIFETIME_SECONDS: i64 = 7 * 24 * 3_600;

impl Worker {
    /// Does nothing if the account is gone, or has the old address again.
    pub(crate) async fn email_changed(&self, user: UserId, old: &Email) -> Result<Outcome, TaskError> {
        let changed = self.accounts.by_id(user).await?.filter(|user| user.email.as_ref() != Some(old));
        let Some(user) = changed.filter(|_| self.mailer.has_sender()) else { return Ok(Outcome::Done) };
        let token = self.entropy.secret::<32>()?;
        let allows = OneTimePermission::UndoEmail { user: user.id, old: old.clone() };
        let expires_at = self.clock.now().plus_seconds(LIFETIME_SECONDS);
        self.credentials.keep_one_time(&digest(token.expose()), allows, expires_at).await?;
        self.mailer.send(old, &self.email_changed_body(&user, token.expose())).await?;
        Ok(Outcome::Done)
    }

    /// The mail does not contain the new address, because other people may read the old one's mail.
    fn email_changed_body(&self, user: &User, token: &str) -> MailBody {
        let uid = uid(user.id);
        let link = self.undo_email_link.as_ref().map(|link| link.with(&uid, token));
        let words = Wording {
            subject: "Your Aviary address was changed",
            username: &user.username,
            opening: "Your account has another mail address now, or none, and this one is not in use there any \
                      more. For seven days you can take that back.",
            action: "Go back to this address",
            closing: "If you made the change yourself, there is nothing to do. If not, go back and then set a new \
                      password.",
        };
        MailBody::new(&words, link.as_deref(), &uid, token)
    }
}
