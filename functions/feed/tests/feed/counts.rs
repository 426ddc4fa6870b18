//! Rules that always hold: counters equal the number of edges, and inboxes count their notifications.

use std::collections::{BTreeMap, HashMap};

use crate::world::{World, number, text};

/// The counters of items that are not 0.
type Counts = BTreeMap<(String, &'static str), i64>;

const COUNTED: [&str; 10] = [
    "followers",
    "following",
    "tweets",
    "media_tweets",
    "replies",
    "likes_given",
    "likes",
    "comments",
    "retweets",
    "saves",
];

impl World {
    /// Asserts that every counter of an existing item equals the number of its edges.
    pub(crate) async fn assert_counts(&self) {
        let items = self.items("SocialTable").await;
        let mut stored = Counts::new();
        let mut counted = Counts::new();
        for ((pk, sk), item) in &items {
            if ["PROFILE", "TWEET", "COMMENT"].contains(&&**sk) {
                let counts = COUNTED.map(|name| ((pk.clone(), name), number(item, name)));
                stored.extend(counts.into_iter().filter(|(_, count)| *count != 0));
            }
            let user = || format!("U#{}", pk.trim_start_matches("W#"));
            let more: Vec<(String, &str)> = match sk.split_once('#') {
                Some(("FOLLOW", _)) => {
                    vec![(format!("U#{}", text(item, "other")), "followers"), (pk.clone(), "following")]
                }
                Some(("TWEET", _)) => vec![(user(), "tweets")],
                Some(("MEDIA", _)) => vec![(user(), "media_tweets")],
                Some(("COMMENT", _)) => vec![(user(), "replies")],
                Some(("LIKE", _)) => {
                    vec![(format!("T#{}", text(item, "tweet")), "likes"), (user(), "likes_given")]
                }
                Some(("SAVE", _)) => vec![(format!("T#{}", text(item, "tweet")), "saves")],
                Some(("RETWEET", _)) => vec![(format!("T#{}", text(item, "tweet")), "retweets")],
                Some(("CLIKE", comment)) => vec![(format!("C#{comment}"), "likes"), (user(), "likes_given")],
                None if sk == "COMMENT" => vec![(format!("T#{}", text(item, "tweet")), "comments")],
                _ => Vec::new(),
            };
            for (pk, name) in more {
                let sk = match pk.split('#').next() {
                    Some("U") => "PROFILE",
                    Some("T") => "TWEET",
                    _ => "COMMENT",
                };
                if items.contains_key(&(pk.clone(), sk.to_owned())) {
                    *counted.entry((pk, name)).or_default() += 1;
                }
            }
        }
        assert_eq!(stored, counted);
    }

    /// Asserts that each inbox counts its unread notifications, and that no two have the same number.
    pub(crate) async fn assert_inboxes(&self) {
        let items = self.items("FeedTable").await;
        let mut inboxes: HashMap<&str, (Vec<i64>, i64)> = HashMap::new();
        for ((pk, sk), item) in &items {
            let Some(inbox) = items.get(&(pk.clone(), "INBOX".to_owned())).filter(|_| sk.starts_with("N#")) else {
                assert!(!sk.starts_with("N#"), "{pk} has notifications and no inbox");
                continue;
            };
            let seq = number(item, "seq");
            let (seqs, unread) = inboxes.entry(pk).or_default();
            assert!(!seqs.contains(&seq), "{pk} has two at {seq}");
            assert!(seq <= number(inbox, "seq"), "{pk} has one beyond the last");
            seqs.push(seq);
            *unread += i64::from(seq > number(inbox, "read_seq") && !item.contains_key("was_read"));
        }
        for ((pk, sk), item) in &items {
            if sk == "INBOX" {
                let unread = inboxes.get(&**pk).map(|(_, unread)| *unread).unwrap_or_default();
                assert_eq!(number(item, "unread"), unread, "{pk}");
            }
        }
    }
}
