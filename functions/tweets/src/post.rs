//! `POST /tweet` (document 001): a message with up to three images, as a browser's form sends it.

use std::convert::Infallible;

use aviary_auth::Claimed;
use aviary_media::{CleanImage, ObjectKey, inspect_file};
use aviary_model::{AltText, MediaId, TweetId, TweetText};
use aviary_store::{Media, OnceClaim, Profile, Tweet};
use aviary_web::{ApiError, Claim, Client, Fields, Form, IdempotencyKey, Payload, Value as Field};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join_all;
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::TweetsState;
use crate::answer::ShownTweet;

const MAX_IMAGES: usize = 3;

/// A tweet to be posted.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostBody {
    /// What it says: at most 280 characters; may be empty beside images.
    #[schema(example = "Hello, world")]
    pub message: String,
    /// The caller's own id, if sent.
    #[schema(required = false)]
    pub author: String,
    /// Up to three images: JPEG, PNG, GIF or WebP, at most 5 MiB each.
    #[schema(required = false, value_type = Vec<String>, format = Binary)]
    pub imagelinks: Vec<Vec<u8>>,
    /// What each image shows, in their order.
    #[schema(required = false)]
    pub alt: Vec<String>,
}

/// A tweet whose fields are valid.
struct Draft {
    message: TweetText,
    author: Option<String>,
    images: Vec<(CleanImage, AltText)>,
}

/// Posts a tweet. Two steps, three with an idempotency key, and one upload per image. Metadata of images, such as a photo's position, is
/// removed before they are stored.
#[utoipa::path(post, path = "/tweet", tag = "tweets",
    request_body(content = PostBody, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The tweet", body = ShownTweet),
        (status = 400, description = "What is wrong with which field"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 403, description = "`author` is somebody else"),
        (status = 429, description = "Too many tweets and other things within a minute"),
    ))]
pub async fn post(
    State(state): State<TweetsState>,
    client: Client,
    claimed: Claimed,
    key: IdempotencyKey,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let id = claimed.user();
    let account = id.to_string();
    let (confirmed, within) = futures_util::join!(
        claimed.with_form(&form).confirm_beside(state.profiles.by_id(id)),
        state.limiter.count("writes", &account, state.limiter.limits.writes_account),
    );
    let (caller, author) = confirmed?;
    within?;
    let author = author.ok_or_else(ApiError::not_found)?;
    let draft = read(&form)?;
    if draft.author.as_ref().is_some_and(|author| *author != caller.user.to_string()) {
        return Err(ApiError::permission_denied());
    }
    let credentials = &state.guard.credentials;
    let body = form.digest(&[]);
    let claim = key.claim(credentials, "tweet", Some(id), &body, state.clock.now());
    let claim = match claim.await? {
        Claim::Fresh(claim) => claim,
        Claim::Done(answer) => return again(&answer),
    };
    let written = write(&state, &client, &author, draft, claim.as_ref()).await;
    if let (Err(_), Some(claim)) = (&written, &claim) {
        credentials.release_once(claim).await?;
    }
    Ok((StatusCode::CREATED, Json(written?)))
}

/// The first answer once more.
fn again(answer: &str) -> Result<(StatusCode, Json<Value>), ApiError> {
    serde_json::from_str(answer).map(|answer| (StatusCode::CREATED, Json(answer))).map_err(ApiError::internal)
}

