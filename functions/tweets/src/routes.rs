//! The routes of the function.

use aviary_web::{RouteLimit, RouteSpec, Routes, Subject, any, own, routes, user};

use crate::comments::{self, collection as tweet_comments, item as comment};
use crate::lists::{by, by_likes, by_media, replies, saved, tags};
use crate::media;
use crate::originals::new_twitter::routes_001;
use crate::originals::raven::routes_000;
use crate::reactions::{like, likes, report, retweet, retweets, save};
use crate::state::TweetsState;
use crate::tweets::{collection, item, tweet};

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<TweetsState> {
    routes_001(routes_000(reactions(comments(lists(tweets(Routes::default()))))))
}

fn creates() -> RouteSpec {
    user().creates().limit(RouteLimit::WritesAccount).round_trips(3)
}

fn tweets(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    let posts = creates().body(r#"{"message": "$MARK", "author": "$OWNER_ID"}"#);
    let one = own().about(Subject::Tweet).round_trips(3).of("000");
    routes
        .add(posts.tells_message().of("001"), routes!(tweet::post_tweet))
        .add(posts.of("000"), routes!(collection::create_tweet))
        .add(
            user()
                .creates()
                .limit(RouteLimit::UploadsAccount)
                .round_trips(3)
                .of("001")
                .body(r#"{"filename": "a.jpg", "content_type": "image/jpeg", "size": 1000, "alt": "$MARK"}"#),
            routes!(media::collection::create_media),
        )
        .add(
            own().about(Subject::Media).round_trips(1).of("001").refuses(404).not_even_staff(),
            routes!(media::item::show_media),
        )
        .add(any().about(Subject::Tweet).round_trips(2).of("000"), routes!(item::show_tweet))
        .add(
            one.body(r#"{"message": "taken over"}"#).limit(RouteLimit::SpreadAccount).refuses(403).not_even_staff(),
            routes!(item::edit_tweet),
        )
        .add(one.limit(RouteLimit::OtherWritesAccount), routes!(item::delete_tweet))
}

fn lists(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    let by_author = any().about(Subject::Account).round_trips(3).of("000");
    routes
        .add(user().round_trips(2).of("000"), routes!(collection::home_timeline))
        .add(any().about(Subject::Tweet).round_trips(2), routes!(replies::list_replies))
        .add(by_author, routes!(by::list_by_author))
        .add(by_author, routes!(by_media::list_media_by_author))
        .add(by_author, routes!(by_likes::list_liked_by_user))
        .add(any().about(Subject::Tag).round_trips(2), routes!(tags::list_tagged))
        .add(user().round_trips(2), routes!(saved::list_saved))
}

fn comments(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    let on_tweet = any().about(Subject::Tweet).round_trips(2).of("001");
    let one = own().about(Subject::Comment).round_trips(3).of("001");
    let like = user().about(Subject::Comment).round_trips(3).of("001");
    routes
        .add(on_tweet, routes!(tweet_comments::list_comments))
        .add(
            creates().about(Subject::Tweet).body(r#"{"message": "$MARK"}"#).of("001"),
            routes!(tweet_comments::create_comment),
        )
        .add(one.body(r#"{"message": "taken over"}"#).limit(RouteLimit::SpreadAccount), routes!(comment::edit_comment))
        .add(one.limit(RouteLimit::OtherWritesAccount), routes!(comment::delete_comment))
        .add(like.repeatable(ONE_REACTION).limit(RouteLimit::SpreadAccount), routes!(comments::like::like_comment))
        .add(like.limit(RouteLimit::OtherWritesAccount), routes!(comments::like::unlike_comment))
        .add(report_of(Subject::Comment), routes!(comments::report::report_comment))
}

fn report_of(subject: Subject) -> RouteSpec {
    user()
        .about(subject)
        .body(r#"{"reason": "spam", "note": "$MARK"}"#)
        .repeatable("A user reports a thing at most once; the first report is the answer again.")
        .limit(RouteLimit::OtherWritesAccount)
        .round_trips(3)
}

/// The reason why a reaction needs no `Idempotency-Key`.
const ONE_REACTION: &str = "A user has at most one such reaction, however often it is asked for.";

fn reactions(routes: Routes<TweetsState>) -> Routes<TweetsState> {
    let reaction = user().about(Subject::Tweet).round_trips(3);
    let undone = reaction.limit(RouteLimit::OtherWritesAccount);
    let done = reaction.repeatable(ONE_REACTION).limit(RouteLimit::SpreadAccount);
    let list = any().about(Subject::Tweet).round_trips(2);
    routes
        .add(done, routes!(like::like_tweet))
        .add(undone, routes!(like::unlike_tweet))
        .add(list, routes!(likes::list_likes))
        .add(done, routes!(retweet::retweet))
        .add(undone, routes!(retweet::undo_retweet))
        .add(list, routes!(retweets::list_retweets))
        .add(report_of(Subject::Tweet), routes!(report::report_tweet))
        .add(done, routes!(save::save_tweet))
        .add(undone, routes!(save::unsave_tweet))
}
