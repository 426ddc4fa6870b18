//! Writes everything that a user has into one JSON file, which the user may download for a week.
//!
//! Nothing bounds how much an account has, and this process has the memory of one small function, which runs others'
//! jobs beside. So the file is written in parts while its content is read in parts, and the units of integers, which
//! are JSON already, are copied as they are: no value is made of them.

use std::time::Duration;

use aviary_media::{Fetched, Folder, PrivateFile, PrivateKey, Version};
use aviary_model::{SessionId, UserId};
use aviary_store::{ArchiveList, Picture, Profile, SetContent, StoredSet, Tweet, User};
use serde_json::{Value, json};

use crate::outcome::{Outcome, TaskError};
use crate::worker::Worker;

/// Integers of one export. What is beyond is named, and can be read by `GET /integers/set/`.
const MAX_INTEGER_BYTES: u64 = 64 << 20;
/// The bytes of a set that are read at once.
const PIECE: u64 = 1 << 20;
/// An export that takes longer fails, before Lambda ends the process and with it the jobs that run beside.
pub(crate) const LONGEST: Duration = Duration::from_secs(40);

impl Worker {
    /// Makes the file, and then removes earlier ones. A run that is repeated writes another file, and the last one
    /// counts. Nothing is written for an account that is gone.
    pub(crate) async fn export(&self, user: UserId, export: SessionId) -> Result<Outcome, TaskError> {
        let Some(account) = self.accounts.by_id(user).await? else { return Ok(Outcome::Done) };
        self.bucket.delete_all(&Folder::exports(user)).await?;
        let key = PrivateKey::export(user, u128::from_le_bytes(self.entropy.bytes::<16>()?));
        let mut file = self.bucket.begin_private(&key, "application/json").await?;
        match tokio::time::timeout(LONGEST, self.content(&account, &mut file)).await {
            Ok(Ok(())) => file.complete().await?,
            Ok(Err(error)) => {
                file.give_up().await;
                // A stored item that can't be read stays so.
                match error {
                    TaskError::Store(error) if !error.is_passing() => {
                        tracing::error!(user.id = %user, error = %error, "an export failed");
                        self.exports.finish(user, export, None).await?;
                        return Ok(Outcome::Done);
                    }
                    error => return Err(error),
                }
            }
            Err(_) => {
                file.give_up().await;
                tracing::error!(user.id = %user, "an export failed: it takes too long");
                self.exports.finish(user, export, None).await?;
                return Ok(Outcome::Done);
            }
        }
        if !self.exports.finish(user, export, Some(key.as_str())).await? {
            self.bucket.delete_private(&key).await?;
        }
        Ok(Outcome::Done)
    }

    async fn content(&self, account: &User, file: &mut PrivateFile<'_>) -> Result<(), TaskError> {
        let user = account.id;
        let profile = self.profiles.by_id(user).await?.map(|profile| self.shown_profile(&profile));
        let (at, account) = (json!(self.clock.now().to_string()), shown_account(account));
        let begin = format!(r#"{{"exported_at":{at},"account":{account},"profile":{},"tweets":["#, json!(profile));
        file.write(begin.as_bytes()).await?;
        let (mut entries, mut place) = (Entries::default(), None);
        loop {
            let page = self.archive.tweets(user, place).await?;
            let shown: Vec<Value> = page.entries.iter().map(|tweet| self.shown_tweet(tweet)).collect();
            entries.write(file, shown).await?;
            place = page.next;
            if place.is_none() {
                break;
            }
        }
        for list in ArchiveList::ALL {
            self.list(user, list, file).await?;
        }
        file.write(br#"],"integer_sessions":["#).await?;
        self.integers_of(user, file).await?;
        file.write(b"]}").await?;
        Ok(())
    }

    /// Ends the list before, and writes this one.
    async fn list(&self, user: UserId, list: ArchiveList, file: &mut PrivateFile<'_>) -> Result<(), TaskError> {
        let name: &'static str = list.into();
        file.write(format!(r#"],"{name}":["#).as_bytes()).await?;
        let (mut entries, mut place) = (Entries::default(), None);
        loop {
            let page = self.archive.page(user, list, place).await?;
            entries.write(file, page.entries).await?;
            place = page.next;
            if place.is_none() {
                return Ok(());
            }
        }
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

    async fn integers_of(&self, user: UserId, file: &mut PrivateFile<'_>) -> Result<(), TaskError> {
        let (mut after, mut room, mut is_first) = (None, MAX_INTEGER_BYTES, true);
        loop {
            let page = self.integers.sessions(user, after.as_ref()).await?;
            for (session, manifest) in &page.sessions {
                let comma = if std::mem::take(&mut is_first) { "" } else { "," };
                let begin = format!(r#"{comma}{{"session_id":{},"integer_sets":["#, json!(session.as_str()));
                file.write(begin.as_bytes()).await?;
                let mut comma = "";
                for set in self.integers.all_sets(user, session, manifest).await? {
                    file.write(std::mem::replace(&mut comma, ",").as_bytes()).await?;
                    self.set(&set, &mut room, file).await?;
                }
                file.write(b"]}").await?;
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// A set as it is stored, in the form in which clients send it.
    async fn set(&self, set: &StoredSet, room: &mut u64, file: &mut PrivateFile<'_>) -> Result<(), TaskError> {
        let id = json!(set.id.as_str());
        let begin = format!(r#"{{"set_id":{id},"units":{},"bytes":{},"integers":"#, set.units, set.bytes);
        file.write(begin.as_bytes()).await?;
        match &set.content {
            _ if set.bytes > *room => file.write(b"null").await?,
            SetContent::Inline(units) => file.write(units.as_bytes()).await?,
            SetContent::Object(key) => self.object(&key.parse()?, file).await?,
        }
        *room = room.saturating_sub(set.bytes);
        Ok(file.write(b"}").await?)
    }

    /// The units of an object, which nothing changes. `null` for one that is gone: the set was replaced meanwhile.
    async fn object(&self, key: &PrivateKey, file: &mut PrivateFile<'_>) -> Result<(), TaskError> {
        let Some(size) = self.bucket.private_size(key).await?.filter(|size| *size > 0) else {
            return Ok(file.write(b"null").await?);
        };
        let version = Version { key: key.as_str(), etag: None };
        let mut from = 0;
        while from < size {
            let until = size.min(from.saturating_add(PIECE));
            match self.bucket.fetch_range(version, &(from..until)).await? {
                Fetched::Bytes(bytes) => file.write(&bytes).await?,
                Fetched::Gone if from == 0 => return Ok(file.write(b"null").await?),
                // What was written of it is no JSON; another run begins anew.
                Fetched::Gone => return Err(TaskError::Replaced),
            }
            from = until;
        }
        Ok(())
    }
}

/// The entries of a list that is written in parts.
#[derive(Default)]
struct Entries {
    any: bool,
}

impl Entries {
    async fn write(&mut self, file: &mut PrivateFile<'_>, entries: Vec<Value>) -> Result<(), TaskError> {
        for entry in entries {
            let comma = if std::mem::replace(&mut self.any, true) { "," } else { "" };
            file.write(format!("{comma}{entry}").as_bytes()).await?;
        }
        Ok(())
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
