//! Changes of an account's name, address, password and sessions, in one transaction.

use aviary_model::{Mode, SessionId, Timestamp, UserId, Username};

use crate::accounts::address_change::AddressChange;
use crate::accounts::former::{is_free_for, is_of};
use crate::accounts::notice::{Notice, Noticing};
use crate::accounts::{Accounts, User, name_owner_item, name_owner_key, unchanged, user_item, user_key};
use crate::credentials::Credentials;
use crate::credentials::keys::{principal_key, session_key};
use crate::credentials::limit_counters::{BoundedCount, CountRefusal, Counting, MAX_ATTEMPTS};
use crate::credentials::one_time_tokens::Redeemable;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{number, text};
use crate::dynamodb::table::{AccountsTable, CredentialsTable, FeedTable, JobsTable, SocialTable};
use crate::dynamodb::transaction::{Committed, Transaction, WriteId};
use crate::feed::security_events::{SecurityEvent, SecurityEvents, activity_item};
use crate::jobs::{Job, Jobs, job_item};
use crate::social::profiles::{Profiles, name_item, name_key, profile_key};

/// The tables that a change of an account writes to.
#[derive(Clone, Debug)]
pub struct AccountTables {
    /// Users, and the owners of names and addresses.
    pub accounts: Accounts,
    /// Principals and sessions.
    pub credentials: Credentials,
    /// Profiles.
    pub profiles: Profiles,
    /// The outbox.
    pub jobs: Jobs,
    /// Security events.
    pub activities: SecurityEvents,
}

/// A change of an account. Fields that are empty leave their part unchanged.
#[derive(Clone, Debug, Default)]
pub struct AccountChange {
    /// A new username.
    pub username: Option<Username>,
    /// What happens to the address.
    pub address: AddressChange,
    /// A new preference of the client; an empty one removes it.
    pub mode: Option<Mode>,
    /// The hash of a new password.
    pub password: Option<String>,
    /// Which sessions end with the change.
    pub end_sessions: Option<EndSessions>,
    /// The one-time token that permits the change. It is redeemed in the same transaction.
    pub redeem: Option<Redeemable>,
    /// What the change counts. Above one of these limits it is refused; a change that is refused counts nothing.
    pub counts: Vec<BoundedCount>,
    /// Jobs that are written with the change.
    pub jobs: Vec<Job>,
    /// A notice that is written with the change, while its mailbox has not had too many.
    pub notice: Option<Notice>,
    /// Security events that are written with the change.
    pub activities: Vec<SecurityEvent>,
}

/// Ends all sessions, or all but one, by raising the principal's epoch.
#[derive(Clone, Copy, Debug)]
pub struct EndSessions {
    /// The principal's epoch as it was read. The write fails if it has changed.
    pub epoch: u32,
    /// The session that stays valid.
    pub keep: Option<SessionId>,
}

/// Why an account was not changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountChangeError {
    /// Another account owns the name or the address. Both are checked.
    #[error("the name or the address is taken")]
    Taken {
        /// Whether the username is taken.
        username: bool,
        /// Whether the address is taken.
        email: bool,
    },
    /// The account, its epoch or its session has changed since the read. The caller reads again.
    #[error("the account has changed meanwhile")]
    Changed,
    /// The one-time token was redeemed meanwhile, or what it allows is no longer possible.
    #[error("the token was redeemed meanwhile, or is void")]
    Redeemed,
    /// The name or the address was changed too often lately, or the new mailbox got too many mails.
    #[error("the account was changed too often")]
    TooOften {
        /// When the next change is possible.
        until: Timestamp,
        /// The counter that is over its limit; `None` if the account holds too many former addresses.
        counter: Option<String>,
    },
    /// DynamoDB failed, or a stored item is corrupt.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The writes of a change that other accounts or requests may refuse.
#[derive(Default)]
struct Writes {
    username: Option<WriteId>,
    email: Option<WriteId>,
    redeem: Option<WriteId>,
}

impl AccountTables {
    /// Uses these tables. Makes no call.
    #[must_use]
    pub fn new(
        accounts: &AccountsTable,
        credentials: &CredentialsTable,
        social: &SocialTable,
        feed: &FeedTable,
        jobs: &JobsTable,
    ) -> Self {
        Self {
            accounts: Accounts::new(accounts),
            credentials: Credentials::new(credentials),
            profiles: Profiles::new(social),
            jobs: Jobs::new(jobs),
            activities: SecurityEvents::new(feed),
        }
    }

    /// Changes an account that is unchanged since the read, and returns its new state. Names and addresses that it no
    /// longer uses stay its own for a week. One round trip, one more for a count whose last window has ended, and for a
    /// notice that is left out.
    ///
    /// # Errors
    /// When it counts above a limit, a name or an address is taken, the account has changed, or the token was redeemed
    /// or is void. Above a limit nobody learns whether a name is taken.
    pub async fn change(&self, old: &User, change: &AccountChange, now: Timestamp) -> Result<User, AccountChangeError> {
        let new = change.applied_to(old, now)?;
        let mut counts: Vec<Counting<'_>> = change.counts.iter().map(Counting::of).collect();
        let mut notice = change.notice.as_ref().map(Noticing::of);
        for _ in 0..MAX_ATTEMPTS {
            let (mut transaction, writes) = self.writes(old, &new, change, now)?;
            for count in &mut counts {
                count.write(&mut transaction, &self.credentials.table, now)?;
            }
            if let Some(notice) = &mut notice {
                notice.write(&mut transaction, self, now)?;
            }
            let committed = transaction.commit(&self.accounts.table.db).await?;
            if matches!(committed, Committed::Done) {
                return Ok(new);
            }
            let mut again = false;
            for (count, counted) in counts.iter_mut().zip(&change.counts) {
                match count.after(&committed, now) {
                    CountRefusal::None => {}
                    CountRefusal::TryAgain => again = true,
                    CountRefusal::Over(end) => {
                        let until = Timestamp::from_millis(end * 1_000);
                        return Err(AccountChangeError::TooOften { until, counter: Some(counted.counter.clone()) });
                    }
                }
            }
            let refused = |write: Option<WriteId>| write.is_some_and(|write| committed.refused(write));
            let (username, email) = (refused(writes.username), refused(writes.email));
            if username || email {
                return Err(AccountChangeError::Taken { username, email });
            }
            if refused(writes.redeem) {
                return Err(AccountChangeError::Redeemed);
            }
            again |= Noticing::after(&mut notice, &committed, now);
            if !again {
                return Err(AccountChangeError::Changed);
            }
        }
        Err(StoreError::Contended("other requests keep changing the limits of the account").into())
    }

