//! Limits of an account. They are counted for a [`Caller`], which only a confirmed credential gives, so that nobody
//! else can use them up.

use aviary_web::ApiError;
use futures_util::future::join_all;
use http::StatusCode;

use crate::caller::Caller;
use crate::limits::settings::{Limit, Limits};
use crate::limits::{Counted, Limiter, counter};

/// What a request counts against limits of the caller's account, beside the limit of its row.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccountCounts {
    asks_for_a_name: bool,
    tags_and_mentions: usize,
    uploaded_bytes: u64,
    download_bytes: Option<u64>,
    integers_sent: u64,
    integers_read: u64,
    integer_work: u64,
}

impl AccountCounts {
    /// Whether the request can learn that a name or an address is taken. It counts nothing before it learns it
    /// ([`Limiter::count_taken`]), but is refused after too many that did.
    #[must_use]
    pub fn asks_for_a_name(self, does: bool) -> Self {
        Self { asks_for_a_name: does, ..self }
    }

    /// The tags and mentions of the text that the request writes.
    #[must_use]
    pub fn tags_and_mentions(self, number: usize) -> Self {
        Self { tags_and_mentions: number, ..self }
    }

    /// The bytes that the request uploads.
    #[must_use]
    pub fn uploaded(self, bytes: u64) -> Self {
        Self { uploaded_bytes: bytes, ..self }
    }

    /// A result of so many bytes that the account gets as a file.
    #[must_use]
    pub fn download(self, bytes: u64) -> Self {
        Self { download_bytes: Some(bytes), ..self }
    }

    /// The bytes of encrypted integers that the request stores.
    #[must_use]
    pub fn integers_sent(self, bytes: u64) -> Self {
        Self { integers_sent: bytes, ..self }
    }

    /// The bytes of encrypted integers that the request reads.
    #[must_use]
    pub fn integers_read(self, bytes: u64) -> Self {
        Self { integers_read: bytes, ..self }
    }

    /// The work of an equation, in work units, which are about a nanosecond.
    #[must_use]
    pub fn integer_work(self, units: u64) -> Self {
        Self { integer_work: units, ..self }
    }

    fn wanted(self, limits: &Limits) -> Vec<(Limit, i64)> {
        let bytes = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
        let amounts = [
            (limits.integers_sent_account, self.integers_sent),
            (limits.integers_read_account, self.integers_read),
            (limits.integer_work_account, self.integer_work),
        ];
        let mut wanted = Vec::new();
        if self.tags_and_mentions > 0 {
            let number = i64::try_from(self.tags_and_mentions).unwrap_or(i64::MAX);
            wanted.push((limits.tags_and_mentions_account, number));
        }
        if self.uploaded_bytes > 0 {
            wanted.push((limits.upload_bytes_account, bytes(self.uploaded_bytes)));
        }
        if let Some(download) = self.download_bytes {
            wanted.push((limits.downloads_account, 1));
            wanted.push((limits.download_bytes_account, bytes(download)));
        }
        wanted.extend(amounts.into_iter().filter(|(_, n)| *n > 0).map(|(limit, n)| (limit, bytes(n))));
        wanted
    }
}

impl Limiter {
    /// Counts for the caller what is known only after the caller is confirmed. One round trip, none for no counts. If
    /// one of them is over its limit, all of them and those of the request's row are taken back, in a second round
    /// trip.
    ///
    /// # Errors
    /// 429 above a limit.
    pub async fn count(&self, caller: &Caller, counts: AccountCounts) -> Result<(), ApiError> {
        match self.count_for(caller, None, counts).await {
            Err(refused) if refused.status() == StatusCode::TOO_MANY_REQUESTS => {
                self.take_back(&caller.counted).await?;
                Err(refused)
            }
            done => done.map(|_| ()),
        }
    }

    /// Takes back what the request counted: one that is over another limit, or is sent again with its idempotency key,
    /// which was counted when it was done.
    /// One round trip.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn uncount(&self, caller: &Caller) -> Result<(), ApiError> {
        Ok(self.take_back(&caller.counted).await?)
    }

    /// Counts the request of a caller who was just confirmed: the limit of its row and these. One round trip.
    ///
    /// # Errors
    /// As [`Limiter::count`].
    pub(crate) async fn count_request(
        &self,
        caller: &mut Caller,
        row: Option<Limit>,
        counts: AccountCounts,
    ) -> Result<(), ApiError> {
        caller.counted = self.count_for(caller, row, counts).await?;
        Ok(())
    }

    /// Counts a change that was refused because its name or its address is taken. It counts against no other limit, so
    /// the request's counts are taken back. One round trip.
    ///
    /// # Errors
    /// 429 above the limit.
    pub async fn count_taken(&self, caller: &Caller) -> Result<(), ApiError> {
        let account = caller.user.to_string();
        let counting = self.count_one(&account, self.limits.taken_names_account, 1);
        let (taken, back) = futures_util::join!(counting, self.take_back(&caller.counted));
        back?;
        taken?.over().map_or(Ok(()), |until| Err(self.throttled(until)))
    }

    async fn count_for(
        &self,
        caller: &Caller,
        row: Option<Limit>,
        counts: AccountCounts,
    ) -> Result<Vec<Counted>, ApiError> {
        let account = caller.user.to_string();
        let wanted = row.map(|limit| (limit, 1)).into_iter().chain(counts.wanted(&self.limits));
        let counting = join_all(wanted.map(|(limit, amount)| self.count_one(&account, limit, amount)));
        let (counted, refused) = futures_util::join!(counting, self.refused_until(&account, counts.asks_for_a_name));
        let counted = counted.into_iter().collect::<Result<Vec<Counted>, ApiError>>()?;
        match counted.iter().filter_map(Counted::over).chain(refused?).max() {
            None => Ok(counted),
            Some(until) => {
                // What is over its limit may stay, but an amount: a smaller one may still pass.
                let spent = counted.into_iter().filter(|count| count.amount > 1 || count.over().is_none());
                self.take_back(&spent.collect::<Vec<_>>()).await?;
                Err(self.throttled(until))
            }
        }
    }

    /// When the window ends, if the account had too many changes refused because the name was taken: further ones
    /// would tell the account whether theirs is.
    async fn refused_until(&self, account: &str, asks_for_a_name: bool) -> Result<Option<i64>, ApiError> {
        if !asks_for_a_name {
            return Ok(None);
        }
        let limit = self.limits.taken_names_account;
        let window = self.credentials.window(&counter(limit.name, account), self.clock.now()).await?;
        Ok(window.filter(|window| window.count >= limit.count).map(|window| window.resets_at))
    }
}
