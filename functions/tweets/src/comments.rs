//! `GET /api/tweets/<id>/comments/` (document 001).

use aviary_auth::MaybeUnconfirmed;
use aviary_model::{CommentId, TweetId};
use aviary_store::PageKeys;
use aviary_web::{ApiError, Client, Page, PageQuery, PathText};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;

use crate::TweetsState;
use crate::answer::Links;
use crate::comment_answer::{CommentList, ShownComment};
use crate::screens::may_be_seen;

/// The comments of a tweet, oldest first. Two steps.
#[utoipa::path(get, path = "/api/tweets/{id}/comments", tag = "comments",
    params(
        ("id" = String, Path, description = "The tweet's id"),
        ("limit" = Option<i32>, Query, description = "At most so many; 20 without it, 100 at the most"),
        ("cursor" = Option<String>, Query, description = "From `next` of the page before"),
    ),
    responses(
        (status = 200, description = "A page", body = CommentList),
        (status = 404, description = "No such tweet, its author blocks the caller, or a wrong cursor"),
    ))]
pub async fn comments(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    PathText(id): PathText,
    query: PageQuery,
) -> Result<Json<Page<ShownComment>>, ApiError> {
    let id: TweetId = id.parse().map_err(|_| ApiError::not_found())?;
    let list = format!("comments/{id}");
    let after: Option<CommentId> = query.place_as(&list)?;
    let read = try_join(state.tweets.by_id(id), state.comments.of_tweet(id, after, query.limit()));
    let (viewer, (tweet, page)) = caller.confirm_with(read).await?;
    let tweet = tweet.ok_or_else(ApiError::not_found)?;
    let wanted = PageKeys::by(viewer).person(tweet.author);
    let wanted = page.entries.iter().fold(wanted, |wanted, (id, author)| wanted.comment(*id, *author));
    let seen = state.page_reads.read(&wanted).await?;
    may_be_seen(&seen, tweet.author)?;
    let links = Links { bucket: &state.bucket, client: &client };
    let shown = page.entries.iter().filter(|(_, author)| !seen.hide(*author).is_block());
    let shown = shown.filter_map(|(id, author)| {
        Some(links.comment(seen.comment(*id)?, seen.profile(*author)?, seen.likes_comment(*id)))
    });
    let shown = shown.collect();
    Ok(Json(query.page(&list, shown, page.next)))
}
