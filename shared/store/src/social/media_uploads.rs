//! Images and videos that clients upload directly: `W#<user> / UPLOAD#<media>`. What may change when is in
//! `docs/decisions/0018-media-by-direct-upload.md`.

mod checks;
mod media_upload;
mod upload_list;

use aviary_model::{MediaId, TweetId, UserId};

use crate::credentials::idempotency_keys::{IdempotencyResult, lapsed};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Applied, Condition, Update};
use crate::dynamodb::item::{Item, Key, item, number, text};
use crate::dynamodb::pages::{Order, PartitionRange, id_behind};
use crate::dynamodb::table::SocialTable;
use crate::dynamodb::transaction::{Committed, Transaction, WriteId};
use crate::jobs::{Jobs, Task, job_item};
use crate::social::keys::{tweet_key, works_pk};
use crate::social::tweets::MediaState;

pub use checks::{Begun, MediaOutcome};
pub use media_upload::{MediaFile, MediaUpload, Unusable};
pub use upload_list::UploadList;

/// The prefix of the sort key.
const UPLOAD: &str = "UPLOAD#";
/// Ids in a page of a removal.
const PAGE: i32 = 25;

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

    /// A page of a user's media items, oldest first. It never lags. One round trip.
    pub async fn of_user(&self, user: UserId) -> Result<Vec<MediaId>, StoreError> {
        let own = PartitionRange { pk: works_pk(user), prefix: UPLOAD, by_recency: false, order: Order::OldestFirst };
        let page = self.table.own_page(&own, None, PAGE).await?;
        Ok(page.entries.iter().filter_map(|item| id_behind(item, "sk", UPLOAD)).collect())
    }

    fn in_order(&self, found: Vec<Item>, ids: &[MediaId]) -> Result<Vec<MediaUpload>, StoreError> {
        let read = found.into_iter().map(|item| self.table.read::<MediaUpload>(item));
        let mut uploads = read.collect::<Result<Vec<_>, _>>()?;
        uploads.sort_by_key(|upload| ids.iter().position(|id| *id == upload.id));
        Ok(uploads)
    }
}

/// Adds to a new tweet's transaction that it shows this media item. It fails if another tweet does, or if the item is
/// no longer as it was read.
pub(crate) fn show_in(
    transaction: &mut Transaction,
    table: &SocialTable,
    upload: &MediaUpload,
    (tweet, place): (TweetId, u8),
) -> Result<WriteId, StoreError> {
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
