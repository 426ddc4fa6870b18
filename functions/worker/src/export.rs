//! Writes everything that a user has into one JSON file, which the user may download for a week.

use aviary_media::{Folder, PrivateKey};
use aviary_model::{SessionId, UserId};
use aviary_store::{Picture, Profile, SetContent, StoredSet, Tweet, User};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::outcome::{Outcome, TaskError};
use crate::worker::Worker;

/// Integers of one export. What is beyond is named, and can be read by `GET /integers/set/`.
const MAX_INTEGER_BYTES: u64 = 64 << 20;

impl Worker {
    /// Makes the file, and then removes earlier ones. A run that is repeated writes another file, and the last one counts.
    /// Nothing is written for an account that is gone.
    pub(crate) async fn export(&self, user: UserId, export: SessionId) -> Result<Outcome, TaskError> {
        let Some(account) = self.accounts.by_id(user).await? else { return Ok(Outcome::Done) };
        let content = match self.content(&account).await {
            Ok(content) => content,
            // A stored item that can't be read stays so.
            Err(TaskError::Store(error)) if !error.is_passing() => {
                self.exports.finish(user, export, None).await?;
                tracing::error!(user.id = %user, error = %error, "an export failed");
                return Ok(Outcome::Done);
            }
            Err(error) => return Err(error),
        };
        self.bucket.delete_all(&Folder::exports(user)).await?;
        let key = PrivateKey::export(user, u128::from_le_bytes(self.entropy.bytes::<16>()?));
        self.bucket.put_private(&key, "application/json", &[Bytes::from(content.to_string())]).await?;
        if !self.exports.finish(user, export, Some(key.as_str())).await? {
            self.bucket.delete_private(&key).await?;
        }
        Ok(Outcome::Done)
    }

    async fn content(&self, account: &User) -> Result<Value, TaskError> {
        let user = account.id;
        let (archived, profile) = futures_util::try_join!(self.archive.of(user), self.profiles.by_id(user))?;
        let mut content = json!({
            "exported_at": self.clock.now().to_string(),
            "account": shown_account(account),
            "profile": profile.map(|profile| self.shown_profile(&profile)),
            "tweets": archived.tweets.iter().map(|tweet| self.shown_tweet(tweet)).collect::<Value>(),
        });
        let integers = self.integers_of(user).await?;
        if let Some(object) = content.as_object_mut() {
            object.extend(archived.lists);
            object.insert("integer_sessions".to_owned(), integers);
        }
        Ok(content)
    }

    fn shown_profile(&self, profile: &Profile) -> Value {
        let picture = profile.picture.as_ref().map(|picture| match picture {
            Picture::Object(key) => self.bucket.urls().url(key),
            Picture::Link(link) => link.as_str().to_owned(),
        });
        json!({
            "username": profile.username.as_str(),
            "alias": profile.alias.as_str(),
            "bio": profile.bio.as_str(),
            "date_of_birth": profile.date_of_birth,
            "image_url": picture,
            "background_image_url": profile.background.as_ref().map(|link| link.as_str()),
            "followers": profile.followers,
            "following": profile.following,
            "created_at": profile.created_at.to_string(),
        })
    }

    fn shown_tweet(&self, tweet: &Tweet) -> Value {
        let media = tweet.media.iter().map(|media| {
            json!({
                "id": media.id,
                "url": self.bucket.urls().url(&media.key),
                "width": media.width,
                "height": media.height,
                "alt": media.alt.as_str(),
            })
        });
        json!({
            "id": tweet.id,
            "message": tweet.message.as_str(),
            "media": media.collect::<Value>(),
            "media_url": tweet.media_url.as_ref().map(|link| link.as_str()),
            "in_reply_to": tweet.in_reply_to.map(|parent| parent.tweet),
            "likes": tweet.likes,
            "comments": tweet.comments,
            "retweets": tweet.retweets,
            "saves": tweet.saves,
            "created_at": tweet.created_at.to_string(),
            "edited_at": tweet.edited_at.map(|at| at.to_string()),
        })
    }

    async fn integers_of(&self, user: UserId) -> Result<Value, TaskError> {
        let (mut sessions, mut after, mut room) = (Vec::new(), None, MAX_INTEGER_BYTES);
        loop {
            let page = self.integers.sessions(user, after.as_ref()).await?;
            for (session, manifest) in &page.sessions {
                let mut sets = Vec::new();
                for set in self.integers.all_sets(user, session, manifest).await? {
                    sets.push(self.shown_set(&set, &mut room).await?);
                }
                sessions.push(json!({ "session_id": session.as_str(), "integer_sets": sets }));
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(sessions.into()),
            }
        }
    }

    /// A set as it is stored, in the form in which clients send it.
    async fn shown_set(&self, set: &StoredSet, room: &mut u64) -> Result<Value, TaskError> {
        let units = match &set.content {
            _ if set.bytes > *room => None,
            SetContent::Inline(units) => serde_json::from_str::<Value>(units).ok(),
            SetContent::Object(key) => {
                let found = self.bucket.get_private(&key.parse()?, set.bytes.saturating_add(1)).await?;
                found.and_then(|bytes| serde_json::from_slice(&bytes).ok())
            }
        };
        *room = room.saturating_sub(set.bytes);
        Ok(json!({ "set_id": set.id.as_str(), "units": set.units, "bytes": set.bytes, "integers": units }))
    }
}

fn shown_account(account: &User) -> Value {
    let former = account.former_addresses.iter().map(|former| former.email.as_str()).collect::<Value>();
    json!({
        "id": account.id,
        "username": account.username.as_str(),
        "email": account.email.as_ref().map(|email| email.as_str()),
        "pending_email": account.pending.as_ref().map(|pending| pending.email.as_str()),
        "former_emails": former,
        "former_usernames": account.former_names.iter().map(|former| former.key.as_str()).collect::<Value>(),
        "mode": account.mode.as_str(),
        "created_at": account.created_at.to_string(),
    })
}
