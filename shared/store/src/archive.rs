//! Reads everything that a user has, for the user's export: in parts, because nothing bounds how much it is.
//!
//! Items are handed on as JSON with their own attributes; what only the store needs (keys, indexes) and what nobody may
//! know (secrets and their hashes) is left out.

use aviary_model::{CommentId, EdgeId, IntegerSession, TweetId, UserId};
use serde::de::DeserializeOwned;
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

/// Tweets or comments that are read at once, so that a busy author throttles nobody.
const AT_ONCE: i32 = 400;

/// A list of what a user wrote, did or got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ArchiveList {
    /// Whom the user follows.
    Follows,
    /// Whom the user blocks.
    Blocks,
    /// Whom the user mutes.
    Mutes,
    /// Which tweets the user likes.
    Likes,
    /// Which tweets the user retweeted.
    Retweets,
    /// Which tweets the user saved.
    Saves,
    /// Which comments the user likes.
    CommentLikes,
    /// What the user reported.
    Reports,
    /// What the user was told.
    Notifications,
    /// What happened to the account.
    SecurityEvents,
    /// The sessions and tokens, without their secrets.
    Sessions,
    /// What the user commented.
    Comments,
}

impl ArchiveList {
    /// All lists, in the order of the file.
    pub const ALL: [Self; 12] = [
        Self::Follows,
        Self::Blocks,
        Self::Mutes,
        Self::Likes,
        Self::Retweets,
        Self::Saves,
        Self::CommentLikes,
        Self::Reports,
        Self::Notifications,
        Self::SecurityEvents,
        Self::Sessions,
        Self::Comments,
    ];

    /// The beginning of its sort keys.
    fn begin(self) -> &'static str {
        match self {
            Self::Follows => "FOLLOW#",
            Self::Blocks => "BLOCK#",
            Self::Mutes => "MUTE#",
            Self::Likes => "LIKE#",
            Self::Retweets => "RETWEET#",
            Self::Saves => "SAVE#",
            Self::CommentLikes => "CLIKE#",
            Self::Reports => "REPORT#",
            Self::Notifications => "N#",
            Self::SecurityEvents => "A#",
            Self::Sessions => "S#",
            Self::Comments => "COMMENT#",
        }
    }
}

/// Where a list goes on.
#[derive(Clone, Debug)]
pub struct ArchivePlace(Item);

/// A part of a list.
#[derive(Clone, Debug)]
pub struct ArchivePage<T> {
    /// Its entries.
    pub entries: Vec<T>,
    /// Where the next part begins. `None` after the last one.
    pub next: Option<ArchivePlace>,
}

impl<T> ArchivePage<T> {
    fn each<Other>(self, shown: impl Fn(T) -> Option<Other>) -> ArchivePage<Other> {
        ArchivePage { entries: self.entries.into_iter().filter_map(shown).collect(), next: self.next }
    }
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

    /// A part of a list, of at most a megabyte of items. One round trip, two for comments.
    pub async fn page(
        &self,
        user: UserId,
        list: ArchiveList,
        after: Option<ArchivePlace>,
    ) -> Result<ArchivePage<Json>, StoreError> {
        let (own, works, begin) = (user_pk(user), works_pk(user), list.begin());
        Ok(match list {
            ArchiveList::Follows | ArchiveList::Blocks | ArchiveList::Mutes => {
                items(&self.social, &own, begin, after, None).await?.each(edge)
            }
            ArchiveList::Likes | ArchiveList::Retweets | ArchiveList::Saves | ArchiveList::CommentLikes => {
                items(&self.social, &works, begin, after, None).await?.each(edge)
            }
            ArchiveList::Reports => items(&self.social, &reporter_pk(user), begin, after, None).await?.each(plain),
            ArchiveList::Notifications | ArchiveList::SecurityEvents => {
                items(&self.feed, &own, begin, after, None).await?.each(plain)
            }
            ArchiveList::Sessions => items(&self.credentials, &own, begin, after, None).await?.each(plain),
            ArchiveList::Comments => {
                let written = items(&self.social, &works, begin, after, Some(AT_ONCE)).await?;
                let ids = written.entries.iter().filter_map(|item| id_behind::<CommentId>(item, "sk", begin));
                let comments: Vec<Comment> = self.written(ids.map(comment_key).collect()).await?;
                ArchivePage { entries: comments.iter().map(shown_comment).collect(), next: written.next }
            }
        })
    }

    /// A part of the user's tweets, oldest first, as they are stored. Two round trips.
    pub async fn tweets(&self, user: UserId, after: Option<ArchivePlace>) -> Result<ArchivePage<Tweet>, StoreError> {
        let written = items(&self.social, &works_pk(user), "TWEET#", after, Some(AT_ONCE)).await?;
        let ids = written.entries.iter().filter_map(|item| id_behind::<TweetId>(item, "sk", "TWEET#"));
        let mut tweets: Vec<Tweet> = self.written(ids.map(tweet_key).collect()).await?;
        tweets.sort_by_key(|tweet| tweet.id);
        Ok(ArchivePage { entries: tweets, next: written.next })
    }

    /// Items by their keys; those that are gone are missing.
    async fn written<T: DeserializeOwned>(&self, keys: Vec<Key>) -> Result<Vec<T>, StoreError> {
        let found = self.social.batch_get_many(keys).await?;
        found.into_iter().map(|item| self.social.read(item)).collect()
    }
}

/// Items of a partition whose sort key begins so, a megabyte of them or as many as named.
async fn items<Kind>(
    table: &Table<Kind>,
    pk: &str,
    begin: &str,
    after: Option<ArchivePlace>,
    most: Option<i32>,
) -> Result<ArchivePage<Item>, StoreError> {
    let call = table
        .query()
        .key_condition_expression("pk = :pk AND begins_with(sk, :begin)")
        .expression_attribute_values(":pk", text(pk))
        .expression_attribute_values(":begin", text(begin))
        .consistent_read(true)
        .set_limit(most)
        .set_exclusive_start_key(after.map(|place| place.0));
    let output = run_query(call).await?;
    let next = output.last_evaluated_key.map(ArchivePlace);
    Ok(ArchivePage { entries: output.items.unwrap_or_default(), next })
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
