//! Lists as pages: what their entries lead to is read together, and what the viewer may not see falls out. A page
//! can be shorter than its limit while there is a next one.

use aviary_model::{TweetId, UserId};
use aviary_store::{ListPage, PageData, PageKeys};
use aviary_web::{ApiError, Client, Page, PageQuery};
use axum::Json;

use crate::TweetsState;
use crate::answer::{Links, Marks, Person, ShownTweet};

/// A list that is being shown.
pub(crate) struct Screen<'a> {
    pub(crate) state: &'a TweetsState,
    pub(crate) client: &'a Client,
    pub(crate) query: &'a PageQuery,
    /// Who looks at it.
    pub(crate) viewer: Option<UserId>,
    /// Which list it is, for its cursors.
    pub(crate) list: &'a str,
}

impl Screen<'_> {
    /// Tweets by anybody, less those whose authors and the viewer block each other.
    pub(crate) async fn tweets(&self, page: ListPage<(TweetId, UserId)>) -> Result<Json<Page<ShownTweet>>, ApiError> {
        let seen = self.state.page_reads.read(&self.wanted(&page)).await?;
        Ok(self.shown(page, &seen, |author| !seen.hide(author).is_block()))
    }

    /// The same of a list that is somebody's own, and hidden from whom they block. 404 then.
    pub(crate) async fn tweets_of(
        &self,
        owner: UserId,
        page: ListPage<(TweetId, UserId)>,
    ) -> Result<Json<Page<ShownTweet>>, ApiError> {
        let seen = self.state.page_reads.read(&self.wanted(&page).person(owner)).await?;
        may_be_seen(&seen, owner)?;
        Ok(self.shown(page, &seen, |author| author == owner || !seen.hide(author).is_block()))
    }

    /// People who did something to a tweet of this author.
    pub(crate) async fn people(&self, author: UserId, page: ListPage<UserId>) -> Result<Json<Page<Person>>, ApiError> {
        let wanted = PageKeys::by(self.viewer).person(author);
        let wanted = page.entries.iter().fold(wanted, |wanted, id| wanted.person(*id));
        let seen = self.state.page_reads.read(&wanted).await?;
        may_be_seen(&seen, author)?;
        let people = page.entries.iter().filter(|id| !seen.hide(**id).is_block());
        let people = people.filter_map(|id| Some(self.links().person(seen.profile(*id)?))).collect();
        Ok(Json(self.query.page(self.list, people, page.next)))
    }

    pub(crate) fn links(&self) -> Links<'_> {
        Links { bucket: &self.state.bucket, client: self.client }
    }

    fn wanted(&self, page: &ListPage<(TweetId, UserId)>) -> PageKeys {
        page.entries.iter().fold(PageKeys::by(self.viewer), |wanted, (id, author)| wanted.tweet(*id, *author))
    }

    fn shown(
        &self,
        page: ListPage<(TweetId, UserId)>,
        seen: &PageData,
        may_see: impl Fn(UserId) -> bool,
    ) -> Json<Page<ShownTweet>> {
        let tweets = page.entries.iter().filter(|(_, author)| may_see(*author));
        let tweets = tweets.filter_map(|(id, _)| self.links().seen_tweet(*id, seen)).collect();
        Json(self.query.page(self.list, tweets, page.next))
    }
}

impl Links<'_> {
    /// A tweet as it was read; none of what is gone, or whose author is.
    pub(crate) fn seen_tweet(self, id: TweetId, seen: &PageData) -> Option<ShownTweet> {
        let tweet = seen.tweet(id)?;
        Some(self.tweet(tweet, seen.profile(tweet.author)?, Marks::of(id, seen)))
    }
}

/// Is there such an author, and may the viewer see what they wrote? 404 otherwise: whom somebody blocks is not to
/// know that it exists.
pub(crate) fn may_be_seen(seen: &PageData, author: UserId) -> Result<(), ApiError> {
    if seen.profile(author).is_some() && !seen.hide(author).blocked_by { Ok(()) } else { Err(ApiError::not_found()) }
}