/// Uploads the images beside each other, then writes the tweet that names them.
async fn write(
    state: &TweetsState,
    client: &Client,
    author: &Profile,
    draft: Draft,
    claim: Option<&OnceClaim>,
) -> Result<Value, ApiError> {
    let now = state.clock.now();
    let id = TweetId::new(now, state.entropy.as_ref())?;
    let (objects, media) = name(state, id, draft.images)?;
    let tweet = Tweet {
        id,
        author: author.id,
        message: draft.message,
        media,
        likes: 0,
        comments: 0,
        retweets: 0,
        created_at: now,
    };
    let answer = serde_json::to_value(ShownTweet::of(&tweet, author, &state.bucket, client));
    let answer = answer.map_err(ApiError::internal)?;
    let uploads = try_join_all(objects.iter().map(|(key, image)| state.bucket.put(key, image)));
    if let Err(error) = uploads.await {
        remove(state, objects).await;
        return Err(error.into());
    }
    let claim = claim.map(|claim| (claim, &state.guard.credentials, answer.to_string()));
    match state.tweets.create(&tweet, claim).await {
        Ok(()) => Ok(answer),
        // It may have been written after all; then its images must stay.
        Err(error) if error.is_passing() => Err(error.into()),
        Err(error) => {
            remove(state, objects).await;
            Err(error.into())
        }
    }
}

fn read(form: &Form) -> Result<Draft, ApiError> {
    let mut fields = Fields::of(form);
    let files = form.files("imagelinks");
    let message = if files.is_empty() {
        fields.required("message", TweetText::parse)
    } else {
        Some(fields.blankable("message", TweetText::parse).unwrap_or_default())
    };
    let author = fields.blankable("author", |text| {
        Ok::<_, Vec<Infallible>>((!text.trim().is_empty()).then(|| text.trim().to_owned()))
    });
    if form.has_non_file("imagelinks") {
        fields.error("imagelinks", "The submitted data was not a file. Check the encoding type on the form.");
    }
    if files.len() > MAX_IMAGES {
        fields.error("imagelinks", format!("Ensure this field has no more than {MAX_IMAGES} elements."));
    }
    if !form.files("videolinks").is_empty() || form.has_non_file("videolinks") {
        fields.error("videolinks", "Videos are not taken yet.");
    }
    let mut images = Vec::new();
    for (place, file) in files.iter().take(MAX_IMAGES).enumerate() {
        match (inspect_file(file), alt(form, place)) {
            (Ok(image), Ok(alt)) => images.push((image, alt)),
            (Err(message), _) => fields.error("imagelinks", message),
            (_, Err(message)) => fields.error("alt", message),
        }
    }
    fields.finish(message.map(|message| Draft { message, author: author.flatten(), images }))
}

/// The text for the image at this place; none is empty.
fn alt(form: &Form, place: usize) -> Result<AltText, String> {
    let texts = form.all("alt");
    let text = match texts.get(place) {
        None => return Ok(AltText::default()),
        Some(Field::Text(text) | Field::Json(Value::String(text))) => text,
        Some(_) => return Err("Not a valid string.".to_owned()),
    };
    AltText::parse(text).map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
}

/// Images with the keys that they will be stored under.
type Objects = Vec<(ObjectKey, CleanImage)>;

/// Gives each image the key that it will be stored under.
fn name(
    state: &TweetsState,
    tweet: TweetId,
    images: Vec<(CleanImage, AltText)>,
) -> Result<(Objects, Vec<Media>), ApiError> {
    let (mut objects, mut media) = (Vec::new(), Vec::new());
    for (place, (image, alt)) in (0_u8..).zip(images) {
        let random = u128::from_le_bytes(state.entropy.bytes::<16>()?);
        let key = ObjectKey::tweet_image(tweet.uuid(), place, random, image.format);
        media.push(Media {
            id: MediaId::new(state.clock.now(), state.entropy.as_ref())?,
            key: key.as_str().to_owned(),
            width: image.width,
            height: image.height,
            alt,
        });
        objects.push((key, image));
    }
    Ok((objects, media))
}

/// Images of a tweet that was not written. Failing to remove them harms nobody; the log says so.
async fn remove(state: &TweetsState, objects: Objects) {
    let keys: Vec<ObjectKey> = objects.into_iter().map(|(key, _)| key).collect();
    if let Err(error) = state.bucket.delete(&keys).await {
        tracing::warn!(error = %error, "objects were left behind");
    }
}
