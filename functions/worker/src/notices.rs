//! Mails that only tell: of a changed password, a deleted account, an address that an account gave back, and warnings.

use aviary_model::{Email, ReportTarget, UserId};

use crate::mail_body::{MailBody, Wording};
use crate::mailer::Recipient;
use crate::outcome::{Outcome, TaskError};
use crate::worker::Worker;

/// The account may be gone or have another address by now, so these mails greet nobody.
const PASSWORD_CHANGED: Wording<'static> = Wording {
    subject: "Your Aviary password was changed",
    greeted: None,
    opening: "The password of your account was changed. Every other device was signed out.",
    closing: "If it was not you, set a new password at once: your app sends you a mail for it.",
};

const ACCOUNT_DELETED: Wording<'static> = Wording {
    subject: "Your Aviary account was deleted",
    greeted: None,
    opening: "Your account was deleted, with everything that was in it. Nobody can get it back.",
    closing: "If it was not you, somebody else could use your account. This address is free for a new one.",
};

const EMAIL_CHANGE_UNDONE: Wording<'static> = Wording {
    subject: "Your Aviary address was changed back",
    greeted: None,
    opening: "The account that used this mail address has its former one again, because that mailbox asked for it. All \
              devices were signed out.",
    closing: "This address is not in use there any more, and free for another account.",
};

const fn warning(opening: &'static str) -> Wording<'static> {
    Wording {
        subject: "A warning about your Aviary account",
        greeted: None,
        opening,
        closing: "If it happens again, what you wrote may be removed, or your account closed.",
    }
}

const TWEET_WARNING: Wording<'static> =
    warning("Others reported one of your tweets, and we found that it breaks the rules of this service.");
const COMMENT_WARNING: Wording<'static> =
    warning("Others reported one of your comments, and we found that it breaks the rules of this service.");
const PROFILE_WARNING: Wording<'static> =
    warning("Others reported your profile, and we found that it breaks the rules of this service.");

impl Worker {
    /// Warns a user by mail. Does nothing if the account is gone or has no address.
    pub(crate) async fn warned(&self, user: UserId, target: ReportTarget) -> Result<Outcome, TaskError> {
        let Some(to) = self.accounts.by_id(user).await?.and_then(|user| user.email) else { return Ok(Outcome::Done) };
        let words = match target {
            ReportTarget::Tweet(_) => &TWEET_WARNING,
            ReportTarget::Comment(_) => &COMMENT_WARNING,
            ReportTarget::Profile(_) => &PROFILE_WARNING,
        };
        self.notify(user, &to, words).await
    }

    pub(crate) async fn password_changed(&self, user: UserId, to: &Email) -> Result<Outcome, TaskError> {
        self.notify(user, to, &PASSWORD_CHANGED).await
    }

    pub(crate) async fn account_deleted(&self, user: UserId, to: &Email) -> Result<Outcome, TaskError> {
        self.notify(user, to, &ACCOUNT_DELETED).await
    }

    /// Does nothing if the account has the address again by now, or is gone.
    pub(crate) async fn email_change_undone(&self, user: UserId, to: &Email) -> Result<Outcome, TaskError> {
        let user = self.accounts.by_id(user).await?;
        match user.filter(|user| user.email.as_ref() != Some(to)) {
            Some(user) => self.notify(user.id, to, &EMAIL_CHANGE_UNDONE).await,
            None => Ok(Outcome::Done),
        }
    }

    async fn notify(&self, user: UserId, address: &Email, words: &Wording<'_>) -> Result<Outcome, TaskError> {
        let to = Recipient { user, address };
        if self.may_mail(&to).await? {
            self.mail(&to, &MailBody::new(words, None)).await?;
        }
        Ok(Outcome::Done)
    }
}
