//! The comments of a tweet as a viewer sees them.

use aviary_model::{CommentId, TweetId, UserId};
use aviary_representation::ShownComment;
use aviary_store::{ListPage, Order, PageData, PageKeys, StoreError, Tweet};
use aviary_web::{ApiError, Client};
use futures_util::future::try_join;

use crate::lists::list_page::require_visible;
use crate::state::TweetsState;

/// What leads to a page of comments: the tweet, and the comments' ids with their authors.
pub(crate) type CommentIds = (Option<Tweet>, ListPage<(CommentId, UserId)>);

/// Reads what leads to a page of a tweet's comments. One round trip.
pub(crate) async fn comment_ids(
    state: &TweetsState,
    tweet: TweetId,
    order: Order,
    after: Option<CommentId>,
    limit: i32,
) -> Result<CommentIds, StoreError> {
    try_join(state.tweets.by_id(tweet), state.comments.of_tweet(tweet, order, after, limit)).await
}

/// The same for the newest comments of the tweet that a path names; nothing for a text that is no id. One round trip.
pub(crate) async fn newest_comment_ids(state: &TweetsState, tweet: &str, limit: i32) -> Result<CommentIds, StoreError> {
    match tweet.parse() {
        Ok(tweet) => comment_ids(state, tweet, Order::NewestFirst, None, limit).await,
        Err(_) => Ok((None, ListPage { entries: Vec::new(), next: None })),
    }
}

/// A page of a tweet's comments.
pub(crate) struct CommentsPage {
    pub(crate) tweet: Tweet,
    pub(crate) page_data: PageData,
    /// The comments whose authors are not hidden from the viewer.
    ids: Vec<CommentId>,
    /// The place after which the next page begins.
    pub(crate) next: Option<String>,
}

impl CommentsPage {
    /// Reads the comments, their authors, and what `keys` name besides. One round trip.
    ///
    /// # Errors
    /// 404 if there is no such tweet, or its author is gone or blocks the viewer.
    pub(crate) async fn read(state: &TweetsState, keys: PageKeys, ids: CommentIds) -> Result<Self, ApiError> {
        let page = Self::read_beside_a_write(state, keys, ids).await?;
        require_visible(&page.page_data, page.tweet.author)?;
        Ok(page)
    }

    /// As [`Self::read`], for the answer to a write, which says itself whether the author blocks the caller. One round
    /// trip.
    ///
    /// # Errors
    /// 404 if there is no such tweet.
    pub(crate) async fn read_beside_a_write(
        state: &TweetsState,
        keys: PageKeys,
        (tweet, page): CommentIds,
    ) -> Result<Self, ApiError> {
        let tweet = tweet.ok_or_else(ApiError::not_found)?;
        let keys = keys.person(tweet.author);
        let keys = page.entries.iter().fold(keys, |keys, (id, author)| keys.comment(*id, *author));
        let page_data = state.page_reads.read(&keys).await?;
        let visible = page.entries.iter().filter(|(_, author)| !page_data.visibility(*author).is_block());
        let ids = visible.map(|(id, _)| *id).collect();
        Ok(Self { tweet, page_data, ids, next: page.next })
    }

    /// The comments, without those that are gone.
    pub(crate) fn shown(&self, state: &TweetsState, client: &Client) -> Vec<ShownComment> {
        let links = state.links(client);
        self.ids.iter().filter_map(|id| ShownComment::from_page(*id, &self.page_data, links)).collect()
    }
}
