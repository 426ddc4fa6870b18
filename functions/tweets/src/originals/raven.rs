//! The routes of Raven, the front-end of document 000, below `/api/tweets/`. The files are named after what their URLs
//! are about.
//!
//! | URL | File |
//! |---|---|
//! | `tweets_list/`, `get_tweet/<id>/`, `manage_tweet/<id>/` | `tweets.rs` |
//! | `get_tweets/<user>/`, `get_user_media/<user>/`, `get_saved_tweets/` | `lists.rs` |
//! | `get_liked/<user>/`, `replies/get_user_tweets_and_replies/<user>/` | `tweets_and_replies.rs` |
//! | `get_latest/`, `get_top/`, `get_explore_media/` | `ranked.rs` |
//! | `liked_tweets_list/<id>/`, `saved_tweets_list/<id>/`, `retweet_list/<id>/`, `get_tweet_like_list/<id>/` | `reactions.rs` |
//! | `replies/replies_list/<id>/`, `replies/delete/<id>/`, `replies/liked_replies_list/<id>/`, … | `replies.rs` |

mod shapes;

pub mod lists;
pub mod ranked;
pub mod reactions;
pub mod replies;
pub mod tweets;
pub mod tweets_and_replies;

use aviary_web::{PageQuery, RouteLimit, RouteSpec, Routes, Subject, own, routes, user};

use crate::state::TweetsState;

/// A list here is the newest entries of the product's list, without pages.
fn newest() -> PageQuery {
    PageQuery::first(NEWEST)
}

/// How many entries a list has.
const NEWEST: i32 = 100;

/// The reason why a retweet needs no `Idempotency-Key`.
const ONE_RETWEET: &str = "A user retweets a tweet at most once; a second request is refused.";

/// Adds the routes of document 000's front-end.
pub(crate) fn routes_000(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    replies(reactions(lists(tweets(routes))))
}

fn reads(round_trips: u8) -> RouteSpec {
    user().round_trips(round_trips).tells_message().of("000")
}

/// A write of the caller's to a thing of anybody.
fn toggles(subject: Subject) -> RouteSpec {
    reads(3).about(subject).limit(RouteLimit::SpreadAccount)
}

fn creates(body: &'static str) -> RouteSpec {
    reads(3).creates().body(body).limit(RouteLimit::WritesAccount)
}

fn tweets(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    let one = own().about(Subject::Tweet).round_trips(3).tells_message().of("000");
    routes
        .add(
            creates(r#"{"content": "$MARK", "media": true, "media_url": "https://example.com/a.png", "public": true}"#),
            routes!(tweets::post_tweet),
        )
        .add(reads(2), routes!(tweets::list_home))
        .add(reads(2).about(Subject::Tweet), routes!(tweets::get_tweet))
        .add(
            one.body(r#"{"content": "taken over"}"#).limit(RouteLimit::SpreadAccount).refuses(403).not_even_staff(),
            routes!(tweets::put_tweet),
        )
        .add(one.limit(RouteLimit::OtherWritesAccount), routes!(tweets::delete_tweet))
}

fn lists(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    let of_user = reads(2).about(Subject::Profile);
    routes
        .add(of_user, routes!(lists::list_tweets_of))
        .add(of_user, routes!(lists::list_media_of))
        .add(reads(2), routes!(lists::list_saved))
        .add(of_user.round_trips(3), routes!(tweets_and_replies::list_liked_by))
        .add(of_user.round_trips(3), routes!(tweets_and_replies::list_tweets_and_replies_of))
        .add(reads(2), routes!(ranked::list_latest))
        .add(reads(2), routes!(ranked::list_top))
        .add(reads(2), routes!(ranked::list_with_media))
}

fn reactions(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    let toggle = toggles(Subject::Tweet);
    routes
        .add(toggle, routes!(reactions::toggle_like))
        .add(toggle, routes!(reactions::toggle_save))
        .add(toggle.repeatable(ONE_RETWEET), routes!(reactions::post_retweet))
        .add(reads(2).about(Subject::Tweet), routes!(reactions::list_retweeters))
        .add(reads(2).about(Subject::Tweet), routes!(reactions::list_likers))
}

fn replies(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    let one = own().about(Subject::Comment).round_trips(3).tells_message().of("000");
    routes
        .add(creates(r#"{"content": "$MARK"}"#).about(Subject::Tweet), routes!(replies::post_reply))
        .add(reads(2).about(Subject::Tweet), routes!(replies::list_replies))
        .add(one.limit(RouteLimit::OtherWritesAccount), routes!(replies::delete_reply))
        .add(toggles(Subject::Comment), routes!(replies::toggle_reply_like))
        .add(reads(2).about(Subject::Comment), routes!(replies::list_reply_likers))
}
