//! The routes of the front-end that was written for document 001: `/tweet…` and `/search/…`. A file has the last word of
//! its URL; `/tweet` itself is in `tweet.rs`, but for `POST`, which is the document's own (`tweets/tweet.rs`).

pub mod addcomment;
pub mod alltweets;
pub mod contentsearch;
pub mod deletecomment;
pub mod editcomment;
pub mod get_tweet_by_id;
pub mod getcomment;
mod numbered_page;
mod parameters;
mod search_cursor;
pub(crate) mod shapes;
pub mod tweet;
pub mod tweet_like;
pub mod usersearch;

use aviary_web::{RouteLimit, RouteSpec, Routes, Subject, any, own, routes, user};

use crate::state::TweetsState;

/// Adds the routes of document 001's front-end.
pub(crate) fn routes_001(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    searches(comments(tweets(routes)))
}

/// A list or thing for everybody.
fn open(spec: RouteSpec) -> RouteSpec {
    spec.round_trips(2).tells_message().of("001")
}

/// A write of the caller's.
fn write(spec: RouteSpec) -> RouteSpec {
    spec.round_trips(3).tells_message().of("001")
}

fn tweets(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    let (edits, deletes) = (RouteLimit::SpreadAccount, RouteLimit::OtherWritesAccount);
    let one = write(own().about(Subject::Tweet).query("tweet_id=$SUBJECT"));
    let by_id = open(any().about(Subject::Tweet).query("_id=$SUBJECT"));
    routes
        .add(open(any().query("userid=$OWNER_ID")), routes!(tweet::tweets_of_user))
        .add(
            one.body(r#"{"message": "taken over"}"#).limit(edits).refuses(403).not_even_staff(),
            routes!(tweet::put_tweet),
        )
        .add(one.limit(deletes), routes!(tweet::remove_tweet))
        .add(open(any()), routes!(alltweets::all_tweets))
        .add(by_id, routes!(get_tweet_by_id::tweet_by_id))
        .add(
            write(user().about(Subject::Tweet).body(r#"{"_id": "$SUBJECT", "flag": 1}"#)).limit(edits),
            routes!(tweet_like::put_tweet_like),
        )
        // Nobody likes the sample's tweet.
        .add(by_id.answers(404), routes!(tweet_like::tweet_likes))
}

fn comments(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    let one = write(own().about(Subject::Comment).query("commentid=$SUBJECT"));
    routes
        .add(
            write(user().about(Subject::Tweet).query("_id=$SUBJECT").body(r#"{"text": "$MARK"}"#))
                .creates()
                .limit(RouteLimit::WritesAccount),
            routes!(addcomment::add_comment),
        )
        .add(one.body(r#"{"text": "taken over"}"#).limit(RouteLimit::SpreadAccount), routes!(editcomment::edit_comment))
        .add(one.limit(RouteLimit::OtherWritesAccount), routes!(deletecomment::remove_comment))
        .add(open(any().about(Subject::Tweet).query("_id=$SUBJECT")), routes!(getcomment::get_comments))
}

fn searches(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    let search = open(any().query("text=$OWNER")).limit(RouteLimit::SearchAddress);
    routes.add(search, routes!(usersearch::search_users)).add(search, routes!(contentsearch::search_content))
}
