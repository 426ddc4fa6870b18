//! Images and videos that clients upload directly: `W#<user> / UPLOAD#<media>`. What may change when is in
//! `docs/decisions/0018-media-by-direct-upload.md`.

use aviary_model::{AltText, MediaId, Timestamp, TweetId, UserId};
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use crate::credentials::idempotency_keys::{IdempotencyResult, lapsed};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Applied, Condition, Update};
use crate::dynamodb::item::{Item, Key, item, number, shard, text};
use crate::dynamodb::pages::{ListPage, Order, PartitionRange, attribute, cut, id_behind};
use crate::dynamodb::table::SocialTable;
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::jobs::{Jobs, Task, job_item};
use crate::social::by_time::by_time;
use crate::social::keys::{WORKS, tweet_key, works_pk};
use crate::social::tweets::{Media, MediaKind, MediaState};

/// The prefix of the sort key.
const UPLOAD: &str = "UPLOAD#";
/// Ids in a page of a removal.
const PAGE: i32 = 25;
/// The most checks of an upload. An event comes three times if its check fails, and an operator can send it again.
const MAX_CHECKS: u32 = 8;
/// The most events of an upload that are looked into, those after its decision included.
const MAX_EVENTS: u32 = 16;
/// How often an outcome is written again when a tweet came in between. A media item is named once only.
const ATTEMPTS: usize = 3;

/// An image or video that is uploaded directly.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MediaUpload {
    /// The id.
    pub id: MediaId,
    /// Its owner.
    pub owner: UserId,
    /// What its owner said that it is.
    pub kind: MediaKind,
    /// The content type that the form prescribes.
    pub content_type: String,
    /// A description for people who cannot see it.
    #[serde(default)]
    pub alt: AltText,
    /// What makes the keys of its objects unpredictable, in hex.
    pub secret: String,
    /// Where it stands.
    pub state: MediaState,
    /// When the form was made.
    pub created_at: Timestamp,
    /// The bytes of the object that is or was checked; before that, those that the form admits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The ETag of the object that is or was checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Why it was rejected, for its owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What is served, once it is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<MediaFile>,
    /// The tweet that shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tweet: Option<TweetId>,
    /// Its place among the media of that tweet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<u8>,
}

/// The served file of an image or video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaFile {
    /// The object's key in the bucket.
    pub key: String,
    /// The width in pixels, as displayed.
    pub width: u32,
    /// The height in pixels, as displayed.
    pub height: u32,
    /// The key of an image's thumbnail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<String>,
    /// A few characters from which a client draws what is shown until the image is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blurhash: Option<String>,
}

/// The lists of all direct uploads by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadList {
    /// Those that wait for their file or are being checked.
    Undecided,
    /// Those that are served.
    Ready,
    /// Those that were rejected.
    Rejected,
}

impl UploadList {
    /// All lists.
    pub const ALL: [Self; 3] = [Self::Undecided, Self::Ready, Self::Rejected];

    fn of(state: MediaState) -> Self {
        match state {
            MediaState::Waiting | MediaState::Processing => Self::Undecided,
            MediaState::Ready => Self::Ready,
            MediaState::Rejected => Self::Rejected,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Undecided => "OPENUPLOADS",
            Self::Ready => "READYUPLOADS",
            Self::Rejected => "REJECTEDUPLOADS",
        }
    }

    /// The partition of the index `by-time` in which an item lies.
    fn shard(self, media: MediaId) -> String {
        shard(self.name(), media.uuid())
    }
}

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

/// Why a media item cannot be shown by a new tweet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// The caller has none with this id.
    Unknown,
    /// Nothing was uploaded yet.
    Waiting,
    /// It was rejected for this reason.
    Rejected(String),
    /// Another tweet shows it.
    Used,
}

impl MediaFile {
    /// The keys of its objects.
    #[must_use]
    pub fn keys(&self) -> Vec<&str> {
        self.thumbnail.iter().chain([&self.key]).map(String::as_str).collect()
    }
}

impl MediaUpload {
    /// Whether a new tweet may show it.
    ///
    /// # Errors
    /// Why not.
    pub fn usable(&self) -> Result<(), Unusable> {
        match self.state {
            _ if self.tweet.is_some() => Err(Unusable::Used),
            MediaState::Waiting => Err(Unusable::Waiting),
            MediaState::Rejected => Err(Unusable::Rejected(self.reason.clone().unwrap_or_default())),
            MediaState::Processing | MediaState::Ready => Ok(()),
        }
    }

