//! Posting a tweet, by either of its two addresses: reads the form, stores the files, writes the tweet.

use aviary_auth::Unconfirmed;
use aviary_media::{CleanImage, CleanVideo, MediaError, ObjectKey};
use aviary_model::{AltText, MediaId, TweetId, UserId};
use aviary_store::{IdempotencyClaim, Media, MediaKind, Profile, ReplyTo, TextContext, Tweet, WriteError};
use aviary_web::{ApiError, Client, Form, IdempotencyKey, IdempotentRequest};
use axum::Json;
use futures_util::future::try_join_all;
use http::StatusCode;
use serde_json::Value;

use crate::TweetsState;
use crate::answer::{Links, Marks};
use crate::draft::{Draft, parent_of};
use crate::message::mentions;

/// A request that wants to post.
pub(crate) struct Posting<'a> {
    pub(crate) state: &'a TweetsState,
    pub(crate) client: &'a Client,
    pub(crate) key: &'a IdempotencyKey,
    pub(crate) form: &'a Form,
}

/// A file with the key that it will be stored under.
enum Object {
    Image(ObjectKey, CleanImage),
    Video(ObjectKey, CleanVideo),
}

impl Posting<'_> {
    /// Two steps, three with an idempotency key, and one upload per file.
    pub(crate) async fn post(self, unconfirmed: Unconfirmed) -> Result<(StatusCode, Json<Value>), ApiError> {
        let Self { state, form, .. } = self;
        let id = unconfirmed.user();
        let account = id.to_string();
        let names = mentions(form);
        let basis = state.tweets.basis(id, parent_of(form), &names);
        let (confirmed, within, stored) = futures_util::join!(
            unconfirmed.with_form(form).confirm_with(basis),
            state.limiter.count("writes", &account, state.limiter.limits.writes_account),
            state.limiter.count_bytes(&account, form.file_bytes()),
        );
        let (caller, basis) = confirmed?;
        within.and(stored)?;
        let credentials = &state.authenticator.credentials;
        let body = form.digest(&[]);
        let claim = self.key.claim(credentials, "tweet", Some(id), &body, state.clock.now());
        let claim = match claim.await? {
            IdempotentRequest::New(claim) => claim,
            IdempotentRequest::Repeat(answer) => return again(&answer),
        };
        // Judged behind the claim: what was done once is answered again though what it stood on is gone.
        let written = self.judge_and_write(caller.user, &basis, claim.as_ref()).await;
        if let (Err(_), Some(claim)) = (&written, &claim) {
            credentials.release_idempotency_key(claim).await?;
        }
        Ok((StatusCode::CREATED, Json(written?)))
    }

    async fn judge_and_write(
        &self,
        caller: UserId,
        basis: &TextContext,
        claim: Option<&IdempotencyClaim>,
    ) -> Result<Value, ApiError> {
        let author = basis.author.as_ref().ok_or_else(ApiError::not_found)?;
        let draft = Draft::read(self.form, basis.tweet.as_ref())?;
        if draft.author.as_ref().is_some_and(|author| *author != caller.to_string()) {
            return Err(ApiError::permission_denied());
        }
        self.write(author, draft, basis, claim).await
    }

    /// Uploads the files beside each other, then writes the tweet that names them.
    async fn write(
        &self,
        author: &Profile,
        draft: Draft,
        basis: &TextContext,
        claim: Option<&IdempotencyClaim>,
    ) -> Result<Value, ApiError> {
        let state = self.state;
        let now = state.clock.now();
        let id = TweetId::new(now, state.entropy.as_ref())?;
        let parent = basis.tweet.as_ref().map(|parent| ReplyTo { tweet: parent.id, author: parent.author });
        let (objects, media) = self.name(id, draft.images, draft.video)?;
        let tweet = Tweet { media, in_reply_to: parent, ..Tweet::new(id, author.id, draft.message, now) };
        let links = Links { bucket: &state.bucket, client: self.client };
        let answer = serde_json::to_value(links.tweet(&tweet, author, Marks::default())).map_err(ApiError::internal)?;
        if let Err(error) = try_join_all(objects.iter().map(|object| object.put(state))).await {
            remove(state, objects).await;
            return Err(error.into());
        }
        let settled = claim.map(|claim| (claim, &state.authenticator.credentials, answer.to_string()));
        match state.tweets.create(&tweet, &basis.mentioned, settled).await {
            Ok(()) => Ok(answer),
            // It may have been written after all; then its files must stay.
            Err(WriteError::Store(error)) if error.is_passing() => Err(error.into()),
            Err(error) => {
                remove(state, objects).await;
                Err(error.into())
            }
        }
    }

    /// Gives each file the key that it will be stored under.
    fn name(
        &self,
        tweet: TweetId,
        images: Vec<(CleanImage, AltText)>,
        video: Option<(CleanVideo, AltText)>,
    ) -> Result<(Vec<Object>, Vec<Media>), ApiError> {
        let (mut objects, mut media) = (Vec::new(), Vec::new());
        for (place, (image, alt)) in (0_u8..).zip(images) {
            let key = ObjectKey::tweet_image(tweet.uuid(), place, self.random()?, image.format);
            media.push(self.media(MediaKind::Image, &key, (image.width, image.height), alt)?);
            objects.push(Object::Image(key, image));
        }
        if let Some((video, alt)) = video {
            let key = ObjectKey::tweet_video(tweet.uuid(), 0, self.random()?);
            media.push(self.media(MediaKind::Video, &key, (video.width, video.height), alt)?);
            objects.push(Object::Video(key, video));
        }
        Ok((objects, media))
    }

    fn random(&self) -> Result<u128, ApiError> {
        Ok(u128::from_le_bytes(self.state.entropy.bytes::<16>()?))
    }

    fn media(
        &self,
        kind: MediaKind,
        key: &ObjectKey,
        (width, height): (u32, u32),
        alt: AltText,
    ) -> Result<Media, ApiError> {
        let id = MediaId::new(self.state.clock.now(), self.state.entropy.as_ref())?;
        Ok(Media { id, kind, key: key.as_str().to_owned(), width, height, alt })
    }
}

impl Object {
    async fn put(&self, state: &TweetsState) -> Result<(), MediaError> {
        match self {
            Self::Image(key, image) => state.bucket.put(key, image).await,
            Self::Video(key, video) => state.bucket.put(key, video).await,
        }
    }

    fn into_key(self) -> ObjectKey {
        match self {
            Self::Image(key, _) | Self::Video(key, _) => key,
        }
    }
}

/// The first answer once more.
pub(crate) fn again(answer: &str) -> Result<(StatusCode, Json<Value>), ApiError> {
    serde_json::from_str(answer).map(|answer| (StatusCode::CREATED, Json(answer))).map_err(ApiError::internal)
}

/// Files of a tweet that was not written. Failing to remove them harms nobody; the log says so.
async fn remove(state: &TweetsState, objects: Vec<Object>) {
    let keys: Vec<ObjectKey> = objects.into_iter().map(Object::into_key).collect();
    if let Err(error) = state.bucket.delete(&keys).await {
        tracing::warn!(error = %error, "objects were left behind");
    }
}
