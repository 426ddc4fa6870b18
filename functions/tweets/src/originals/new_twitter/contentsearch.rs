//! `GET /search/contentsearch`.

use aviary_auth::MaybeUnconfirmed;
use aviary_model::{NameKey, Tag, TweetId, UserId};
use aviary_store::{ListPage, StoreError};
use aviary_web::{ApiError, Client, PageQuery, Params};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;
use serde::Serialize;
use utoipa::ToSchema;

use crate::lists::list_page::PageBuilder;
use crate::originals::new_twitter::parameters::parameter;
use crate::originals::new_twitter::search_cursor::SearchCursor;
use crate::originals::new_twitter::shapes::{Person001, Tweet001, tweets};
use crate::originals::new_twitter::usersearch::{SEARCH_PAGE, hits, shown};
use crate::state::TweetsState;

/// People and tweets that were found.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContentSearch001 {
    /// What the request for the next page sends as `searchAfterText`.
    #[serde(rename = "searchAfterText")]
    pub search_after_text: String,
    /// The people, in the order of the names that matched.
    pub users: Vec<Person001>,
    /// The tweets with the tag, newest first.
    pub tweets: Vec<Tweet001>,
}

/// People whose username or alias begins with a text, and tweets with this tag, ten of each at a time. Needs no
/// credential. Two round trips.
#[utoipa::path(get, path = "/search/contentsearch", tag = "originals",
    params(("text" = String, Query, description = "The beginning of a name, or a tag with or without its #"),
        ("searchAfterText" = Option<String>, Query, description = "As the answer before had it")),
    responses(
        (status = 200, description = "People and tweets", body = ContentSearch001),
        (status = 400, description = "No `text`"),
        (status = 404, description = "Nothing, or an invalid `searchAfterText`"),
    ))]
pub async fn search_content(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    Params(form): Params,
) -> Result<Json<ContentSearch001>, ApiError> {
    let text = parameter(&form, "text")?;
    let (name, tag) = (NameKey::of(&text), Tag::parse(&text));
    let (users_after, tweets_after) = match SearchCursor::of(&form)? {
        None => (Some(None), Some(None)),
        Some(cursor) => (cursor.users.map(Some), cursor.tweets.map(Some)),
    };
    let read = try_join(hits(&state, &name, users_after.as_ref()), tagged(&state, tag.as_ref(), tweets_after));
    let (viewer, (people, page)) = caller.confirm_with(read).await?;
    let people = people.ok_or_else(PageQuery::invalid)?;
    let tweets_next = page.next.as_ref().and_then(|next| next.parse().ok());
    let query = PageQuery::first(SEARCH_PAGE);
    let builder = PageBuilder { state: &state, client: &client, query: &query, viewer, list: "" };
    let people = async { shown(&state, viewer, &name, people).await.map_err(ApiError::from) };
    let ((people, users_next), Json(found)) = try_join(people, builder.tweets(page)).await?;
    if people.is_empty() && found.results.is_empty() {
        return Err(ApiError::not_found());
    }
    Ok(Json(ContentSearch001 {
        search_after_text: SearchCursor { users: users_next, tweets: tweets_next }.text(),
        users: people.into_iter().map(|person| Person001::of(person, &client)).collect(),
        tweets: tweets(&found.results),
    }))
}

/// The tweets with the tag after this one; none for a text that is no tag, and of a list that has ended. One round trip.
async fn tagged(
    state: &TweetsState,
    tag: Option<&Tag>,
    after: Option<Option<TweetId>>,
) -> Result<ListPage<(TweetId, UserId)>, StoreError> {
    match (tag, after) {
        (Some(tag), Some(after)) => state.tweets.tagged(tag, after, SEARCH_PAGE).await,
        _ => Ok(ListPage { entries: Vec::new(), next: None }),
    }
}
