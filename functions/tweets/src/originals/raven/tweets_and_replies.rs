//! `GET /api/tweets/get_liked/<user id>/` and `GET /api/tweets/replies/get_user_tweets_and_replies/<user id>/` (document
//! 000): lists in which tweets and comments stand beside each other, a comment with its tweet.

use std::cmp::Reverse;

use aviary_auth::Unconfirmed;
use aviary_model::UserId;
use aviary_representation::{ShownComment, ShownTweet};
use aviary_store::{Liked, PageData, PageKeys};
use aviary_web::{ApiError, Client, PathText};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;

use crate::lists::list_page::require_visible;
use crate::originals::raven::NEWEST;
use crate::originals::raven::shapes::{RavenReply, RavenTweet, TweetOrReply};
use crate::state::TweetsState;

/// What a user likes, the newest likes first. Two round trips, and one more if there are likes of comments.
#[utoipa::path(get, path = "/api/tweets/get_liked/{id}", tag = "originals",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "The last 100 tweets and replies that the user likes", body = Vec<TweetOrReply>),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown user, or one who blocks the caller"),
    ))]
pub async fn list_liked_by(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
) -> Result<Json<Vec<TweetOrReply>>, ApiError> {
    let user: Option<UserId> = id.parse().ok();
    let read = async {
        match user {
            Some(user) => state.reactions.liked_by(user, NEWEST).await,
            None => Ok(Vec::new()),
        }
    };
    let (caller, liked) = unconfirmed.confirm_with(read).await?;
    let owner = user.ok_or_else(ApiError::not_found)?;
    MixedList { state: &state, client: &client, viewer: caller.user, owner }.show(liked).await
}

/// A user's tweets and comments. Two round trips, and one more if there are comments.
#[utoipa::path(get, path = "/api/tweets/replies/get_user_tweets_and_replies/{id}", tag = "originals",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "The newest 100 tweets and replies", body = Vec<TweetOrReply>),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown user, or one who blocks the caller"),
    ))]
pub async fn list_tweets_and_replies_of(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
) -> Result<Json<Vec<TweetOrReply>>, ApiError> {
    let author: Option<UserId> = id.parse().ok();
    let read = async {
        let Some(author) = author else { return Ok(Vec::new()) };
        let (tweets, comments) =
            try_join(state.tweets.by_author(author, None, NEWEST), state.comments.by_author(author, NEWEST)).await?;
        let tweets = tweets.entries.into_iter().map(|tweet| (tweet.uuid(), Liked::Tweet(tweet, author)));
        let comments = comments.into_iter().map(|comment| (comment.uuid(), Liked::Comment(comment, author)));
        // Ids sort by time.
        let mut written: Vec<_> = tweets.chain(comments).collect();
        written.sort_by_key(|(id, _)| Reverse(*id));
        written.truncate(usize::try_from(NEWEST).unwrap_or_default());
        Ok(written.into_iter().map(|(_, written)| written).collect())
    };
    let (caller, written) = unconfirmed.confirm_with(read).await?;
    let owner = author.ok_or_else(ApiError::not_found)?;
    MixedList { state: &state, client: &client, viewer: caller.user, owner }.show(written).await
}

/// A user's list of tweets and comments while it is shown.
struct MixedList<'a> {
    state: &'a TweetsState,
    client: &'a Client,
    viewer: UserId,
    owner: UserId,
}

impl MixedList<'_> {
    /// Reads the entries, then the tweets that the comments answer, and leaves out what is gone or hidden. Two round
    /// trips; one without comments.
    async fn show(&self, entries: Vec<Liked>) -> Result<Json<Vec<TweetOrReply>>, ApiError> {
        let keys = entries.iter().fold(PageKeys::by(Some(self.viewer)).person(self.owner), |keys, entry| match entry {
            Liked::Tweet(id, author) => keys.tweet(*id, *author),
            Liked::Comment(id, author) => keys.comment(*id, *author),
        });
        let page_data = self.state.page_reads.read(&keys).await?;
        require_visible(&page_data, self.owner)?;
        let comments = entries.iter().filter_map(|entry| match entry {
            Liked::Comment(id, _) => page_data.comment(*id),
            Liked::Tweet(..) => None,
        });
        let keys = comments
            .fold(PageKeys::by(Some(self.viewer)), |keys, comment| keys.tweet(comment.tweet, comment.tweet_author));
        let answered = self.state.page_reads.read(&keys).await?;
        let page_data = page_data.and(answered);
        Ok(Json(entries.iter().filter_map(|entry| self.entry(entry, &page_data)).collect()))
    }

    fn entry(&self, entry: &Liked, page_data: &PageData) -> Option<TweetOrReply> {
        let links = self.state.links(self.client);
        // The list of somebody whom the viewer blocks can be read, as their tweets can.
        let is_visible = |author| author == self.owner || !page_data.visibility(author).is_block();
        let tweet = |id| {
            let shown = ShownTweet::from_page(id, page_data, links)?;
            is_visible(shown.author.id).then(|| RavenTweet::of(shown, self.client))
        };
        match *entry {
            Liked::Tweet(id, _) => tweet(id).map(TweetOrReply::Tweet),
            Liked::Comment(id, author) => {
                let shown = ShownComment::from_page(id, page_data, links)?;
                let tweet = tweet(shown.tweet)?;
                is_visible(author)
                    .then(|| TweetOrReply::Reply { tweet, reply: Box::new(RavenReply::of(shown, self.client)) })
            }
        }
    }
}
