#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fmt::Debug;
use std::str::FromStr;

use super::*;
use aviary_model::AltText;
use aviary_store::{AnswerTo, Media, MediaKind, ReplyTo};

fn id<T: FromStr<Err: Debug>>(end: u8) -> T {
    format!("019a0000-0001-7000-8000-0000000000{end:02x}").parse().expect("an id")
}

fn text(text: &str) -> TweetText {
    TweetText::parse(text).expect("a text")
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn edge(to: EdgeTarget, came: bool) -> SocialChange {
    SocialChange::Edge(EdgeChange { actor: id(1), id: id(9), to, came })
}

fn tweet(author: u8, message: &str) -> Tweet {
    Tweet::new(id(0x20), id(author), text(message), at(7))
}

fn comment(author: u8, message: &str) -> Comment {
    Comment {
        id: id(0x30),
        author: id(author),
        tweet: id(0x20),
        tweet_author: id(2),
        message: text(message),
        in_reply_to: None,
        likes: 0,
        comments: 0,
        created_at: at(7),
        edited_at: None,
    }
}

fn content(
    kind: NotificationKind,
    actor: u8,
    tweet: Option<u8>,
    comment: Option<u8>,
    created_at: Timestamp,
) -> NotificationContent {
    NotificationContent { kind, actor: id(actor), tweet: tweet.map(id), comment: comment.map(id), created_at }
}

fn effects(change: SocialChange) -> Vec<Effect> {
    super::effects(&change)
}

fn mentions(text: &str) -> Vec<Mention> {
    TweetText::parse(text).unwrap().mentions()
}

#[test]
fn an_edge_notifies_when_made_and_is_counted_both_ways() {
    let like = EdgeTarget::Like { tweet: id(0x20), author: id(2) };
    let retweet = EdgeTarget::Retweet { tweet: id(0x20), author: id(2) };
    let comment_like = EdgeTarget::CommentLike { comment: id(0x30), author: id(2), tweet: id(0x20) };
    let follow = EdgeTarget::Follow(id(2));
    let save = EdgeTarget::Save(id(0x20));
    let made = id::<EdgeId>(9).made_at();
    let notified = |kind, tweet, comment| Effect::Notify(id(2), content(kind, 1, tweet, comment, made));
    let (user, followed, follow_id) = (id(1), id(2), id(9));
    let cases = [
        (
            like,
            true,
            vec![
                Effect::Count(Counter::Likes(id(0x20)), 1),
                Effect::Count(Counter::LikesGiven(user), 1),
                notified(NotificationKind::Like, Some(0x20), None),
            ],
        ),
        (like, false, vec![Effect::Count(Counter::Likes(id(0x20)), -1), Effect::Count(Counter::LikesGiven(user), -1)]),
        (
            comment_like,
            true,
            vec![
                Effect::Count(Counter::CommentLikes(id(0x30)), 1),
                Effect::Count(Counter::LikesGiven(user), 1),
                notified(NotificationKind::Like, Some(0x20), Some(0x30)),
            ],
        ),
        (
            comment_like,
            false,
            vec![Effect::Count(Counter::CommentLikes(id(0x30)), -1), Effect::Count(Counter::LikesGiven(user), -1)],
        ),
        (save, true, vec![Effect::Count(Counter::Saves(id(0x20)), 1)]),
        (save, false, vec![Effect::Count(Counter::Saves(id(0x20)), -1)]),
        (
            retweet,
            true,
            vec![
                Effect::Count(Counter::Retweets(id(0x20)), 1),
                Effect::FanOut { user, tweet: id(0x20), author: id(2), position: id(9) },
                notified(NotificationKind::Retweet, Some(0x20), None),
            ],
        ),
        (
            retweet,
            false,
            vec![
                Effect::Count(Counter::Retweets(id(0x20)), -1),
                Effect::UndoFanOut { user, tweet: id(0x20), edge: id(9) },
            ],
        ),
        (
            follow,
            true,
            vec![
                Effect::Count(Counter::Followers(followed), 1),
                Effect::Count(Counter::Following(user), 1),
                Effect::StartFollowing { user, followed, follow: follow_id },
                notified(NotificationKind::Follow, None, None),
            ],
        ),
        (
            follow,
            false,
            vec![
                Effect::Count(Counter::Followers(followed), -1),
                Effect::Count(Counter::Following(user), -1),
                Effect::StopFollowing { user, followed, follow: follow_id },
            ],
        ),
    ];
    for (to, came, expected) in cases {
        assert_eq!(effects(edge(to, came)), expected, "{to:?} {came}");
    }
}

#[test]
fn acting_on_ones_own_is_counted_and_notifies_nobody() {
    let own = EdgeTarget::Like { tweet: id(0x20), author: id(1) };
    let counted = [Effect::Count(Counter::Likes(id(0x20)), 1), Effect::Count(Counter::LikesGiven(id(1)), 1)];
    assert_eq!(effects(edge(own, true)), counted);
    let counted = [Effect::Count(Counter::Comments(id(0x20)), 1), Effect::Count(Counter::Replies(id(2)), 1)];
    assert_eq!(effects(SocialChange::Commented(Box::new(comment(2, "mine")))), counted);
    let mut own = tweet(1, "and on");
    own.in_reply_to = Some(ReplyTo { tweet: id(0x21), author: id(1) });
    let effects = effects(SocialChange::Tweeted(Box::new(own)));
    assert!(matches!(effects[..], [Effect::Count(Counter::Tweets(_), 1), Effect::FanOut { .. }]), "{effects:?}");
}

#[test]
fn a_tweet_fans_out_and_notifies_the_mentioned_and_the_parents_author() {
    let mut answer = tweet(1, "@wren see @finch and @wren");
    answer.in_reply_to = Some(ReplyTo { tweet: id(0x21), author: id(3) });
    let notified = content(NotificationKind::Mention, 1, Some(0x20), None, at(7));
    let expected = [
        Effect::Count(Counter::Tweets(id(1)), 1),
        Effect::FanOut { user: id(1), tweet: id(0x20), author: id(1), position: id(0x20) },
        Effect::Notify(id(3), notified.clone()),
        Effect::NotifyMentioned { mentions: mentions("@wren @finch"), except: vec![id(1), id(3)], content: notified },
    ];
    assert_eq!(effects(SocialChange::Tweeted(Box::new(answer))), expected);
}

#[test]
fn a_comment_notifies_the_tweets_author_and_the_mentioned() {
    let expected = [
        Effect::Count(Counter::Comments(id(0x20)), 1),
        Effect::Count(Counter::Replies(id(1)), 1),
        Effect::Notify(id(2), content(NotificationKind::Comment, 1, Some(0x20), Some(0x30), at(7))),
        Effect::NotifyMentioned {
            mentions: mentions("@wren"),
            except: vec![id(1), id(2)],
            content: content(NotificationKind::Mention, 1, Some(0x20), Some(0x30), at(7)),
        },
    ];
    assert_eq!(effects(SocialChange::Commented(Box::new(comment(1, "@wren")))), expected);
    let gone = effects(SocialChange::CommentGone(Box::new(comment(1, "@wren"))));
    let counted = [Effect::Count(Counter::Comments(id(0x20)), -1), Effect::Count(Counter::Replies(id(1)), -1)];
    assert_eq!(gone, counted);
}

#[test]
fn a_tweet_is_counted_while_it_exists_and_once_more_if_it_has_media() {
    let plain = tweet(1, "plain");
    let media = Media {
        id: id(0x40),
        kind: MediaKind::Image,
        key: "k".to_owned(),
        width: 1,
        height: 1,
        alt: AltText::default(),
        thumbnail: None,
        blurhash: None,
        state: aviary_store::MediaState::Ready,
        direct: false,
    };
    let with_media = Tweet { media: vec![media.clone(), media], ..plain.clone() };
    assert_eq!(effects(SocialChange::TweetGone(Box::new(plain))), [Effect::Count(Counter::Tweets(id(1)), -1)]);
    let both = |by| [Effect::Count(Counter::Tweets(id(1)), by), Effect::Count(Counter::MediaTweets(id(1)), by)];
    assert_eq!(effects(SocialChange::TweetGone(Box::new(with_media.clone()))), both(-1));
    assert_eq!(effects(SocialChange::Tweeted(Box::new(with_media)))[..2], both(1));
}

#[test]
fn an_edit_notifies_only_new_mentions() {
    let edited = |before: &str, after: &str| {
        let (before, mut after) = (Box::new(tweet(1, before)), Box::new(tweet(1, after)));
        after.edited_at = Some(at(9));
        effects(SocialChange::TweetEdited { before, after })
    };
    assert_eq!(edited("@wren", "@Wren!"), []);
    assert_eq!(edited("@wren @finch", "nobody"), []);
    let notified = content(NotificationKind::Mention, 1, Some(0x20), None, at(9));
    let expected = [Effect::NotifyMentioned { mentions: mentions("@finch"), except: vec![id(1)], content: notified }];
    assert_eq!(edited("@wren", "@wren @finch"), expected);
    let (before, after) = (Box::new(comment(1, "@wren")), Box::new(comment(1, "@finch")));
    let notified = content(NotificationKind::Mention, 1, Some(0x20), Some(0x30), at(7));
    let expected =
        [Effect::NotifyMentioned { mentions: mentions("@finch"), except: vec![id(1), id(2)], content: notified }];
    assert_eq!(effects(SocialChange::CommentEdited { before, after }), expected);
}

#[test]
fn hiding_an_account_marks_its_notifications_read() {
    let expected = Effect::MarkHiddenRead { user: id(1), other: id(2) };
    assert_eq!(effects(SocialChange::Hidden { user: id(1), other: id(2) }), [expected]);
    assert_eq!(effects(SocialChange::Other), []);
}

#[test]
fn an_answer_counts_for_the_comment_and_tells_its_author_too() {
    let answer = |author: u8, answered: u8, message: &str| {
        let parent = AnswerTo { comment: id(0x31), author: id(answered) };
        Comment { in_reply_to: Some(parent), ..comment(author, message) }
    };
    let counts = |by| {
        [Counter::Comments(id(0x20)), Counter::Replies(id(1)), Counter::Answers(id(0x31))]
            .map(|counter| Effect::Count(counter, by))
    };
    let told = |who: u8| Effect::Notify(id(who), content(NotificationKind::Comment, 1, Some(0x20), Some(0x30), at(7)));
    let said = |answer: &Comment| effects(SocialChange::Commented(Box::new(answer.clone())));
    let to_another = answer(1, 3, "so it is");
    assert_eq!(said(&to_another), [counts(1).to_vec(), vec![told(2), told(3)]].concat());
    assert_eq!(effects(SocialChange::CommentGone(Box::new(to_another))), counts(-1));
    // The tweet's author is told once; nobody is told of what they write themselves.
    assert_eq!(said(&answer(1, 2, "so it is")), [counts(1).to_vec(), vec![told(2)]].concat());
    assert_eq!(said(&answer(1, 1, "so it is")), [counts(1).to_vec(), vec![told(2)]].concat());
    // Nobody who is told of the answer is told of a mention in it.
    let mentioned = said(&answer(1, 3, "@finch"));
    let Some(Effect::NotifyMentioned { except, .. }) = mentioned.last() else { panic!("{mentioned:?}") };
    assert_eq!(*except, [id(1), id(2), id(3)]);
}
