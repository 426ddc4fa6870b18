//! Creates a tweet for `POST /tweet` and `POST /api/tweets/`: reads the form, stores the files, writes the tweet.

use aviary_auth::Unconfirmed;
use aviary_media::{CleanImage, CleanVideo, MediaError, ObjectKey};
use aviary_model::{AltText, MediaId, TweetId, UserId};
use aviary_representation::{OwnReactions, ShownTweet};
use aviary_store::{
    IdempotencyClaim, Media, MediaKind, MediaState, MediaUpload, Profile, ReplyTo, TextContext, Tweet, WriteError,
};
use aviary_web::{ApiError, Client, Form, IdempotencyKey, IdempotentRequest};
use axum::Json;
use futures_util::future::{try_join, try_join_all};
use http::StatusCode;
use serde_json::Value;

use crate::message::mentions;
use crate::response::repeat_response;
use crate::state::TweetsState;
use crate::tweets::draft::{Draft, named_media, parent_of};

/// How often a tweet is written again when the check of its media ended meanwhile. Each of three items ends once.
const MEDIA_ATTEMPTS: usize = 3;

/// A request to create a tweet.
pub(crate) struct TweetRequest<'a> {
    pub(crate) state: &'a TweetsState,
    pub(crate) client: &'a Client,
    pub(crate) key: &'a IdempotencyKey,
    pub(crate) form: &'a Form,
    /// Whether the form may have a link to a picture (`media_url`).
    pub(crate) takes_link: bool,
}

/// A file and the object key under which it will be stored.
enum Upload {
    Image(ObjectKey, CleanImage),
    Video(ObjectKey, CleanVideo),
}

