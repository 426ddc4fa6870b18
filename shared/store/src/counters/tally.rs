//! Counts edges and comments during a scan of the whole table `social`.

use std::collections::HashMap;
use std::fmt;

use aviary_model::{CommentId, UserId};

use crate::counters::Counter;
use crate::dynamodb::item::Item;
use crate::dynamodb::pages::{attribute, id_behind};
use crate::social::keys::{USER, WORKS};

/// A counter that can be checked by counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CheckableCounter {
    /// A counter of edges or comments.
    Edges(Counter),
    /// The unread count of a user's inbox.
    Unread(UserId),
}

impl fmt::Display for CheckableCounter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edges(Counter::Followers(user)) => write!(f, "followers of the user {user}"),
            Self::Edges(Counter::Following(user)) => write!(f, "whom the user {user} follows"),
            Self::Edges(Counter::Tweets(user)) => write!(f, "tweets by the user {user}"),
            Self::Edges(Counter::MediaTweets(user)) => write!(f, "tweets with media by the user {user}"),
            Self::Edges(Counter::Replies(user)) => write!(f, "comments by the user {user}"),
            Self::Edges(Counter::LikesGiven(user)) => write!(f, "what the user {user} likes"),
            Self::Edges(Counter::Likes(tweet)) => write!(f, "likes of the tweet {tweet}"),
            Self::Edges(Counter::Comments(tweet)) => write!(f, "comments of the tweet {tweet}"),
            Self::Edges(Counter::Retweets(tweet)) => write!(f, "retweets of the tweet {tweet}"),
            Self::Edges(Counter::Saves(tweet)) => write!(f, "saves of the tweet {tweet}"),
            Self::Edges(Counter::CommentLikes(comment)) => write!(f, "likes of the comment {comment}"),
            Self::Edges(Counter::Answers(comment)) => write!(f, "answers to the comment {comment}"),
            Self::Unread(user) => write!(f, "unread notifications of the user {user}"),
        }
    }
}

/// The stored counters of the table, and the number of items that each should count.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    counts: HashMap<Counter, Count>,
    users: Vec<UserId>,
    items: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    /// `None` if the scan found no item that has this counter.
    stored: Option<i64>,
    there: i64,
}

impl Tally {
    /// The number of items that were read.
    #[must_use]
    pub fn items(&self) -> u64 {
        self.items
    }

    /// The number of counters with a stored item.
    #[must_use]
    pub fn counters(&self) -> usize {
        self.counts.values().filter(|count| count.stored.is_some()).count()
    }

    /// All users who have a profile.
    #[must_use]
    pub fn users(&self) -> &[UserId] {
        &self.users
    }

    /// The counters that differ from what was counted, in no order. The scan is no snapshot, so each must be checked
    /// again.
    pub fn suspects(&self) -> impl Iterator<Item = Counter> {
        let differs = |count: &Count| count.stored.is_some_and(|stored| stored != count.there);
        self.counts.iter().filter(move |(_, count)| differs(count)).map(|(counter, _)| *counter)
    }

    /// The number of items that were counted for this counter.
    #[must_use]
    pub fn counted(&self, counter: Counter) -> i64 {
        self.counts.get(&counter).map_or(0, |count| count.there)
    }

    /// Adds one item of the table to the tally. Items that neither are counted nor have a counter are ignored.
    pub(crate) fn take(&mut self, item: &Item) {
        self.items += 1;
        match attribute(item, "sk") {
            Some("PROFILE") => {
                let Some(user) = id_behind(item, "pk", "U#") else { return };
                self.users.push(user);
                let counters = [
                    Counter::Followers(user),
                    Counter::Following(user),
                    Counter::Tweets(user),
                    Counter::MediaTweets(user),
                    Counter::Replies(user),
                    Counter::LikesGiven(user),
                ];
                self.stored(item, counters);
            }
            Some("TWEET") => {
                let Some(tweet) = id_behind(item, "pk", "T#") else { return };
                let counters =
                    [Counter::Likes(tweet), Counter::Comments(tweet), Counter::Retweets(tweet), Counter::Saves(tweet)];
                self.stored(item, counters);
            }
            Some("COMMENT") => {
                let Some(comment) = id_behind(item, "pk", "C#") else { return };
                self.stored(item, [Counter::CommentLikes(comment), Counter::Answers(comment)]);
                self.there(id_behind(item, "tweet", "").map(Counter::Comments));
                self.there(answered(item).map(Counter::Answers));
            }
            Some(edge) => self.edge(item, edge.split('#').next().unwrap_or_default()),
            None => {}
        }
    }

    fn edge(&mut self, item: &Item, kind: &str) {
        match kind {
            "FOLLOW" => {
                self.there(id_behind(item, "pk", USER).map(Counter::Following));
                self.there(id_behind(item, "other", "").map(Counter::Followers));
            }
            "TWEET" => self.there(id_behind(item, "pk", WORKS).map(Counter::Tweets)),
            "MEDIA" => self.there(id_behind(item, "pk", WORKS).map(Counter::MediaTweets)),
            "COMMENT" => self.there(id_behind(item, "pk", WORKS).map(Counter::Replies)),
            "LIKE" => {
                self.there(id_behind(item, "pk", WORKS).map(Counter::LikesGiven));
                self.there(id_behind(item, "tweet", "").map(Counter::Likes));
            }
            "SAVE" => self.there(id_behind(item, "tweet", "").map(Counter::Saves)),
            "RETWEET" => self.there(id_behind(item, "tweet", "").map(Counter::Retweets)),
            "CLIKE" => {
                self.there(id_behind(item, "pk", WORKS).map(Counter::LikesGiven));
                self.there(id_behind(item, "sk", "CLIKE#").map(Counter::CommentLikes));
            }
            _ => {}
        }
    }

