//! What follows from a change. No I/O: the same change has the same effects, whenever and with whatever it comes.

use std::collections::HashSet;

use aviary_model::{CommentId, EdgeId, NameKey, Timestamp, TweetId, TweetText, UserId};
use aviary_store::{
    Comment, Counter, EdgeChange, EdgeTarget, NotificationContent, NotificationKind, SocialChange, Tweet,
};

/// Something that is to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// A counter changes.
    Count(Counter, i64),
    /// Somebody is told.
    Tell(UserId, NotificationContent),
    /// Whoever has one of these names is told, but for those who are told anyway.
    TellNamed { names: Vec<NameKey>, except: Vec<UserId>, news: NotificationContent },
    /// A tweet comes into the timelines of those who follow this one, unless there are too many.
    FanOut { user: UserId, tweet: TweetId, author: UserId, position: EdgeId },
    /// A retweet's part of that is taken back.
    Withdraw { user: UserId, tweet: TweetId, edge: EdgeId },
    /// The follower's timeline gets to know whom it has now.
    Follow { user: UserId, followed: UserId, follow: EdgeId },
    /// And whom it has no more.
    Unfollow { user: UserId, followed: UserId, follow: EdgeId },
    /// What was told by somebody whom this one does not want to hear of any more is unread no more.
    Quiet { user: UserId, other: UserId },
}

/// The effects of a change.
pub(crate) fn effects(change: &SocialChange) -> Vec<Effect> {
    match change {
        SocialChange::Edge(edge) => of_edge(edge),
        SocialChange::Tweeted(tweet) => of_tweet(tweet),
        SocialChange::TweetEdited { before, after } => {
            let news = news_of_tweet(after, after.edited_at.unwrap_or(after.created_at));
            let parent = after.in_reply_to.map(|parent| parent.author);
            named(new_names(&before.message, &after.message), [Some(after.author), parent], news)
        }
        SocialChange::Commented(comment) => of_comment(comment),
        SocialChange::CommentEdited { before, after } => {
            let at = after.edited_at.unwrap_or(after.created_at);
            let told = [Some(after.author), Some(after.tweet_author)];
            let news = news_of_comment(after, NotificationKind::Mention, at);
            named(new_names(&before.message, &after.message), told, news)
        }
        SocialChange::CommentGone(comment) => vec![Effect::Count(Counter::Comments(comment.tweet), -1)],
        SocialChange::Hidden { user, other } => {
            vec![Effect::Quiet { user: *user, other: *other }]
        }
        SocialChange::Other => Vec::new(),
    }
}

fn of_edge(edge: &EdgeChange) -> Vec<Effect> {
    let EdgeChange { actor, id, to, came } = *edge;
    let by = if came { 1 } else { -1 };
    let news = |kind, tweet: Option<TweetId>, comment: Option<CommentId>| NotificationContent {
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
                true => Effect::Follow { user: actor, followed, follow: id },
                false => Effect::Unfollow { user: actor, followed, follow: id },
            },
        ],
        EdgeTarget::Like { tweet, .. } => vec![Effect::Count(Counter::Likes(tweet), by)],
        EdgeTarget::CommentLike { comment, .. } => vec![Effect::Count(Counter::CommentLikes(comment), by)],
        EdgeTarget::Retweet { tweet, author } => vec![
            Effect::Count(Counter::Retweets(tweet), by),
            match came {
                true => Effect::FanOut { user: actor, tweet, author, position: id },
                false => Effect::Withdraw { user: actor, tweet, edge: id },
            },
        ],
    };
    // What is taken back stays told: told again it would be twice.
    let (recipient, news) = match to {
        EdgeTarget::Follow(followed) => (followed, news(NotificationKind::Follow, None, None)),
        EdgeTarget::Like { tweet, author } => (author, news(NotificationKind::Like, Some(tweet), None)),
        EdgeTarget::Retweet { tweet, author } => (author, news(NotificationKind::Retweet, Some(tweet), None)),
        EdgeTarget::CommentLike { comment, author, tweet } => {
            (author, news(NotificationKind::Like, Some(tweet), Some(comment)))
        }
    };
    effects.extend((came && recipient != actor).then_some(Effect::Tell(recipient, news)));
    effects
}

fn of_tweet(tweet: &Tweet) -> Vec<Effect> {
    let Tweet { id, author, .. } = *tweet;
    let mut effects = vec![Effect::FanOut { user: author, tweet: id, author, position: id.into() }];
    let news = news_of_tweet(tweet, tweet.created_at);
    let parent = tweet.in_reply_to.map(|parent| parent.author);
    effects.extend(parent.filter(|parent| *parent != author).map(|parent| Effect::Tell(parent, news.clone())));
    effects.extend(named(tweet.message.mentions(), [Some(author), parent], news));
    effects
}

fn of_comment(comment: &Comment) -> Vec<Effect> {
    let mut effects = vec![Effect::Count(Counter::Comments(comment.tweet), 1)];
    if comment.tweet_author != comment.author {
        let news = news_of_comment(comment, NotificationKind::Comment, comment.created_at);
        effects.push(Effect::Tell(comment.tweet_author, news));
    }
    // Who is told that somebody commented need not be told that the comment has the name in it.
    let told = [Some(comment.author), Some(comment.tweet_author)];
    let news = news_of_comment(comment, NotificationKind::Mention, comment.created_at);
    effects.extend(named(comment.message.mentions(), told, news));
    effects
}

fn named(names: Vec<NameKey>, except: [Option<UserId>; 2], news: NotificationContent) -> Vec<Effect> {
    if names.is_empty() {
        return Vec::new();
    }
    vec![Effect::TellNamed { names, except: except.into_iter().flatten().collect(), news }]
}

fn new_names(before: &TweetText, after: &TweetText) -> Vec<NameKey> {
    let before: HashSet<NameKey> = before.mentions().into_iter().collect();
    after.mentions().into_iter().filter(|name| !before.contains(name)).collect()
}

/// A tweet tells those it names and the one it answers the same, so that who is both is told once.
fn news_of_tweet(tweet: &Tweet, created_at: Timestamp) -> NotificationContent {
    NotificationContent {
        kind: NotificationKind::Mention,
        actor: tweet.author,
        tweet: Some(tweet.id),
        comment: None,
        created_at,
    }
}

fn news_of_comment(comment: &Comment, kind: NotificationKind, created_at: Timestamp) -> NotificationContent {
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
