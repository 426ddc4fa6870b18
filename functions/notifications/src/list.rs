//! `GET /api/notifications/`.

use aviary_auth::Unconfirmed;
use aviary_model::UserId;
use aviary_store::{Notification, PageData, PageKeys};
use aviary_web::{ApiError, Page, PageQuery};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::NotificationsState;
use crate::answer::ShownNotification;

/// A page of notifications.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationList {
    /// Where the next page is.
    pub next: Option<String>,
    /// Always null.
    pub previous: Option<String>,
    /// Notifications, those that came last first.
    pub results: Vec<ShownNotification>,
}

/// The caller's notifications of 90 days, those that came last first. What is about something that is gone, or by
/// somebody who is gone, blocked or muted, is left out, so a page can be shorter than its limit. Two steps.
#[utoipa::path(get, path = "/api/notifications", tag = "notifications",
    params(("limit" = Option<i32>, Query, description = "20 by default, at most 100"),
        ("cursor" = Option<String>, Query, description = "From `next`")),
    responses(
        (status = 200, description = "Notifications", body = NotificationList),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 404, description = "The cursor is none"),
    ))]
pub async fn list(
    State(state): State<NotificationsState>,
    unconfirmed: Unconfirmed,
    query: PageQuery,
) -> Result<Json<Page<ShownNotification>>, ApiError> {
    let list = format!("notifications/{}", unconfirmed.user());
    let place = query.place_as::<u64>(&list);
    let after = place.as_ref().ok().copied().flatten();
    let read = state.notifications.page(unconfirmed.user(), after, query.limit(), state.clock.now());
    let (caller, page) = unconfirmed.confirm_with(read).await?;
    place?;
    let next = page.next.clone();
    let shown = shown(&state, caller.user, &page.entries).await?;
    Ok(Json(query.page(&list, shown, next)))
}

/// Those that are to be seen. What is only asked whether it is there needs no viewer, and costs less so.
async fn shown(
    state: &NotificationsState,
    viewer: UserId,
    found: &[Notification],
) -> Result<Vec<ShownNotification>, ApiError> {
    let mut people = PageKeys::by(Some(viewer));
    let mut things = PageKeys::by(None);
    for Notification { news, .. } in found {
        people = people.person(news.actor);
        things = match (news.comment, news.tweet) {
            (Some(comment), _) => things.comment(comment, news.actor),
            (None, Some(tweet)) => things.tweet(tweet, news.actor),
            (None, None) => things,
        };
    }
    let (people, things) =
        futures_util::future::try_join(state.page_reads.read(&people), state.page_reads.read(&things)).await?;
    let shown = found.iter().filter_map(|notification| {
        let actor = people.profile(notification.news.actor)?;
        let is_seen = is_there(notification, &things) && !people.hide(actor.id).hides();
        is_seen.then(|| ShownNotification::of(notification, actor, &state.bucket))
    });
    Ok(shown.collect())
}

fn is_there(notification: &Notification, things: &PageData) -> bool {
    let news = &notification.news;
    match (news.comment, news.tweet) {
        (Some(comment), _) => things.comment(comment).is_some(),
        (None, Some(tweet)) => things.tweet(tweet).is_some(),
        (None, None) => true,
    }
}
