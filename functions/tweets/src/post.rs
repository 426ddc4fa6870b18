//! `POST /tweet` (document 001): a message with up to three images, as a browser's form sends it.

use std::convert::Infallible;

use aviary_auth::Claimed;
use aviary_media::{CleanImage, ObjectKey, inspect_file};
use aviary_model::{AltText, MediaId, TweetId, TweetText};
use aviary_store::{Media, Tweet};
use aviary_web::{ApiError, Client, Fields, Form, Payload, Value};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join_all;
use http::StatusCode;
use serde::Serialize;
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

/// Posts a tweet. Two steps, and one upload per image. Metadata of images, such as a photo's position, is
/// removed before they are stored.
#[utoipa::path(post, path = "/tweet", tag = "tweets",
    request_body(content = PostBody, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The tweet", body = ShownTweet),
        (status = 400, description = "What is wrong with which field"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 403, description = "`author` is somebody else"),
    ))]
pub async fn post(
    State(state): State<TweetsState>,
    client: Client,
    claimed: Claimed,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<ShownTweet>), ApiError> {
    let id = claimed.user();
    let claimed = claimed.with_form(&form);
    let (caller, author) = claimed.confirm_beside(state.profiles.by_id(id)).await?;
    let author = author.ok_or_else(ApiError::not_found)?;
    let draft = read(&form)?;
    if draft.author.is_some_and(|author| author != caller.user.to_string()) {
        return Err(ApiError::permission_denied());
    }
    let now = state.clock.now();
    let tweet_id = TweetId::new(now, state.entropy.as_ref())?;
    let (objects, media) = name(&state, tweet_id, draft.images)?;
    let tweet = Tweet {
        id: tweet_id,
        author: caller.user,
        message: draft.message,
        media,
        likes: 0,
        comments: 0,
        retweets: 0,
        created_at: now,
    };
    if let Err(error) = store(&state, &tweet, &objects).await {
        remove(&state, objects).await;
        return Err(error);
    }
    Ok((StatusCode::CREATED, Json(ShownTweet::of(tweet, &author, &state.bucket, &client))))
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
        Some(Value::Text(text) | Value::Json(serde_json::Value::String(text))) => text,
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

/// The images first, beside each other, then the tweet that names them.
async fn store(state: &TweetsState, tweet: &Tweet, objects: &[(ObjectKey, CleanImage)]) -> Result<(), ApiError> {
    try_join_all(objects.iter().map(|(key, image)| state.bucket.put(key, image))).await?;
    Ok(state.tweets.create(tweet).await?)
}

/// Images of a tweet that was not written. Failing to remove them harms nobody; the log says so.
async fn remove(state: &TweetsState, objects: Objects) {
    let keys: Vec<ObjectKey> = objects.into_iter().map(|(key, _)| key).collect();
    if let Err(error) = state.bucket.delete(&keys).await {
        tracing::warn!(error = %error, "objects were left behind");
    }
}
