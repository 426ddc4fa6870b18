//! Login: writes all new sessions of a sign-in in one transaction.

use aviary_model::{Family, SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::accounts::{Accounts, User, rehash, same_password, user_key};
use crate::credentials::keys::{pointer_key, principal_key, session_key, token_pk};
use crate::credentials::limit_counters::{BoundedCount, CountRefusal, Counting, MAX_ATTEMPTS};
use crate::credentials::live_sessions::Room;
use crate::credentials::session::{Session, SessionOpening};
use crate::credentials::{Credentials, Pointer};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key, item, number, text};
use crate::dynamodb::table::{AccountsTable, CredentialsTable, FeedTable, run_query};
use crate::dynamodb::transaction::{Committed, Transaction, WriteId};
use crate::feed::security_events::{SecurityEvent, SecurityEvents, activity_item};

/// The most device tokens that a user may have. A new one replaces the oldest.
pub const MAX_DEVICE_TOKENS: usize = 20;

/// An entry of a user's list of device tokens: `U#<user> / D#<created>#<sid>`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeviceToken {
    sk: String,
    sid: SessionId,
    pointer: String,
}

/// A sign-in under construction; [`SignIn::commit`] writes it.
#[derive(Debug)]
pub struct SignIn {
    opening: SessionOpening,
    credentials: CredentialsTable,
    creates: Vec<Item>,
    events: Vec<(FeedTable, Item)>,
    deletes: Vec<Key>,
    account: Option<(AccountsTable, User)>,
    new_hash: Option<String>,
    keep: Option<SessionId>,
    count: Option<BoundedCount>,
    sessions: usize,
}

/// A sign-in that was not written.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The account is gone, or has another password.
    #[error("the account is gone, or has another password")]
    Gone,
    /// The account signed in too often.
    #[error("the account signed in too often; again in {seconds} seconds")]
    TooOften {
        /// When the window of the limit ends.
        seconds: i64,
    },
    /// DynamoDB did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The writes of a sign-in that other requests may refuse.
struct Conditional {
    principal: WriteId,
    account: Option<WriteId>,
}

impl SignIn {
    /// Starts without any session.
    #[must_use]
    pub fn new(credentials: &Credentials, opening: SessionOpening) -> Self {
        Self {
            opening,
            credentials: credentials.table.clone(),
            creates: Vec::new(),
            events: Vec::new(),
            deletes: Vec::new(),
            account: None,
            new_hash: None,
            keep: None,
            count: None,
            sessions: 0,
        }
    }

    /// Adds a refresh family.
    ///
    /// # Errors
    /// When the session cannot be serialized.
    pub fn with_family(mut self, sid: SessionId, family: &Family) -> Result<Self, StoreError> {
        let session = self.opening.family(family);
        self.open(sid, &session)?;
        Ok(self)
    }

    /// Adds a device token by its hash. `others` are the user's existing tokens, oldest first; the oldest are deleted
    /// if there would be more than [`MAX_DEVICE_TOKENS`].
    ///
    /// # Errors
    /// When the session cannot be serialized.
    pub fn with_device_token(mut self, sid: SessionId, hash: &str, others: &[DeviceToken]) -> Result<Self, StoreError> {
        let session = self.opening.device_token(hash);
        self.open(sid, &session)?;
        let sk = device_sk(self.opening.now, sid);
        let device = DeviceToken { sk: sk.clone(), sid, pointer: token_pk(hash) };
        let key = Key::new(format!("U#{}", self.opening.user), sk);
        self.creates.push(item(key, &device, [])?);
        let too_many = (others.len() + 1).saturating_sub(MAX_DEVICE_TOKENS);
        for old in others.iter().take(too_many) {
            self.deletes.extend(device_keys(self.opening.user, old));
        }
        Ok(self)
    }

    /// Adds a web session by the hashes of its two cookies.
    ///
    /// # Errors
    /// When the session cannot be serialized.
    pub fn with_web_session(
        mut self,
        sid: SessionId,
        hash: &str,
        csrf_hash: &str,
        expires_at: Timestamp,
    ) -> Result<Self, StoreError> {
        let session = self.opening.web(hash, csrf_hash, expires_at);
        self.open(sid, &session)?;
        Ok(self)
    }

    /// Adds a security event.
    ///
    /// # Errors
    /// When the security event cannot be serialized.
    pub fn with_activity(mut self, activities: &SecurityEvents, activity: &SecurityEvent) -> Result<Self, StoreError> {
        self.events.push((activities.table.clone(), activity_item(self.opening.user, activity)?));
        Ok(self)
    }

    /// Signs in whoever knows the password of the account as it was read: if another request changes the password
    /// meanwhile, nothing is written. `new_hash` replaces the stored one by a newer hash of the same password.
    #[must_use]
    pub fn by_password(mut self, accounts: &Accounts, user: User, new_hash: Option<String>) -> Self {
        self.account = Some((accounts.table.clone(), user));
        self.new_hash = new_hash;
        self
    }

    /// Keeps this session, whenever it was used: it is the one of the request.
    #[must_use]
    pub fn keeping(mut self, sid: SessionId) -> Self {
        self.keep = Some(sid);
        self
    }

    /// Counts the sign-in in its own transaction, unless the limit is reached.
    #[must_use]
    pub fn counted(mut self, count: BoundedCount) -> Self {
        self.count = Some(count);
        self
    }

