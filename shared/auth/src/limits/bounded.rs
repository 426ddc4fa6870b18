//! Counts that a transaction makes together with what they bound: what is refused has counted nothing.

use aviary_model::{NameKey, Timestamp, UserId};
use aviary_store::BoundedCount;
use aviary_web::{ApiError, Client};

use crate::limits::settings::Limit;
use crate::limits::{Limiter, counter, network};

impl Limiter {
    /// The count of a change of the username.
    #[must_use]
    pub fn username_change(&self, user: UserId) -> BoundedCount {
        bounded(self.limits.username_changes_account, &user.to_string())
    }

    /// The count of a change of the email address.
    #[must_use]
    pub fn address_change(&self, user: UserId) -> BoundedCount {
        bounded(self.limits.address_changes_account, &user.to_string())
    }

    /// The count of a change that mails strangers, by the client's address. It is one of the requests that mail a token.
    #[must_use]
    pub fn mails_of_client(&self, client: &Client) -> BoundedCount {
        bounded(self.limits.reset_address, &network(&client.address))
    }

    /// Refuses what one of these counts refused a moment ago: to write and to refuse it again costs more than what is
    /// bounded.
    ///
    /// # Errors
    /// 429.
    pub fn check_lately(&self, counts: &[BoundedCount]) -> Result<(), ApiError> {
        let now = self.clock.now().seconds();
        let until = counts.iter().filter_map(|count| self.refused.until(&count.counter, now)).max();
        until.map_or(Ok(()), |until| Err(self.throttled(until)))
    }

    /// Remembers for some seconds that this counter is over its limit until then.
    pub fn remember_over(&self, counter: String, until: Timestamp) {
        self.refused.remember(counter, self.clock.now().seconds(), until.seconds());
    }

    /// The count of a mail that confirms a mailbox. It is one of the mails that reset a password, because a stranger's
    /// mailbox cannot tell the two apart.
    #[must_use]
    pub fn confirmation_mail(&self, mailbox: &NameKey) -> BoundedCount {
        bounded(self.limits.reset_email, mailbox.as_str())
    }

    /// The count of a mail that can take a change of the address back. It is never left out: above the limit there is no
    /// change.
    #[must_use]
    pub fn undo_mail(&self, mailbox: &NameKey) -> BoundedCount {
        bounded(self.limits.undo_email, mailbox.as_str())
    }

    /// The count of a mail that says that the password was changed or the account deleted.
    #[must_use]
    pub fn notice_mail(&self, mailbox: &NameKey) -> BoundedCount {
        bounded(self.limits.notice_email, mailbox.as_str())
    }
}

pub(super) fn bounded(limit: Limit, whom: &str) -> BoundedCount {
    BoundedCount { counter: counter(limit.name, whom), most: limit.count, seconds: limit.seconds }
}
