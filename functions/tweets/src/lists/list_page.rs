//! Turns a page of ids from the store into the page that the viewer sees: reads the entries together and leaves out
//! what is gone or hidden. A page can be shorter than its limit while there is a next one.

use aviary_model::{TweetId, UserId};
use aviary_representation::ShownTweet;
use aviary_store::{ListPage, PageData, PageKeys, Profile};
use aviary_web::{ApiError, Client, Page, PageQuery};
use axum::Json;

use crate::state::TweetsState;

/// What the page of a list depends on, apart from its entries.
pub(crate) struct PageBuilder<'a> {
    pub(crate) state: &'a TweetsState,
    pub(crate) client: &'a Client,
    pub(crate) query: &'a PageQuery,
    /// The user who sees the list; `None` for an anonymous client.
    pub(crate) viewer: Option<UserId>,
    /// The list's name in its cursors: a cursor is valid for its own list only.
    pub(crate) list: &'a str,
}

impl PageBuilder<'_> {
    /// A list of tweets by different authors, without those where a block stands between author and viewer. One round
    /// trip.
    pub(crate) async fn tweets(&self, page: ListPage<(TweetId, UserId)>) -> Result<Json<Page<ShownTweet>>, ApiError> {
        let page_data = self.state.page_reads.read(&self.tweet_keys(&page)).await?;
        Ok(self.visible_tweets(page, &page_data, |author| !page_data.visibility(author).is_block()))
    }

    /// A list that belongs to a user: as [`Self::tweets`], but 404 if this owner blocks the viewer. One round trip.
    pub(crate) async fn tweets_of(
        &self,
        owner: UserId,
        page: ListPage<(TweetId, UserId)>,
    ) -> Result<Json<Page<ShownTweet>>, ApiError> {
        let page_data = self.state.page_reads.read(&self.tweet_keys(&page).person(owner)).await?;
        require_visible(&page_data, owner)?;
        let is_visible = |author| author == owner || !page_data.visibility(author).is_block();
        Ok(self.visible_tweets(page, &page_data, is_visible))
    }

    /// People who reacted to something of these authors; 404 if one of them blocks the viewer. `show` gets the profile of
    /// a person, and whether the viewer follows them. One round trip.
    pub(crate) async fn people<T>(
        &self,
        authors: &[UserId],
        page: ListPage<UserId>,
        show: impl Fn(&Profile, bool) -> T,
    ) -> Result<Json<Page<T>>, ApiError> {
        let keys = authors.iter().chain(&page.entries).fold(PageKeys::by(self.viewer), |keys, id| keys.person(*id));
        let page_data = self.state.page_reads.read(&keys).await?;
        authors.iter().try_for_each(|author| require_visible(&page_data, *author))?;
        let people = page.entries.iter().filter(|id| !page_data.visibility(**id).is_block());
        let people = people.filter_map(|id| Some(show(page_data.profile(*id)?, page_data.follows(*id)))).collect();
        Ok(Json(self.query.page(self.list, people, page.next)))
    }

    fn tweet_keys(&self, page: &ListPage<(TweetId, UserId)>) -> PageKeys {
        page.entries.iter().fold(PageKeys::by(self.viewer), |keys, (id, author)| keys.tweet(*id, *author))
    }

    fn visible_tweets(
        &self,
        page: ListPage<(TweetId, UserId)>,
        page_data: &PageData,
        is_visible: impl Fn(UserId) -> bool,
    ) -> Json<Page<ShownTweet>> {
        let tweets = page.entries.iter().filter(|(_, author)| is_visible(*author));
        let links = self.state.links(self.client);
        let tweets = tweets.filter_map(|(id, _)| ShownTweet::from_page(*id, page_data, links)).collect();
        Json(self.query.page(self.list, tweets, page.next))
    }
}

/// Checks that this author exists and does not block the viewer.
///
/// # Errors
/// 404 in both cases: a blocked viewer does not learn that the content exists.
pub(crate) fn require_visible(page_data: &PageData, author: UserId) -> Result<(), ApiError> {
    let exists = page_data.profile(author).is_some();
    if exists && !page_data.visibility(author).blocked_by { Ok(()) } else { Err(ApiError::not_found()) }
}
