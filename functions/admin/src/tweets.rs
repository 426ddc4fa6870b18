//! `GET /admin/tweets/`: all tweets by time.

use aviary_store::{Order, PageData, PageKeys, Tweet};
use aviary_web::{Form, Params};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use crate::page::{Section, page};
use crate::parts::{PAGE, bulk, outcome, pager, pick, time};
use crate::people::person;
use crate::query::{text, url};
use crate::refusal::Refusal;
use crate::state::AdminState;
use crate::visitor::Visitor;

const PATH: &str = "/admin/tweets/";

/// The list of tweets. Four round trips.
#[utoipa::path(get, path = "/admin/tweets", tag = "administration",
    params(("order" = Option<String>, Query, description = "`newest` or `oldest`"),
        ("after" = Option<String>, Query, description = "Where the page begins")),
    responses((status = 200, description = "The page", content_type = "text/html")))]
pub async fn list_tweets(
    State(state): State<AdminState>,
    visitor: Visitor,
    Params(query): Params,
) -> Result<Response, Refusal> {
    let staff = visitor.staff(&state).await?;
    let (order, after) = (order_of(&query), text(&query, "after"));
    let from = after.as_deref().and_then(|after| after.parse().ok());
    let found = state.tweets.by_time(false, order.1, from, PAGE).await?;
    let keys = found.entries.iter().fold(PageKeys::by(None), |keys, (id, author)| keys.tweet(*id, *author));
    let data = state.page_reads.read(&keys).await?;
    let tweets: Vec<&Tweet> = found.entries.iter().filter_map(|(id, _)| data.tweet(*id)).collect();
    let here = url(PATH, [("order", order.0)].into_iter().chain(after.as_deref().map(|after| ("after", after))));
    let body = html! {
        (outcome(&query))
        (order_links(PATH, order.0))
        @if tweets.is_empty() { p.sheet.empty { "There is no tweet." } }
        @else { (bulk(&staff, &here, &[("delete", "Delete …")], &table(&tweets, &data))) }
        (pager(PATH, &[("order", order.0)], after.as_deref(), found.next.as_deref()))
    };
    Ok(page(&state, &staff, Section::Tweets, "Tweets", &body))
}

fn table(tweets: &[&Tweet], data: &PageData) -> Markup {
    html! {
        table.rows {
            thead { tr { th.pick { span.faint { "Tick" } } th { "At" } th { "Author" } th { "Text" } th.number { "Media" }
                th.number { "Likes" } } }
            tbody {
                @for tweet in tweets {
                    tr {
                        (pick(&format!("tweet:{}", tweet.id), "the tweet"))
                        td data-label="At" { a href={ (PATH) (tweet.id) "/" } { (time(tweet.created_at)) } }
                        td data-label="Author" { (person(tweet.author, data)) }
                        td.text data-label="Text" { (tweet.message.as_str()) }
                        td.number data-label="Media" { (tweet.media.len()) }
                        td.number data-label="Likes" { (tweet.likes) }
                    }
                }
            }
        }
    }
}

/// The order that the query asks for, and its word.
pub(crate) fn order_of(query: &Form) -> (&'static str, Order) {
    match text(query, "order").as_deref() {
        Some("oldest") => ("oldest", Order::OldestFirst),
        _ => ("newest", Order::NewestFirst),
    }
}

/// Links to both orders of a list by time.
pub(crate) fn order_links(path: &str, order: &str) -> Markup {
    html! {
        nav.bar aria-label="Order" {
            @for (value, words) in [("newest", "Newest first"), ("oldest", "Oldest first")] {
                a.button.quiet href=(url(path, [("order", value)]))
                    aria-current=[(value == order).then_some("true")] { (words) }
            }
        }
    }
}
