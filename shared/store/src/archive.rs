//! Reads everything that a user has, for the user's export.
//!
//! Items are handed on as JSON with their own attributes; what only the store needs (keys, indexes) and what nobody may
//! know (secrets and their hashes) is left out.

use aviary_model::{CommentId, EdgeId, IntegerSession, TweetId, UserId};
use serde_json::{Map, Value as Json, json};

use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key, text};
use crate::dynamodb::pages::{attribute, id_behind};
use crate::dynamodb::table::{CredentialsTable, FeedTable, SocialTable, Table, run_query};
use crate::integers::{Integers, Manifest, StoredSet};
use crate::social::comments::Comment;
use crate::social::keys::{comment_key, reporter_pk, tweet_key, user_pk, works_pk};
use crate::social::tweets::Tweet;

/// Attributes of items that no export has.
const HIDDEN: [&str; 22] = [
    "pk",
    "sk",
    "list_pk",
    "list_sk",
    "time_pk",
    "time_sk",
    "recent_sk",
    "origin_pk",
    "origin_sk",
    "expires_at",
    "epoch",
    "current",
    "next",
    "superseded",
    "pointer",
    "csrf_hash",
    "revoked",
    "long_access",
    "seq",
    "position",
    "reporter",
    "created",
];

/// Tweets or comments that are read at once.
const AT_ONCE: usize = 400;

/// What lies in the partitions of a user.
#[derive(Debug, Default)]
pub struct Archived {
    /// What the user wrote, liked and reported, and whom the user follows, blocks and mutes: lists by name.
    pub lists: Map<String, Json>,
    /// The tweets, as they are stored.
    pub tweets: Vec<Tweet>,
}

/// The tables in which users have things.
#[derive(Clone, Debug)]
pub struct Archive {
    credentials: CredentialsTable,
    social: SocialTable,
    feed: FeedTable,
}

impl Archive {
    /// Uses these tables. Makes no call.
    #[must_use]
    pub fn new(credentials: &CredentialsTable, social: &SocialTable, feed: &FeedTable) -> Self {
        Self { credentials: credentials.clone(), social: social.clone(), feed: feed.clone() }
    }

    /// Everything of a user in these tables. One round trip for each megabyte, and one for each 400 tweets or comments.
    pub async fn of(&self, user: UserId) -> Result<Archived, StoreError> {
        let (own, works) = (user_pk(user), works_pk(user));
        let edges =
            async |pk: &str, word: &str| Ok::<_, StoreError>(list(self.all(&self.social, pk, word).await?, edge));
        let mut lists = Map::new();
        for (name, pk, word) in [
            ("follows", &own, "FOLLOW#"),
            ("blocks", &own, "BLOCK#"),
            ("mutes", &own, "MUTE#"),
            ("likes", &works, "LIKE#"),
            ("retweets", &works, "RETWEET#"),
            ("saves", &works, "SAVE#"),
            ("comment_likes", &works, "CLIKE#"),
        ] {
            lists.insert(name.to_owned(), edges(pk, word).await?);
        }
        let reports = self.all(&self.social, &reporter_pk(user), "REPORT#").await?;
        lists.insert("reports".to_owned(), list(reports, plain));
        for (name, word) in [("notifications", "N#"), ("security_events", "A#")] {
            lists.insert(name.to_owned(), list(self.all(&self.feed, &own, word).await?, plain));
        }
        let sessions = self.all(&self.credentials, &own, "S#").await?;
        lists.insert("sessions".to_owned(), list(sessions, plain));
        let written = self.all(&self.social, &works, "COMMENT#").await?;
        let comments = written.iter().filter_map(|item| id_behind::<CommentId>(item, "sk", "COMMENT#"));
        let comments = self.items(comments.map(comment_key).collect()).await?;
        let comments = comments.into_iter().map(|item| self.social.read(item)).collect::<Result<Vec<Comment>, _>>()?;
        lists.insert("comments".to_owned(), comments.iter().map(shown_comment).collect());
        let written = self.all(&self.social, &works, "TWEET#").await?;
        let tweets = written.iter().filter_map(|item| id_behind::<TweetId>(item, "sk", "TWEET#"));
        let tweets = self.items(tweets.map(tweet_key).collect()).await?;
        let mut tweets = tweets.into_iter().map(|item| self.social.read(item)).collect::<Result<Vec<Tweet>, _>>()?;
        tweets.sort_by_key(|tweet| tweet.id);
        Ok(Archived { lists, tweets })
    }