    fn stored(&mut self, item: &Item, counters: impl IntoIterator<Item = Counter>) {
        for counter in counters {
            self.counts.entry(counter).or_default().stored = Some(stored(item, counter.attribute()));
        }
    }

    fn there(&mut self, counter: Option<Counter>) {
        let Some(counter) = counter else { return };
        self.counts.entry(counter).or_default().there += 1;
    }
}

/// The comment that a comment answers.
fn answered(item: &Item) -> Option<CommentId> {
    item.get("in_reply_to")?.as_m().ok()?.get("comment")?.as_s().ok()?.parse().ok()
}

/// A stored count; a missing attribute is zero.
pub(crate) fn stored(item: &Item, name: &str) -> i64 {
    let value = item.get(name).and_then(|value| value.as_n().ok());
    value.and_then(|value| value.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;
    use crate::dynamodb::item::{number, text};

    const A: &str = "019a0000-0000-7000-8000-00000000000a";
    const B: &str = "019a0000-0000-7000-8000-00000000000b";
    const T: &str = "019a0000-0000-7000-8000-00000000000c";

    fn item(pk: String, sk: String, counts: &[(&str, i64)]) -> Item {
        let keys = [("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))];
        keys.into_iter().chain(counts.iter().map(|(name, n)| ((*name).to_owned(), number(*n)))).collect()
    }

    fn edge(actor: &str, kind: &str, (name, target): (&str, &str)) -> Item {
        let mut edge = item(
            format!("{}{actor}", if kind == "FOLLOW" { "U#" } else { "W#" }),
            format!("{kind}#019a0000-0000-7000-8000-0000000000ee"),
            &[],
        );
        edge.insert(name.to_owned(), text(target));
        edge
    }

    fn world() -> Vec<Item> {
        let mut comment = item(format!("C#{B}"), "COMMENT".to_owned(), &[("likes", 1)]);
        comment.insert("tweet".to_owned(), text(T));
        vec![
            edge(A, "FOLLOW", ("other", B)),
            edge(A, "LIKE", ("tweet", T)),
            item(format!("W#{B}"), format!("CLIKE#{B}"), &[]),
            item(format!("W#{B}"), format!("COMMENT#{B}"), &[]),
            comment,
            item(format!("W#{A}"), format!("TWEET#{T}"), &[]),
            item(format!("W#{A}"), format!("MEDIA#{T}"), &[]),
            item(
                format!("U#{A}"),
                "PROFILE".to_owned(),
                &[("following", 1), ("tweets", 1), ("media_tweets", 1), ("likes_given", 1)],
            ),
            item(
                format!("U#{B}"),
                "PROFILE".to_owned(),
                &[("followers", 1), ("following", 0), ("replies", 1), ("likes_given", 1)],
            ),
            item(format!("T#{T}"), "TWEET".to_owned(), &[("likes", 1), ("comments", 1), ("retweets", 0)]),
            item("NAME#wren".to_owned(), "NAME".to_owned(), &[]),
            // A retweet of a tweet that is gone.
            edge(A, "RETWEET", ("tweet", A)),
        ]
    }

    fn tally(items: &[Item]) -> Tally {
        let mut tally = Tally::default();
        items.iter().for_each(|item| tally.take(item));
        tally
    }

    #[test]
    fn a_table_with_right_counters_has_no_suspects() {
        let tally = tally(&world());
        assert_eq!(tally.suspects().count(), 0);
        assert_eq!((tally.items(), tally.counters(), tally.users().len()), (12, 18, 2));
    }

    #[test]
    fn every_wrong_counter_is_a_suspect() {
        let (a, b, t) = (A.parse().unwrap(), B.parse().unwrap(), T.parse().unwrap());
        for (at, suspects) in [
            (0, vec![Counter::Followers(b), Counter::Following(a)]),
            (1, vec![Counter::Likes(t), Counter::LikesGiven(a)]),
            (2, vec![Counter::CommentLikes(B.parse().unwrap()), Counter::LikesGiven(b)]),
            (3, vec![Counter::Replies(b)]),
            (5, vec![Counter::Tweets(a)]),
            (6, vec![Counter::MediaTweets(a)]),
        ] {
            let mut items = world();
            items.remove(at);
            assert_eq!(
                tally(&items).suspects().collect::<HashSet<_>>(),
                suspects.into_iter().collect(),
                "without {at}"
            );
        }
        let mut items = world();
        items.push(edge(B, "RETWEET", ("tweet", T)));
        assert_eq!(tally(&items).suspects().collect::<Vec<_>>(), [Counter::Retweets(t)]);
        let mut items = world();
        let parent = [("comment".to_owned(), text(B)), ("author".to_owned(), text(A))];
        let mut answer = item(format!("C#{A}"), "COMMENT".to_owned(), &[]);
        answer.insert("in_reply_to".to_owned(), AttributeValue::M(parent.into()));
        items.push(answer);
        assert_eq!(tally(&items).suspects().collect::<Vec<_>>(), [Counter::Answers(B.parse().unwrap())]);
    }
}
