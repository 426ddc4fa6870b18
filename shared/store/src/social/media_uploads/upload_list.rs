//! The lists of all direct uploads by time.

use aviary_model::{MediaId, UserId};
use futures_util::future::try_join_all;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, shard};
use crate::dynamodb::pages::{ListPage, Order, attribute, cut, id_behind};
use crate::social::by_time::by_time;
use crate::social::keys::WORKS;
use crate::social::media_uploads::media_upload::MediaUpload;
use crate::social::media_uploads::{MediaUploads, UPLOAD, upload_key};
use crate::social::tweets::MediaState;

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

    pub(super) fn of(state: MediaState) -> Self {
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
    pub(super) fn shard(self, media: MediaId) -> String {
        shard(self.name(), media.uuid())
    }
}

impl MediaUploads {
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
}
