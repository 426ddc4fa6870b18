//! Lists of comments beside those of their tweet: those of an author, and what people like of them.

use aviary_model::{CommentId, EdgeId, TweetId, UserId};
use futures_util::future::try_join;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::Item;
use crate::dynamodb::pages::{ListPage, Order, PartitionRange, id_behind};
use crate::dynamodb::table::SocialTable;
use crate::social::comments::Comments;
use crate::social::keys::{COMMENT_LIKE, EdgeKind, WORKS, list_of, works_pk};
use crate::social::reactions::Reactions;

/// Something that a user likes, with its author.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liked {
    /// A tweet.
    Tweet(TweetId, UserId),
    /// A comment.
    Comment(CommentId, UserId),
}

impl Comments {
    /// The newest comments of an author, newest first. It never lags. One round trip.
    pub async fn by_author(&self, author: UserId, limit: i32) -> Result<Vec<CommentId>, StoreError> {
        newest(&self.table, author, "COMMENT#", limit, |item| id_behind(item, "sk", "COMMENT#")).await
    }
}

impl Reactions {
    /// What a user likes, the newest likes first. Of comments only likes of the newest ones are among them: a like of a
    /// comment is kept under the comment's id. It never lags. One round trip.
    pub async fn liked_by(&self, user: UserId, limit: i32) -> Result<Vec<Liked>, StoreError> {
        let tweets = newest(&self.table, user, "LIKE#", limit, |item| {
            let at: EdgeId = id_behind(item, "sk", "LIKE#")?;
            Some((at, Liked::Tweet(id_behind(item, "tweet", "")?, id_behind(item, "author", "")?)))
        });
        let comments = newest(&self.table, user, COMMENT_LIKE, limit, |item| {
            let comment = id_behind(item, "sk", COMMENT_LIKE)?;
            Some((id_behind(item, "id", "")?, Liked::Comment(comment, id_behind(item, "author", "")?)))
        });
        let (mut liked, comments) = try_join(tweets, comments).await?;
        liked.extend(comments);
        liked.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        liked.truncate(usize::try_from(limit).unwrap_or_default());
        Ok(liked.into_iter().map(|(_, liked)| liked).collect())
    }

    /// The users who like a comment, the newest likes first. The index lags. One round trip.
    pub async fn of_comment(&self, comment: CommentId, limit: i32) -> Result<ListPage<UserId>, StoreError> {
        let list = list_of(EdgeKind::CommentLike, comment.uuid());
        let page = self.table.list_page(&list, Order::NewestFirst, None, limit).await?;
        Ok(page.filter_map(|item| id_behind(&item, "pk", WORKS)))
    }
}

/// The last of a user's works whose sort keys begin so.
async fn newest<T>(
    table: &SocialTable,
    user: UserId,
    prefix: &str,
    limit: i32,
    read: impl Fn(&Item) -> Option<T>,
) -> Result<Vec<T>, StoreError> {
    let own = PartitionRange { pk: works_pk(user), prefix, by_recency: false, order: Order::NewestFirst };
    let page = table.own_page(&own, None, limit).await?;
    Ok(page.entries.iter().filter_map(read).collect())
}
