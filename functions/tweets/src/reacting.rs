//! What likes, retweets and saves have in common.

use aviary_auth::{MaybeUnconfirmed, Unconfirmed};
use aviary_model::{EdgeId, TweetId, UserId};
use aviary_store::{PageData, PageKeys, Reaction, Tweet, WriteError};
use aviary_web::{ApiError, Client, Page, PageQuery};
use axum::Json;
use futures_util::future::try_join;

use crate::TweetsState;
use crate::answer::{Person, with_own};
use crate::screens::Screen;

/// Reacts to the tweet of a path, if there is not too much of it. Answers the tweet as it was read, and whether this
/// request changed something. Two steps.
pub(crate) async fn put(
    state: &TweetsState,
    unconfirmed: Unconfirmed,
    id: &str,
    reaction: Reaction,
    within: impl Future<Output = Result<(), ApiError>>,
) -> Result<(Tweet, bool), ApiError> {
    let (confirmed, within) = futures_util::join!(unconfirmed.confirm_with(state.tweet(id)), within);
    let (caller, tweet) = confirmed?;
    within?;
    let tweet = tweet.ok_or_else(ApiError::not_found)?;
    let written = state.reactions.put(caller.user, reaction, &tweet, state.clock.now());
    match beside_authors(state, caller.user, [tweet.author], written).await?.1 {
        Ok(changed) => Ok((tweet, changed)),
        // A save reaches nobody, who could refuse it; but who can't see a tweet can't keep it either.
        Err(WriteError::Blocked) if reaction == Reaction::Save => Err(ApiError::not_found()),
        Err(error) => Err(error.into()),
    }
}

/// Takes a reaction to the tweet of a path back. As [`put`].
pub(crate) async fn remove(
    state: &TweetsState,
    unconfirmed: Unconfirmed,
    id: &str,
    reaction: Reaction,
) -> Result<(Tweet, bool), ApiError> {
    let (caller, tweet) = unconfirmed.confirm_with(state.tweet(id)).await?;
    let tweet = tweet.ok_or_else(ApiError::not_found)?;
    let removed = state.reactions.remove(caller.user, reaction, tweet.id);
    let (seen, changed) = beside_authors(state, caller.user, [tweet.author], removed).await?;
    let changed = changed?;
    // It is taken back all the same, but how many others there are is not for who is blocked.
    Ok(match seen.hide(tweet.author).blocked_by {
        true => (Tweet { likes: 0, retweets: 0, ..tweet }, changed),
        false => (tweet, changed),
    })
}

/// Does something beside a look whether these authors are still there. What a deleted account wrote is hidden until
/// it is removed, together with whatever is done to it meanwhile: 404.
pub(crate) async fn beside_authors<T>(
    state: &TweetsState,
    caller: UserId,
    authors: impl IntoIterator<Item = UserId>,
    act: impl Future<Output = T>,
) -> Result<(PageData, T), ApiError> {
    let authors: Vec<UserId> = authors.into_iter().collect();
    let wanted = authors.iter().fold(PageKeys::by(Some(caller)), |wanted, author| wanted.person(*author));
    let (seen, done) = futures_util::join!(state.page_reads.read(&wanted), act);
    let seen = seen?;
    let is_there = |author: &UserId| seen.profile(*author).is_some();
    if authors.iter().all(is_there) { Ok((seen, done)) } else { Err(ApiError::not_found()) }
}

/// A count as it was read, and one more if this request made one more; what was done before may not be counted yet.
pub(crate) fn one_more(count: u64, changed: bool) -> u64 {
    with_own(count.saturating_add(u64::from(changed)), true)
}

/// A count as it was read, and one less if this request took one away.
pub(crate) fn one_less(count: u64, changed: bool) -> u64 {
    count.saturating_sub(u64::from(changed))
}

/// A page of those who reacted to the tweet of a path. Two steps.
pub(crate) async fn people(
    state: &TweetsState,
    client: &Client,
    query: &PageQuery,
    caller: MaybeUnconfirmed,
    id: &str,
    (reaction, word): (Reaction, &str),
) -> Result<Json<Page<Person>>, ApiError> {
    let id: TweetId = id.parse().map_err(|_| ApiError::not_found())?;
    let list = format!("{word}/{id}");
    let after: Option<EdgeId> = query.place_as(&list)?;
    let read = try_join(state.tweets.by_id(id), state.reactions.of_tweet(reaction, id, after, query.limit()));
    let (viewer, (tweet, page)) = caller.confirm_with(read).await?;
    let author = tweet.ok_or_else(ApiError::not_found)?.author;
    Screen { state, client, query, viewer, list: &list }.people(author, page).await
}
