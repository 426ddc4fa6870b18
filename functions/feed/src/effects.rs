//! The effects of a change. No I/O: the same change has the same effects, whenever and in whatever batch it arrives.

use std::collections::HashSet;

use aviary_model::{CommentId, EdgeId, Mention, Timestamp, TweetId, TweetText, UserId};
use aviary_store::{
    Comment, Counter, EdgeChange, EdgeTarget, NotificationContent, NotificationKind, SocialChange, Tweet,
};

/// A write that a change causes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Adds to a counter.
    Count(Counter, i64),
    /// Notifies a user.
    Notify(UserId, NotificationContent),
    /// Notifies the mentioned users, except users who are notified anyway.
    NotifyMentioned { mentions: Vec<Mention>, except: Vec<UserId>, content: NotificationContent },
    /// Writes a tweet or retweet to the timelines of the user's followers, unless there are too many.
    FanOut { user: UserId, tweet: TweetId, author: UserId, position: EdgeId },
    /// Takes the entries of an undone retweet out of timelines.
    UndoFanOut { user: UserId, tweet: TweetId, edge: EdgeId },
    /// Adds the followed user's tweets to the follower's timeline.
    StartFollowing { user: UserId, followed: UserId, follow: EdgeId },
    /// Stops merging the followed user's tweets into the follower's timeline.
    StopFollowing { user: UserId, followed: UserId, follow: EdgeId },
    /// Marks notifications from an account that was muted or blocked as read.
    MarkHiddenRead { user: UserId, other: UserId },
}

/// The effects of a change.
pub(crate) fn effects(change: &SocialChange) -> Vec<Effect> {
    match change {
        SocialChange::Edge(edge) => of_edge(edge),
        SocialChange::Tweeted(tweet) => of_tweet(tweet),
        SocialChange::TweetEdited { before, after } => {
            let content = content_of_tweet(after, after.edited_at.unwrap_or(after.created_at));
            let parent = after.in_reply_to.map(|parent| parent.author);
            mentioned(
                new_mentions(&before.message, &after.message),
                Some(after.author).into_iter().chain(parent),
                content,
            )
        }
        SocialChange::Commented(comment) => of_comment(comment),
        SocialChange::CommentEdited { before, after } => {
            let at = after.edited_at.unwrap_or(after.created_at);
            let notified = notified_by(after);
            let content = content_of_comment(after, NotificationKind::Mention, at);
            mentioned(new_mentions(&before.message, &after.message), notified, content)
        }
        SocialChange::TweetGone(tweet) => authored(tweet, -1),
        SocialChange::CommentGone(comment) => commented(comment, -1),
        SocialChange::Hidden { user, other } => {
            vec![Effect::MarkHiddenRead { user: *user, other: *other }]
        }
        SocialChange::Other => Vec::new(),
    }
}

fn of_edge(edge: &EdgeChange) -> Vec<Effect> {
    let EdgeChange { actor, id, to, came } = *edge;
    let by = if came { 1 } else { -1 };
    let content = |kind, tweet: Option<TweetId>, comment: Option<CommentId>| NotificationContent {
        kind,
        actor,
        tweet,
        comment,
        created_at: id.made_at(),
    };
    let mut effects = match to {
        EdgeTarget::Follow(followed) => vec![
            Effect::Count(Counter::Followers(followed), by),
            Effect::Count(Counter::Following(actor), by),
            match came {
                true => Effect::StartFollowing { user: actor, followed, follow: id },
                false => Effect::StopFollowing { user: actor, followed, follow: id },
            },
        ],
        EdgeTarget::Like { tweet, .. } => {
            vec![Effect::Count(Counter::Likes(tweet), by), Effect::Count(Counter::LikesGiven(actor), by)]
        }
        EdgeTarget::CommentLike { comment, .. } => {
            vec![Effect::Count(Counter::CommentLikes(comment), by), Effect::Count(Counter::LikesGiven(actor), by)]
        }
        EdgeTarget::Save(tweet) => vec![Effect::Count(Counter::Saves(tweet), by)],
        EdgeTarget::Retweet { tweet, author } => vec![
            Effect::Count(Counter::Retweets(tweet), by),
            match came {
                true => Effect::FanOut { user: actor, tweet, author, position: id },
                false => Effect::UndoFanOut { user: actor, tweet, edge: id },
            },
        ],
    };
    // An undone edge notifies nobody, and its notification stays: a second like would otherwise notify twice.
    let (recipient, content) = match to {
        // Nobody learns who saved a tweet.
        EdgeTarget::Save(_) => return effects,
        EdgeTarget::Follow(followed) => (followed, content(NotificationKind::Follow, None, None)),
        EdgeTarget::Like { tweet, author } => (author, content(NotificationKind::Like, Some(tweet), None)),
        EdgeTarget::Retweet { tweet, author } => (author, content(NotificationKind::Retweet, Some(tweet), None)),
        EdgeTarget::CommentLike { comment, author, tweet } => {
            (author, content(NotificationKind::Like, Some(tweet), Some(comment)))
        }
    };
    effects.extend((came && recipient != actor).then_some(Effect::Notify(recipient, content)));
    effects
}

