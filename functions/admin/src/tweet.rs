//! `GET /admin/tweets/<id>/`: one tweet with its pictures.

use aviary_model::{ReportTarget, TweetId};
use aviary_store::{Media, MediaKind, PageKeys, Tweet};
use aviary_web::{Params, PathText};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use crate::page::{Section, page};
use crate::parts::{counted, delete_link, outcome, time};
use crate::people::person;
use crate::refusal::Refusal;
use crate::report::case_facts;
use crate::state::AdminState;
use crate::visitor::Visitor;

/// A tweet, its pictures, its author and its case. Four round trips.
#[utoipa::path(get, path = "/admin/tweets/{id}", tag = "administration",
    params(("id" = String, Path, description = "The tweet's id")),
    responses((status = 200, description = "The page", content_type = "text/html"), (status = 404, description =
        "Unknown tweet")))]
pub async fn show_tweet(
    State(state): State<AdminState>,
    visitor: Visitor,
    PathText(id): PathText,
    Params(query): Params,
) -> Result<Response, Refusal> {
    let staff = visitor.staff(&state).await?;
    let id: TweetId = id.parse().map_err(|_| Refusal::not_found())?;
    let (tweet, case) =
        futures_util::future::try_join(state.tweets.by_id(id), state.reports.case(ReportTarget::Tweet(id))).await?;
    let tweet = tweet.ok_or_else(Refusal::not_found)?;
    let data = state.page_reads.read(&PageKeys::by(None).person(tweet.author)).await?;
    let body = html! {
        (outcome(&query))
        section.sheet {
            p.text { (tweet.message.as_str()) }
            (pictures(&state, &tweet))
            dl.facts {
                dt { "Author" } dd { (person(tweet.author, &data)) }
                dt { "At" } dd { (time(tweet.created_at)) }
                @if let Some(edited) = tweet.edited_at { dt { "Edited" } dd { (time(edited)) } }
                dt { "Id" } dd { (tweet.id) }
                @if let Some(parent) = tweet.in_reply_to { dt { "Answers" } dd {
                    a href={ "/admin/tweets/" (parent.tweet) "/" } { "a tweet" } } }
                dt { "Counts" } dd { (counted(tweet.likes, "like", "likes")) ", "
                    (counted(tweet.comments, "comment", "comments")) ", "
                    (counted(tweet.retweets, "retweet", "retweets")) }
            }
            div.actions { (delete_link("/admin/tweets/", &format!("tweet:{id}"), "Take down …")) }
        }
        (case_facts(case.as_ref()))
    };
    Ok(page(&state, &staff, Section::Tweets, "Tweet", &body))
}

/// Pictures and videos of a tweet with their descriptions. A picture on another site is a link: that site shall not
/// learn who looks at a report.
pub(crate) fn pictures(state: &AdminState, tweet: &Tweet) -> Markup {
    html! {
        @if let Some(link) = &tweet.media_url {
            p { "A picture elsewhere: " a href=(link.as_str()) rel="noreferrer noopener nofollow" { (link.as_str()) } }
        }
        @for one in &tweet.media {
            p.shown {
                @match one.kind {
                    MediaKind::Image => { img src=(state.media.url(&one.key)) alt=(described(one)) loading="lazy"; }
                    MediaKind::Video => { video src=(state.media.url(&one.key)) controls preload="metadata"
                        aria-label=(described(one)) {} }
                }
            }
        }
    }
}

/// The author's description, or a word for what has none.
pub(crate) fn described(media: &Media) -> &str {
    match (media.alt.is_empty(), media.kind) {
        (false, _) => media.alt.as_str(),
        (true, MediaKind::Image) => "Picture without a description",
        (true, MediaKind::Video) => "Video without a description",
    }
}