    /// Writes everything. One round trip. Three if the user has [`MAX_LIVE_SESSIONS`](crate::MAX_LIVE_SESSIONS)
    /// sessions, or as many were made since they were counted: then they are counted, and the least lately used ones
    /// end. One more if another request replaced the outdated hash meanwhile, which stays.
    ///
    /// # Errors
    /// When the account is gone, or signed in too often.
    pub async fn commit(mut self) -> Result<(), SignInError> {
        let (mut room, now) = (Room::Expected, self.opening.now);
        let count = self.count.take();
        let mut count = count.as_ref().map(Counting::of);
        for _ in 0..MAX_ATTEMPTS {
            let (transaction, Conditional { principal, account }) = self.transaction(&room, count.as_mut())?;
            let committed = transaction.commit(&self.credentials.db).await?;
            let Committed::Refused(refusals) = &committed else { return Ok(()) };
            let refused = |write: Option<WriteId>| write.and_then(|write| committed.refusal(write));
            let mut again = match count.as_mut().map_or(CountRefusal::None, |count| count.after(&committed, now)) {
                CountRefusal::None => false,
                CountRefusal::TryAgain => true,
                CountRefusal::Over(end) => return Err(SignInError::TooOften { seconds: end - now.seconds() }),
            };
            if let Some(refusal) = refused(Some(principal)) {
                let found = refusal.found.as_ref().ok_or(SignInError::Gone)?;
                let credentials = Credentials { table: self.credentials.clone() };
                let owner = (self.opening.user, self.opening.epoch);
                room = credentials.make_room(owner, found, self.sessions, self.keep, now).await?;
                again = true;
            }
            if refused(account).is_some() {
                // Another login may have replaced the hash by a newer one of the same password.
                if self.new_hash.take().is_none() {
                    return Err(SignInError::Gone);
                }
                again = true;
            }
            if !again {
                return Err(StoreError::Rejected(format!("a new session was refused at {refusals:?}")).into());
            }
        }
        Err(StoreError::Contended("other requests keep changing the account's sessions").into())
    }

    fn transaction(
        &self,
        room: &Room,
        count: Option<&mut Counting<'_>>,
    ) -> Result<(Transaction, Conditional), StoreError> {
        let mut transaction = Transaction::default();
        self.write(&mut transaction)?;
        for key in room.ended().iter().filter(|key| !self.deletes.contains(key)) {
            transaction.delete(&self.credentials, key.clone())?;
        }
        let user = principal_key(self.opening.user);
        let principal = transaction.update(&self.credentials, user, &room.update(self.sessions))?;
        if let Some(count) = count {
            count.write(&mut transaction, &self.credentials, self.opening.now)?;
        }
        let account = match (&self.account, &self.new_hash) {
            (None, _) => None,
            (Some((table, user)), Some(hash)) => {
                Some(transaction.update(table, user_key(user.id), &rehash(user, hash))?)
            }
            (Some((table, user)), None) => Some(transaction.check(table, user_key(user.id), &same_password(user))?),
        };
        Ok((transaction, Conditional { principal, account }))
    }

    /// How many sessions it opens.
    pub(crate) fn sessions(&self) -> usize {
        self.sessions
    }

    pub(crate) fn write(&self, transaction: &mut Transaction) -> Result<(), StoreError> {
        for item in &self.creates {
            transaction.create(&self.credentials, item.clone())?;
        }
        for (table, item) in &self.events {
            transaction.create(table, item.clone())?;
        }
        for key in &self.deletes {
            transaction.delete(&self.credentials, key.clone())?;
        }
        Ok(())
    }

    /// Adds the session, and the pointer from its secret's hash, which expires with it.
    fn open(&mut self, sid: SessionId, session: &Session) -> Result<(), StoreError> {
        let user = self.opening.user;
        self.sessions += 1;
        self.creates.push(item(session_key(user, sid), session, [])?);
        if let Some(key) = session.pointer_key() {
            let mut pointer = item(key, &Pointer { user_id: user, sid }, [])?;
            if let Some(end) = session.expires_at {
                pointer.insert("expires_at".to_owned(), number(end));
            }
            self.creates.push(pointer);
        }
        Ok(())
    }
}

impl Credentials {
    /// The user's device tokens, oldest first. One round trip.
    pub async fn device_tokens(&self, user: UserId) -> Result<Vec<DeviceToken>, StoreError> {
        let call = self
            .table
            .query()
            .key_condition_expression("pk = :pk AND begins_with(sk, :device)")
            .expression_attribute_values(":pk", text(format!("U#{user}")))
            .expression_attribute_values(":device", text("D#"))
            .consistent_read(true);
        let output = run_query(call).await?;
        output.items.unwrap_or_default().into_iter().map(|item| self.table.read(item)).collect()
    }

    /// Ends these device tokens. One round trip per 20 tokens.
    pub async fn end_device_tokens(&self, user: UserId, tokens: &[DeviceToken]) -> Result<(), StoreError> {
        for tokens in tokens.chunks(MAX_DEVICE_TOKENS) {
            let mut transaction = Transaction::default();
            for key in tokens.iter().flat_map(|token| device_keys(user, token)) {
                transaction.delete(&self.table, key)?;
            }
            transaction.commit(&self.table.db).await?;
        }
        Ok(())
    }
}

pub(crate) fn device_sk(created_at: Timestamp, sid: SessionId) -> String {
    format!("D#{:020}#{sid}", created_at.millis())
}

fn device_keys(user: UserId, token: &DeviceToken) -> [Key; 3] {
    [session_key(user, token.sid), pointer_key(&token.pointer), Key::new(format!("U#{user}"), token.sk.clone())]
}