    /// Items by their keys, a few hundred at once, so that a busy author throttles nobody.
    async fn items(&self, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::with_capacity(keys.len());
        for some in keys.chunks(AT_ONCE) {
            items.extend(self.social.batch_get_many(some.to_vec()).await?);
        }
        Ok(items)
    }

    /// All items of a partition whose sort key begins so.
    async fn all<Kind>(&self, table: &Table<Kind>, pk: &str, begin: &str) -> Result<Vec<Item>, StoreError> {
        let (mut items, mut from) = (Vec::new(), None);
        loop {
            let call = table
                .query()
                .key_condition_expression("pk = :pk AND begins_with(sk, :begin)")
                .expression_attribute_values(":pk", text(pk))
                .expression_attribute_values(":begin", text(begin))
                .consistent_read(true)
                .set_exclusive_start_key(from.take());
            let output = run_query(call).await?;
            items.extend(output.items.unwrap_or_default());
            match output.last_evaluated_key {
                Some(last) => from = Some(last),
                None => return Ok(items),
            }
        }
    }
}

impl Integers {
    /// The sets of a session that its manifest leads to, a page after another. One round trip for each megabyte.
    pub async fn all_sets(
        &self,
        user: UserId,
        session: &IntegerSession,
        manifest: &Manifest,
    ) -> Result<Vec<StoredSet>, StoreError> {
        let open = crate::integers::OpenSession {
            user,
            session: session.clone(),
            manifest: Some(manifest.clone()),
            generation: manifest.generation,
            under: None,
        };
        let (mut sets, mut after) = (Vec::new(), None);
        loop {
            let page = self.page(&open, after.as_ref()).await?;
            sets.extend(page.sets);
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(sets),
            }
        }
    }
}

fn list(items: Vec<Item>, shown: impl Fn(Item) -> Option<Json>) -> Json {
    items.into_iter().filter_map(shown).collect()
}

/// An item with the attributes that are its owner's business.
fn plain(item: Item) -> Option<Json> {
    let mut shown: Map<String, Json> = serde_dynamo::aws_sdk_dynamodb_1::from_item(item).ok()?;
    shown.retain(|name, _| !HIDDEN.contains(&name.as_str()));
    Some(Json::Object(shown))
}

/// An edge with the time at which it was made, which is in its id.
fn edge(item: Item) -> Option<Json> {
    let id: Option<EdgeId> = attribute(&item, "sk").and_then(|sk| sk.split_once('#')?.1.parse().ok());
    let own_id: Option<EdgeId> = attribute(&item, "id").and_then(|id| id.parse().ok());
    let liked = id_behind::<CommentId>(&item, "sk", "CLIKE#");
    let mut shown = plain(item)?;
    if let (Some(made), Some(object)) = (own_id.or(id), shown.as_object_mut()) {
        object.remove("id");
        object.insert("at".to_owned(), json!(made.made_at().to_string()));
        if let Some(comment) = liked {
            object.insert("comment".to_owned(), json!(comment));
        }
    }
    Some(shown)
}

fn shown_comment(comment: &Comment) -> Json {
    json!({
        "id": comment.id,
        "tweet": comment.tweet,
        "in_reply_to": comment.in_reply_to.map(|parent| parent.comment),
        "message": comment.message.as_str(),
        "likes": comment.likes,
        "comments": comment.comments,
        "created_at": comment.created_at.to_string(),
        "edited_at": comment.edited_at.map(|at| at.to_string()),
    })
}
