//! `GET /admin/media/`: the pictures and videos of all tweets by time.

use aviary_store::{Media, MediaKind, PageKeys, Tweet};
use aviary_web::Params;
use axum::extract::State;
use axum::response::Response;
use maud::html;

use crate::page::{Section, page};
use crate::parts::{PAGE, outcome, pager, time};
use crate::people::person;
use crate::query::text;
use crate::refusal::Refusal;
use crate::state::AdminState;
use crate::tweet::described;
use crate::tweets::{order_links, order_of};
use crate::visitor::Visitor;

const PATH: &str = "/admin/media/";

/// The pictures and videos of tweets. Each leads to its tweet. Four round trips.
#[utoipa::path(get, path = "/admin/media", tag = "administration",
    params(("order" = Option<String>, Query, description = "`newest` or `oldest`"),
        ("after" = Option<String>, Query, description = "Where the page begins")),
    responses((status = 200, description = "The page", content_type = "text/html")))]
pub async fn list_media(
    State(state): State<AdminState>,
    visitor: Visitor,
    Params(query): Params,
) -> Result<Response, Refusal> {
    let staff = visitor.staff(&state).await?;
    let (order, after) = (order_of(&query), text(&query, "after"));
    let from = after.as_deref().and_then(|after| after.parse().ok());
    let found = state.tweets.by_time(true, order.1, from, PAGE).await?;
    let keys = found.entries.iter().fold(PageKeys::by(None), |keys, (id, author)| keys.tweet(*id, *author));
    let data = state.page_reads.read(&keys).await?;
    let tweets = found.entries.iter().filter_map(|(id, _)| data.tweet(*id));
    let shown: Vec<(&Tweet, &Media)> =
        tweets.flat_map(|tweet| tweet.media.iter().map(move |one| (tweet, one))).collect();
    let body = html! {
        (outcome(&query))
        (order_links(PATH, order.0))
        @if shown.is_empty() { p.sheet.empty { "No tweet has a picture or a video." } }
        ul.pictures {
            @for (tweet, media) in shown {
                li {
                    @match media.kind {
                        MediaKind::Image => { img src=(state.media.url(&media.key)) alt=(described(media))
                            loading="lazy"; }
                        MediaKind::Video => { video src=(state.media.url(&media.key)) controls preload="none"
                            aria-label=(described(media)) {} }
                    }
                    div.about {
                        (person(tweet.author, &data)) ", "
                        a href={ "/admin/tweets/" (tweet.id) "/" } { (time(tweet.created_at)) }
                        div.faint { (media.width) " × " (media.height) }
                    }
                }
            }
        }
        (pager(PATH, &[("order", order.0)], after.as_deref(), found.next.as_deref()))
    };
    Ok(page(&state, &staff, Section::Media, "Media", &body))
}