    /// What a tweet stores of it.
    #[must_use]
    pub fn in_tweet(&self) -> Media {
        let file = self.file.clone();
        let (width, height) = file.as_ref().map_or((0, 0), |file| (file.width, file.height));
        let (thumbnail, blurhash) =
            file.as_ref().map_or((None, None), |file| (file.thumbnail.clone(), file.blurhash.clone()));
        Media {
            id: self.id,
            kind: self.kind,
            key: file.map(|file| file.key).unwrap_or_default(),
            width,
            height,
            alt: self.alt.clone(),
            thumbnail,
            blurhash,
            state: self.state,
            direct: true,
        }
    }

    fn decided(&self, outcome: &MediaOutcome) -> Self {
        let (state, file, reason) = match outcome {
            MediaOutcome::Ready(file) => (MediaState::Ready, Some(file.clone()), None),
            MediaOutcome::Rejected(reason) => (MediaState::Rejected, None, Some(reason.clone())),
        };
        Self { state, file, reason, ..self.clone() }
    }
}

/// The media items of the `social` table.
#[derive(Clone, Debug)]
pub struct MediaUploads {
    table: SocialTable,
}

impl MediaUploads {
    /// Uses this table. Makes no call.
    #[must_use]
    pub fn new(table: &SocialTable) -> Self {
        Self { table: table.clone() }
    }

    /// Writes a new media item, with the job that removes what is left of it after `seconds`. If there is an
    /// idempotency key, the same transaction stores this result with it. One round trip.
    ///
    /// # Errors
    /// When the idempotency claim has expired.
    pub async fn announce(
        &self,
        upload: &MediaUpload,
        jobs: &Jobs,
        seconds: i64,
        settled: Option<IdempotencyResult<'_>>,
    ) -> Result<(), StoreError> {
        let task = Task::RemoveMedia { user: upload.owner, media: upload.id };
        let job = jobs.after(seconds, jobs.job(task, upload.created_at)?);
        let mut transaction = Transaction::default();
        let listed = [("time_pk", UploadList::of(upload.state).shard(upload.id)), ("time_sk", upload.id.to_string())];
        transaction.create(&self.table, item(upload_key(upload.owner, upload.id), upload, listed)?)?;
        transaction.create(&jobs.table, job_item(&job)?)?;
        if let Some((claim, credentials, result)) = &settled {
            claim.settle(&mut transaction, credentials, result)?;
        }
        match transaction.commit(&self.table.db).await? {
            Committed::Done => Ok(()),
            Committed::Refused(_) => Err(lapsed()),
        }
    }

    /// A user's media item. One round trip.
    pub async fn by_id(&self, user: UserId, media: MediaId) -> Result<Option<MediaUpload>, StoreError> {
        self.table.get(upload_key(user, media)).await
    }

    /// A user's media items with these ids, in their order; unknown ones are missing. One round trip, none for no ids.
    pub async fn by_ids(&self, user: UserId, media: &[MediaId]) -> Result<Vec<MediaUpload>, StoreError> {
        if media.is_empty() {
            return Ok(Vec::new());
        }
        let mut ids: Vec<MediaId> = Vec::new();
        media.iter().for_each(|id| {
            if !ids.contains(id) {
                ids.push(*id)
            }
        });
        let found = self.table.batch_get(ids.iter().map(|id| upload_key(user, *id)).collect()).await?;
        self.in_order(found, &ids)
    }

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

    /// Writes the thumbnail of an image that came in a tweet's request. False if the tweet does not exist, or shows
    /// another image there. One round trip.
    pub async fn set_thumbnail(
        &self,
        tweet: TweetId,
        (place, key): (u8, &str),
        thumbnail: &str,
        blurhash: &str,
    ) -> Result<bool, StoreError> {
        let at = format!("media[{place}]");
        let update = Update::new()
            .set(&format!("{at}.thumbnail"), text(thumbnail))
            .set(&format!("{at}.blurhash"), text(blurhash))
            .when(Condition::equals(&format!("{at}.key"), text(key)));
        Ok(matches!(update.apply_to(&self.table, tweet_key(tweet)).await?, Applied::Done(_)))
    }

    /// Removes a media item that no tweet shows. False if one does. One round trip.
    pub async fn remove_unused(&self, user: UserId, media: MediaId) -> Result<bool, StoreError> {
        let mut transaction = Transaction::default();
        transaction.delete_if(&self.table, upload_key(user, media), &Condition::missing("tweet"))?;
        Ok(matches!(transaction.commit(&self.table.db).await?, Committed::Done))
    }