impl TweetRequest<'_> {
    /// Answers the request. Three round trips, four with an idempotency key, and one upload per file.
    pub(crate) async fn create(self, unconfirmed: Unconfirmed) -> Result<(StatusCode, Json<Value>), ApiError> {
        let Self { state, form, .. } = self;
        let id = unconfirmed.user();
        let (mentions, counts) = mentions(form);
        let named = named_media(form);
        let texts = state.tweets.text_context(id, (parent_of(form), None), &mentions);
        let context = try_join(texts, state.uploads.by_ids(id, &named));
        let counts = |_: &(TextContext, Vec<MediaUpload>)| counts.uploaded(form.cost_of_files());
        let (caller, context) = unconfirmed.with_form(form).confirm_counting(context, counts).await?;
        let credentials = &state.authenticator.credentials;
        let body = || form.digest(&[]);
        let claim = self.key.claim(credentials, "tweet", Some(id), body, state.clock.now());
        let claim = match claim.await? {
            IdempotentRequest::New(claim) => claim,
            IdempotentRequest::Repeat(response) => return repeat_response(&response),
        };
        // Checked after the claim, so that a repeated request gets the first response even if the answered tweet is
        // gone.
        let (context, uploads) = context;
        let written = self.check_and_write(caller.user, &context, uploads, claim.as_ref()).await;
        if let (Err(_), Some(claim)) = (&written, &claim) {
            credentials.release_idempotency_key(claim).await?;
        }
        Ok((StatusCode::CREATED, Json(written?)))
    }

    async fn check_and_write(
        &self,
        caller: UserId,
        context: &TextContext,
        uploads: Vec<MediaUpload>,
        claim: Option<&IdempotencyClaim>,
    ) -> Result<Value, ApiError> {
        let author = context.author.as_ref().ok_or_else(ApiError::not_found)?;
        let draft = Draft::read(self.form, self.takes_link, context.tweet.as_ref(), &uploads)?;
        if draft.author.as_ref().is_some_and(|author| *author != caller.to_string()) {
            return Err(ApiError::permission_denied());
        }
        self.write(author, draft, context, claim).await
    }

    /// Uploads the files concurrently, then writes the tweet that names them.
    async fn write(
        &self,
        author: &Profile,
        draft: Draft,
        context: &TextContext,
        claim: Option<&IdempotencyClaim>,
    ) -> Result<Value, ApiError> {
        let state = self.state;
        let now = state.clock.now();
        let id = TweetId::new(now, state.entropy.as_ref())?;
        let parent = context.tweet.as_ref().map(|parent| ReplyTo { tweet: parent.id, author: parent.author });
        let (uploads, media) = self.assign_keys(id, draft.images, draft.video)?;
        let tweet = Tweet { media, in_reply_to: parent, ..Tweet::new(id, author.id, draft.message, now) };
        let tweet = Tweet { media_url: draft.media_url, ..tweet };
        if let Err(error) = try_join_all(uploads.iter().map(|upload| upload.put(state))).await {
            remove(state, uploads).await;
            return Err(error.into());
        }
        match self.write_with_media(author, &tweet, draft.uploads, context, claim).await {
            Ok(response) => Ok(response),
            // The tweet may have been written all the same, so its files must stay.
            Err(error) if error.status().is_server_error() => Err(error),
            Err(error) => {
                remove(state, uploads).await;
                Err(error)
            }
        }
    }

    /// Writes the tweet with the media items that it names, and returns its response. An item whose check ends meanwhile
    /// is read again, which takes two round trips more.
    async fn write_with_media(
        &self,
        author: &Profile,
        tweet: &Tweet,
        mut uploads: Vec<MediaUpload>,
        context: &TextContext,
        claim: Option<&IdempotencyClaim>,
    ) -> Result<Value, ApiError> {
        let state = self.state;
        let named: Vec<MediaId> = uploads.iter().map(|upload| upload.id).collect();
        let mut attempts = MEDIA_ATTEMPTS;
        loop {
            let media = tweet.media.iter().cloned().chain(uploads.iter().map(MediaUpload::in_tweet)).collect();
            let tweet = Tweet { media, ..tweet.clone() };
            let response = ShownTweet::of(&tweet, author, OwnReactions::default(), state.links(self.client));
            let response = serde_json::to_value(response).map_err(ApiError::internal)?;
            let result = claim.map(|claim| (claim, &state.authenticator.credentials, response.to_string()));
            match state.tweets.create_with_media(&tweet, &uploads, &context.mentioned, result).await {
                Ok(()) => return Ok(response),
                Err(WriteError::MediaChanged) if attempts > 0 => attempts -= 1,
                Err(error) => return Err(error.into()),
            }
            // The form is read again: the item may be rejected by now, or be in another tweet.
            let found = state.uploads.by_ids(author.id, &named).await?;
            uploads = Draft::read(self.form, self.takes_link, context.tweet.as_ref(), &found)?.uploads;
        }
    }

    /// Assigns each file the object key under which it will be stored.
    fn assign_keys(
        &self,
        tweet: TweetId,
        images: Vec<(CleanImage, AltText)>,
        video: Option<(CleanVideo, AltText)>,
    ) -> Result<(Vec<Upload>, Vec<Media>), ApiError> {
        let (mut uploads, mut media) = (Vec::new(), Vec::new());
        for (place, (image, alt)) in (0_u8..).zip(images) {
            let key = ObjectKey::tweet_image(tweet.uuid(), place, self.random()?, image.format);
            media.push(self.media(MediaKind::Image, &key, (image.width, image.height), alt)?);
            uploads.push(Upload::Image(key, image));
        }
        if let Some((video, alt)) = video {
            let key = ObjectKey::tweet_video(tweet.uuid(), 0, self.random()?);
            media.push(self.media(MediaKind::Video, &key, (video.width, video.height), alt)?);
            uploads.push(Upload::Video(key, video));
        }
        Ok((uploads, media))
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
        Ok(Media {
            id,
            kind,
            key: key.as_str().to_owned(),
            width,
            height,
            alt,
            // An event of the object makes them.
            thumbnail: None,
            blurhash: None,
            state: MediaState::Ready,
            direct: false,
        })
    }
}

impl Upload {
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

/// Removes the files of a tweet that was not written. A failure is only logged: no tweet names the files.
async fn remove(state: &TweetsState, uploads: Vec<Upload>) {
    let keys: Vec<ObjectKey> = uploads.into_iter().map(Upload::into_key).collect();
    if let Err(error) = state.bucket.delete(&keys).await {
        tracing::warn!(error = %error, "failed to remove the uploads of a tweet that was not written");
    }
}
