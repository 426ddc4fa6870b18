//! Mails about a change of address: to the address before it, and to the one that is pending.

use aviary_auth::{digest, uid};
use aviary_model::{Email, Timestamp, UserId};
use aviary_store::{OneTimePermission, User};

use crate::mail_body::{Action, MailBody, Wording};
use crate::mail_link::MailLink;
use crate::mailer::Recipient;
use crate::outcome::{Outcome, TaskError};
use crate::worker::Worker;

impl Worker {
    /// Tells the old address of a change that was made or asked for, with a link that undoes it. Does nothing if the
    /// account is gone, or the change was undone.
    pub(crate) async fn email_changed(&self, user: UserId, old: &Email, change: u32) -> Result<Outcome, TaskError> {
        let Some(user) = self.accounts.by_id(user).await? else { return Ok(Outcome::Done) };
        let now = self.clock.now();
        let pending = user.pending_at(now).filter(|pending| pending.change == change);
        let (words, until) = match (pending, user.replaced_by(change, now)) {
            (Some(pending), _) => (asked(&user), pending.undoable_until()),
            (None, Some(former)) => (changed(&user), former.until),
            (None, None) => return Ok(Outcome::Done),
        };
        let permission = OneTimePermission::UndoEmail { user: user.id, change };
        let action = ("Go back to this address", self.links.undo_email.as_ref());
        self.mail_with_token(old, &words, action, permission, until).await
    }

    /// Asks the pending address whether it is the user's. Does nothing if it is no longer pending.
    pub(crate) async fn confirm_email(&self, user: UserId, change: u32) -> Result<Outcome, TaskError> {
        let Some(user) = self.accounts.by_id(user).await? else { return Ok(Outcome::Done) };
        let pending = user.pending_at(self.clock.now()).filter(|pending| pending.change == change);
        let Some(pending) = pending else { return Ok(Outcome::Done) };
        let permission = OneTimePermission::ConfirmEmail { user: user.id, change };
        let action = ("Confirm this address", self.links.confirm_email.as_ref());
        self.mail_with_token(&pending.email, &CONFIRM, action, permission, pending.until).await
    }

    /// Mails a new token, and keeps its hash until the end of what it permits.
    pub(crate) async fn mail_with_token(
        &self,
        to: &Email,
        words: &Wording<'_>,
        (label, link): (&'static str, Option<&MailLink>),
        permission: OneTimePermission,
        until: Timestamp,
    ) -> Result<Outcome, TaskError> {
        let to = Recipient { user: permission.user(), address: to };
        if !self.may_mail(&to).await? {
            return Ok(Outcome::Done);
        }
        let (uid, token) = (uid(permission.user()), self.entropy.secret::<32>()?);
        self.credentials.keep_one_time(&digest(token.expose()), permission, until).await?;
        let link = link.map(|link| link.with(&uid, token.expose()));
        let action = Action { label, link: link.as_deref(), uid: &uid, token: token.expose() };
        self.mail(&to, &MailBody::new(words, Some(action))).await?;
        Ok(Outcome::Done)
    }
}

/// The mail does not contain the new address, because other people may read the old one's mail.
fn changed(user: &User) -> Wording<'_> {
    Wording {
        subject: "Your Aviary address was changed",
        greeted: Some(&user.username),
        opening: "Your account has another mail address now, or none, and this one is not in use there any more. For \
                  seven days you can take that back. All devices are then signed out.",
        closing: "If you made the change yourself, there is nothing to do. If not, go back and then set a new password.",
    }
}

fn asked(user: &User) -> Wording<'_> {
    Wording {
        subject: "Your Aviary address is about to change",
        greeted: Some(&user.username),
        opening: "Your account is to have another mail address, as soon as that mailbox confirms it. You can stop that \
                  now, and take it back for seven days afterwards. All devices are then signed out.",
        closing: "If you asked for the change yourself, there is nothing to do. If not, stop it and then set a new \
                  password.",
    }
}

/// Nobody is greeted: the mailbox may be a stranger's.
const CONFIRM: Wording<'static> = Wording {
    subject: "Confirm your Aviary address",
    greeted: None,
    opening: "Somebody, probably you, wants to use this mail address for an Aviary account. That begins when you confirm \
              it, within 24 hours. For seven days after that, the account's former mail address, if it has one, can take \
              the change back. If the account was not made by you, do not confirm.",
    closing: "If it was not you, do not confirm it: then nothing happens, and this address is not used.",
};