    /// What a change writes beside its counts.
    fn writes(
        &self,
        old: &User,
        new: &User,
        change: &AccountChange,
        now: Timestamp,
    ) -> Result<(Transaction, Writes), StoreError> {
        let mut transaction = Transaction::default();
        let mut writes = self.names(&mut transaction, old, new, now)?;
        if let AddressChange::Ask { email, .. } = &change.address
            && !old.held(now).contains_key(&email.key())
            && !new.held(now).contains_key(&email.key())
        {
            // A pending address is nobody's: this only refuses one that another account has.
            let free = is_free_for(old.id, now);
            writes.email = Some(transaction.check(&self.accounts.table, name_owner_key(&email.key()), &free)?);
        }
        self.user(&mut transaction, old, new)?;
        if let Some(end) = change.end_sessions {
            self.end_sessions(&mut transaction, old.id, end)?;
        }
        if let Some(redeem) = &change.redeem {
            writes.redeem = Some(redeem.redeem(&mut transaction, &self.credentials.table)?);
        }
        for job in &change.jobs {
            transaction.create(&self.jobs.table, job_item(job)?)?;
        }
        for activity in &change.activities {
            transaction.create(&self.activities.table, activity_item(old.id, activity)?)?;
        }
        Ok((transaction, writes))
    }

    /// Ends all sessions of a user at once, except `end.keep`. One round trip. False if the epoch has changed or the
    /// kept session is gone.
    pub async fn end_all_sessions(
        &self,
        user: UserId,
        end: EndSessions,
        job: &Job,
        activity: &SecurityEvent,
    ) -> Result<bool, StoreError> {
        let mut transaction = Transaction::default();
        self.end_sessions(&mut transaction, user, end)?;
        transaction.create(&self.jobs.table, job_item(job)?)?;
        transaction.create(&self.activities.table, activity_item(user, activity)?)?;
        Ok(matches!(transaction.commit(&self.accounts.table.db).await?, Committed::Done))
    }

    /// Writes who has each name and address that is new, is given up or is taken back, and frees those that are no
    /// longer held. If a username is its owner's own address, one item stands for both, and both are taken where it is.
    fn names(
        &self,
        transaction: &mut Transaction,
        old: &User,
        new: &User,
        now: Timestamp,
    ) -> Result<Writes, StoreError> {
        let (had, has) = (old.held(now), new.held(now));
        let mut writes = Writes::default();
        for (key, until) in has.iter().filter(|(key, until)| had.get(*key) != Some(*until)) {
            let condition = if until.is_some() { is_of(old.id) } else { is_free_for(old.id, now) };
            let item = name_owner_item(key, old.id, *until)?;
            let write = transaction.put_if(&self.accounts.table, item, &condition)?;
            let is_new = until.is_none();
            if is_new && *key == new.username.key() {
                writes.username = Some(write);
            }
            if is_new && new.email.as_ref().is_some_and(|email| *key == email.key()) {
                writes.email = Some(write);
            }
        }
        for key in had.keys().filter(|key| !has.contains_key(*key)) {
            transaction.delete_if(&self.accounts.table, name_owner_key(key), &is_of(old.id))?;
        }
        if old.username != new.username {
            let (before, after) = (old.username.key(), new.username.key());
            if before != after {
                transaction.create(&self.profiles.table, name_item(&after, old.id)?)?;
                transaction.delete(&self.profiles.table, name_key(&before))?;
            }
            let rename = Update::new().set("username", text(new.username.as_str())).when(Condition::item_exists());
            transaction.update(&self.profiles.table, profile_key(old.id), &rename)?;
        }
        Ok(writes)
    }

    fn user(&self, transaction: &mut Transaction, old: &User, new: &User) -> Result<WriteId, StoreError> {
        let update = Update::new()
            .set("username", text(new.username.as_str()))
            .set("password", text(&*new.password))
            .set("revision", number(new.revision))
            .when(unchanged(old));
        let fields = user_item(new)?;
        let optional = ["email", "mode", "voided", "pending", "former_names", "former_addresses"];
        let update = optional.into_iter().fold(update, |update, name| match fields.get(name) {
            Some(value) => update.set(name, value.clone()),
            None => update.remove(name),
        });
        transaction.update(&self.accounts.table, user_key(old.id), &update)
    }

    fn end_sessions(&self, transaction: &mut Transaction, user: UserId, end: EndSessions) -> Result<(), StoreError> {
        let epoch = number(end.epoch + 1);
        let raise = Update::new().set("epoch", epoch.clone()).when(Condition::equals("epoch", number(end.epoch)));
        transaction.update(&self.credentials.table, principal_key(user), &raise)?;
        if let Some(sid) = end.keep {
            let lift = Update::new().set("epoch", epoch).when(Condition::item_exists());
            transaction.update(&self.credentials.table, session_key(user, sid), &lift)?;
        }
        Ok(())
    }
}