    /// Removes a media item. One round trip.
    pub async fn remove(&self, user: UserId, media: MediaId) -> Result<(), StoreError> {
        self.table.delete(upload_key(user, media)).await
    }

    /// A user's newest media items, newest first. It never lags. One round trip.
    pub async fn newest_of_user(&self, user: UserId, limit: i32) -> Result<Vec<MediaUpload>, StoreError> {
        let own = PartitionRange { pk: works_pk(user), prefix: UPLOAD, by_recency: false, order: Order::NewestFirst };
        let page = self.table.own_page(&own, None, limit).await?;
        page.entries.into_iter().map(|item| self.table.read(item)).collect()
    }

    /// A page of these lists together by time, after this one. The index lags. One round trip: 16 queries for each
    /// list.
    pub async fn by_time(
        &self,
        lists: &[UploadList],
        order: Order,
        after: Option<MediaId>,
        limit: i32,
    ) -> Result<ListPage<(UserId, MediaId)>, StoreError> {
        let after = after.map(|id| id.to_string());
        // One more of each list shows whether a page of all follows.
        let more = limit.saturating_add(1);
        let pages = lists.iter().map(|list| by_time(&self.table, list.name(), order, after.as_deref(), more));
        let mut found: Vec<Item> = try_join_all(pages).await?.into_iter().flat_map(|page| page.entries).collect();
        found.sort_by(|a, b| attribute(a, "time_sk").cmp(&attribute(b, "time_sk")));
        // While the index lags, what was just decided may be in two lists.
        found.dedup_by(|a, b| attribute(a, "time_sk") == attribute(b, "time_sk"));
        if order == Order::NewestFirst {
            found.reverse();
        }
        let page = cut(found, limit, |item| attribute(item, "time_sk").map(ToOwned::to_owned));
        Ok(page.filter_map(|item| Some((id_behind(&item, "pk", WORKS)?, id_behind(&item, "sk", UPLOAD)?))))
    }

    /// These media items, in this order; those that are gone are missing. They may lag for some seconds. One round
    /// trip.
    pub async fn many(&self, ids: &[(UserId, MediaId)]) -> Result<Vec<MediaUpload>, StoreError> {
        let keys = ids.iter().map(|(user, media)| upload_key(*user, *media)).collect();
        let found = self.table.batch_get_many_lagging(keys).await?;
        let ids: Vec<MediaId> = ids.iter().map(|(_, media)| *media).collect();
        self.in_order(found, &ids)
    }

    fn in_order(&self, found: Vec<Item>, ids: &[MediaId]) -> Result<Vec<MediaUpload>, StoreError> {
        let read = found.into_iter().map(|item| self.table.read::<MediaUpload>(item));
        let mut uploads = read.collect::<Result<Vec<_>, _>>()?;
        uploads.sort_by_key(|upload| ids.iter().position(|id| *id == upload.id));
        Ok(uploads)
    }

    /// A page of a user's media items, oldest first. It never lags. One round trip.
    pub async fn of_user(&self, user: UserId) -> Result<Vec<MediaId>, StoreError> {
        let own = PartitionRange { pk: works_pk(user), prefix: UPLOAD, by_recency: false, order: Order::OldestFirst };
        let page = self.table.own_page(&own, None, PAGE).await?;
        Ok(page.entries.iter().filter_map(|item| id_behind(item, "sk", UPLOAD)).collect())
    }
}

/// Adds to a new tweet's transaction that it shows this media item. It fails if another tweet does, or if the item is
/// no longer as it was read.
pub(crate) fn show_in(
    transaction: &mut Transaction,
    table: &SocialTable,
    upload: &MediaUpload,
    (tweet, place): (TweetId, u8),
) -> Result<crate::dynamodb::transaction::WriteId, StoreError> {
    let state = match upload.state {
        MediaState::Ready => "ready",
        _ => "processing",
    };
    let update = Update::new()
        .set("tweet", text(tweet.to_string()))
        .set("place", number(place))
        .when(Condition::missing("tweet"))
        .when(Condition::equals("state", text(state)));
    transaction.update(table, upload_key(upload.owner, upload.id), &update)
}

fn upload_key(user: UserId, media: MediaId) -> Key {
    Key::new(works_pk(user), format!("{UPLOAD}{media}"))
}
