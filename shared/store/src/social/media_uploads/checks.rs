//! The check of an uploaded object: its beginning, its bounds, and its outcome.

use aviary_model::{MediaId, UserId};

use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Applied, Condition, Update};
use crate::dynamodb::item::{item, number, text};
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::social::keys::tweet_key;
use crate::social::media_uploads::media_upload::{MediaFile, MediaUpload};
use crate::social::media_uploads::upload_list::UploadList;
use crate::social::media_uploads::{MediaUploads, upload_key};
use crate::social::tweets::MediaState;

/// The most checks of an upload. An event comes three times if its check fails, and an operator can send it again.
const MAX_CHECKS: u32 = 8;
/// The most events of an upload that are looked into, those after its decision included.
const MAX_EVENTS: u32 = 16;
/// How often an outcome is written again when a tweet came in between. A media item is named once only.
const ATTEMPTS: usize = 3;

/// The outcome of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaOutcome {
    /// It is served.
    Ready(MediaFile),
    /// It is not, for this reason.
    Rejected(String),
}

/// What an event of an uploaded object finds.
#[derive(Debug)]
pub enum Begun {
    /// It is to be checked.
    Check {
        /// The media item.
        upload: Box<MediaUpload>,
        /// Whether a check began before, of this version of its object or of another.
        again: bool,
    },
    /// It was checked as often as it may be, and no check has decided.
    TooOften(Box<MediaUpload>),
    /// It was decided before, with this file if it is ready.
    Decided(Option<MediaFile>),
    /// It was decided before, and what other checks left was looked for often enough.
    Settled,
    /// There is no such media item.
    Missing,
}

impl MediaUpload {
    fn decided(&self, outcome: &MediaOutcome) -> Self {
        let (state, file, reason) = match outcome {
            MediaOutcome::Ready(file) => (MediaState::Ready, Some(file.clone()), None),
            MediaOutcome::Rejected(reason) => (MediaState::Rejected, None, Some(reason.clone())),
        };
        Self { state, file, reason, ..self.clone() }
    }
}

impl MediaUploads {
    /// Begins the check of an uploaded object with this ETag and so many bytes. The form of an upload can be sent again
    /// while its ticket lasts, and each time is an event, so what events may cost is bounded. One round trip; two after
    /// the decision.
    pub async fn begin(&self, user: UserId, media: MediaId, (etag, size): (&str, u64)) -> Result<Begun, StoreError> {
        let undecided = Condition::equals("state", text("waiting")).or(Condition::equals("state", text("processing")));
        let update = Update::new()
            .set("state", text("processing"))
            .set("etag", text(etag))
            .set("size", number(size))
            .add("checks", number(1_u32))
            .when(undecided)
            .when(Condition::missing("checks").or(Condition::less("checks", number(MAX_CHECKS))));
        Ok(match update.apply_to(&self.table, upload_key(user, media)).await? {
            Applied::Done(was) => {
                let was: MediaUpload = self.table.read(was)?;
                let again = was.etag.is_some();
                let (etag, size) = (Some(etag.to_owned()), Some(size));
                let upload = MediaUpload { state: MediaState::Processing, etag, size, ..was };
                Begun::Check { upload: Box::new(upload), again }
            }
            Applied::Refused(found) if found.is_empty() => Begun::Missing,
            Applied::Refused(found) => {
                let found: MediaUpload = self.table.read(found)?;
                match found.state {
                    MediaState::Waiting | MediaState::Processing => Begun::TooOften(Box::new(found)),
                    MediaState::Ready | MediaState::Rejected if self.counts_event(user, media).await? => {
                        Begun::Decided(found.file)
                    }
                    MediaState::Ready | MediaState::Rejected => Begun::Settled,
                }
            }
        })
    }

    /// Counts an event after the decision. False for one too many, and for an item that is gone.
    async fn counts_event(&self, user: UserId, media: MediaId) -> Result<bool, StoreError> {
        let update = Update::new()
            .add("checks", number(1_u32))
            .when(Condition::item_exists())
            .when(Condition::missing("checks").or(Condition::less("checks", number(MAX_EVENTS))));
        Ok(matches!(update.apply_to(&self.table, upload_key(user, media)).await?, Applied::Done(_)))
    }

    /// Writes the outcome of a check, also into the tweet that shows the media. False if it is no longer this check
    /// that decides: another one did, or the item or its tweet was removed. One round trip; two for each tweet that
    /// came in between.
    pub async fn finish(&self, begun: &MediaUpload, outcome: &MediaOutcome) -> Result<bool, StoreError> {
        let mut begun = begun.clone();
        for _ in 0..ATTEMPTS {
            if self.write_outcome(&begun, outcome).await? {
                return Ok(true);
            }
            let Some(now) = self.by_id(begun.owner, begun.id).await? else { return Ok(false) };
            let is_same = now.state == MediaState::Processing && now.etag == begun.etag;
            if !is_same || now.tweet == begun.tweet {
                return Ok(false);
            }
            begun = now;
        }
        Ok(false)
    }

    async fn write_outcome(&self, begun: &MediaUpload, outcome: &MediaOutcome) -> Result<bool, StoreError> {
        let decided = begun.decided(outcome);
        let values = item(upload_key(begun.owner, begun.id), &decided, [])?;
        let update = ["state", "file", "reason"]
            .iter()
            .fold(Update::new(), |update, name| update.set_some(name, values.get(*name).cloned()));
        let update = update
            .set("time_pk", text(UploadList::of(decided.state).shard(begun.id)))
            .when(Condition::equals("state", text("processing")))
            .when(Condition::equals("etag", text(begun.etag.as_deref().unwrap_or_default())))
            .when(match begun.tweet {
                Some(tweet) => Condition::equals("tweet", text(tweet.to_string())),
                None => Condition::missing("tweet"),
            });
        let mut transaction = Transaction::default();
        transaction.update(&self.table, upload_key(begun.owner, begun.id), &update)?;
        if let (Some(tweet), Some(place)) = (begun.tweet, begun.place) {
            let shown = item(tweet_key(tweet), &decided.in_tweet(), [])?;
            let at = format!("media[{place}]");
            let same = Condition::equals(&format!("{at}.id"), text(begun.id.to_string()));
            let fields = ["key", "width", "height", "thumbnail", "blurhash"];
            let update = fields.iter().fold(Update::new(), |update, name| {
                update.set_some(&format!("{at}.{name}"), shown.get(*name).cloned())
            });
            // What is ready has no state in a tweet.
            let update = match shown.get("state") {
                Some(state) => update.set(&format!("{at}.state"), state.clone()),
                None => update.remove(&format!("{at}.state")),
            };
            transaction.update(&self.table, tweet_key(tweet), &update.when(same))?;
        }
        Ok(matches!(transaction.commit(&self.table.db).await?, Committed::Done))
    }
}