fn of_tweet(tweet: &Tweet) -> Vec<Effect> {
    let Tweet { id, author, .. } = *tweet;
    let mut effects = authored(tweet, 1);
    effects.push(Effect::FanOut { user: author, tweet: id, author, position: id.into() });
    let content = content_of_tweet(tweet, tweet.created_at);
    let parent = tweet.in_reply_to.map(|parent| parent.author);
    effects.extend(parent.filter(|parent| *parent != author).map(|parent| Effect::Notify(parent, content.clone())));
    effects.extend(mentioned(tweet.message.mentions(), Some(author).into_iter().chain(parent), content));
    effects
}

fn of_comment(comment: &Comment) -> Vec<Effect> {
    let mut effects = commented(comment, 1);
    let told = content_of_comment(comment, NotificationKind::Comment, comment.created_at);
    effects.extend(comment.concerned().into_iter().map(|user| Effect::Notify(user, told.clone())));
    let content = content_of_comment(comment, NotificationKind::Mention, comment.created_at);
    effects.extend(mentioned(comment.message.mentions(), notified_by(comment), content));
    effects
}

/// The counts of a tweet, in its author's profile.
fn authored(tweet: &Tweet, by: i64) -> Vec<Effect> {
    let media = tweet.has_media().then_some(Effect::Count(Counter::MediaTweets(tweet.author), by));
    [Effect::Count(Counter::Tweets(tweet.author), by)].into_iter().chain(media).collect()
}

/// The counts of a comment, in its tweet, in its author's profile and in the comment that it answers.
fn commented(comment: &Comment, by: i64) -> Vec<Effect> {
    let answered = comment.in_reply_to.map(|parent| Counter::Answers(parent.comment));
    let counters = [Counter::Comments(comment.tweet), Counter::Replies(comment.author)].into_iter().chain(answered);
    counters.map(|counter| Effect::Count(counter, by)).collect()
}

/// Who needs no notification of a mention in a comment: its author, and those who are notified of the comment itself.
fn notified_by(comment: &Comment) -> impl Iterator<Item = UserId> {
    [comment.author].into_iter().chain(comment.concerned())
}

fn mentioned(
    mentions: Vec<Mention>,
    except: impl IntoIterator<Item = UserId>,
    content: NotificationContent,
) -> Vec<Effect> {
    if mentions.is_empty() {
        return Vec::new();
    }
    vec![Effect::NotifyMentioned { mentions, except: except.into_iter().collect(), content }]
}

fn new_mentions(before: &TweetText, after: &TweetText) -> Vec<Mention> {
    let before: HashSet<Mention> = before.mentions().into_iter().collect();
    after.mentions().into_iter().filter(|mention| !before.contains(mention)).collect()
}

/// Mentioned users and the author of the parent tweet get the same content, so that a user who is both gets it once.
fn content_of_tweet(tweet: &Tweet, created_at: Timestamp) -> NotificationContent {
    NotificationContent {
        kind: NotificationKind::Mention,
        actor: tweet.author,
        tweet: Some(tweet.id),
        comment: None,
        created_at,
    }
}

fn content_of_comment(comment: &Comment, kind: NotificationKind, created_at: Timestamp) -> NotificationContent {
    NotificationContent {
        kind,
        actor: comment.author,
        tweet: Some(comment.tweet),
        comment: Some(comment.id),
        created_at,
    }
}

#[cfg(test)]
mod tests;
