//! `GET /api/notifications/`.

use aviary_auth::Unconfirmed;
use aviary_model::UserId;
use aviary_store::{Notification, PageData, PageKeys};
use aviary_web::{ApiError, Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::response::ShownNotification;
use crate::state::NotificationsState;

/// The caller's notifications of the last 90 days, newest first. A notification is left out if its tweet, comment or
/// actor is deleted, or if its actor is blocked or muted, so a page can be shorter than its limit. Two round trips.
#[utoipa::path(get, path = "/api/notifications", tag = "notifications", params(PageQuery),
    responses(
        (status = 200, description = "A page of notifications", body = Page<ShownNotification>),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Invalid cursor"),
    ))]
pub async fn list_notifications(
    State(state): State<NotificationsState>,
    unconfirmed: Unconfirmed,
    query: PageQuery,
) -> Result<Json<Page<ShownNotification>>, ApiError> {
    let list = format!("notifications/{}", unconfirmed.user());
    // An invalid cursor is reported only after an invalid credential.
    let cursor = query.position_as::<u64>(&list);
    let after = cursor.as_ref().ok().copied().flatten();
    let read = state.notifications.page(unconfirmed.user(), after, query.limit(), state.clock.now());
    let (caller, page) = unconfirmed.confirm_with(read).await?;
    cursor?;
    let next = page.next.clone();
    let shown = visible(&state, caller.user, &page.entries).await?;
    Ok(Json(query.page(&list, shown, next)))
}

/// The notifications that the viewer sees, in the order of `found`. Of tweets and comments only the existence matters;
/// they are read without a viewer, which costs less. One round trip.
async fn visible(
    state: &NotificationsState,
    viewer: UserId,
    found: &[Notification],
) -> Result<Vec<ShownNotification>, ApiError> {
    let mut people = PageKeys::by(Some(viewer));
    let mut targets = PageKeys::by(None);
    for Notification { news, .. } in found {
        people = people.person(news.actor);
        targets = match (news.comment, news.tweet) {
            (Some(comment), _) => targets.comment(comment, news.actor),
            (None, Some(tweet)) => targets.tweet(tweet, news.actor),
            (None, None) => targets,
        };
    }
    let (people, targets) =
        futures_util::future::try_join(state.page_reads.read(&people), state.page_reads.read(&targets)).await?;
    let shown = found.iter().filter_map(|notification| {
        let actor = people.profile(notification.news.actor)?;
        let is_visible = target_exists(notification, &targets) && !people.visibility(actor.id).is_hidden();
        is_visible.then(|| ShownNotification::of(notification, actor, state.bucket.urls()))
    });
    Ok(shown.collect())
}

fn target_exists(notification: &Notification, targets: &PageData) -> bool {
    let news = &notification.news;
    match (news.comment, news.tweet) {
        (Some(comment), _) => targets.comment(comment).is_some(),
        (None, Some(tweet)) => targets.tweet(tweet).is_some(),
        (None, None) => true,
    }
}
