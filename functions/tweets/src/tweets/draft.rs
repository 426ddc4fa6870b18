//! Reads a form into the fields of a new tweet; all invalid fields are reported at once.

use std::convert::Infallible;

use aviary_media::{CleanImage, CleanVideo};
use aviary_model::{AltText, Link, MediaId, TweetId, TweetText};
use aviary_store::{MediaKind, MediaUpload, Tweet, Unusable};
use aviary_web::{ApiError, Fields, File, Form, Value as Field, body, inspect_file, inspect_video_file};
use serde_json::Value;

use crate::in_reply_to::{in_reply_to, no_object, shortened};
use crate::message::message;

const MAX_IMAGES: usize = 3;
const MAX_VIDEOS: usize = 1;
const NO_FILE: &str = "The submitted data was not a file. Check the encoding type on the form.";

body! {
    /// A new tweet. It may answer a tweet, and show up to three images or a video, sent with it or uploaded before.
    pub(crate) struct TweetBody(sent: &Sent<'_>) {
        /// At most 280 characters. May be absent or empty if the tweet has media.
        #[schema(example = "Hello, world")]
        message: TweetText = by(String, |fields, name| message(fields, name, sent.has_media)),
        /// If sent, it must be the caller's own id.
        author: Option<String> = blankable(trimmed),
        /// A description of each file, in the order of the files.
        alt: Vec<Field> = by([String], |fields, name| Some(fields.form().all(name))),
        /// Up to three images, each JPEG, PNG, GIF or WebP, as far as a request holds them.
        imagelinks: Vec<(CleanImage, AltText)> =
            by([File], |fields, name| Some(read_images(fields, name, alt.as_deref().unwrap_or_default()))),
        /// One video instead of images: MP4 or QuickTime, at most 140 seconds.
        videolinks: (CleanVideo, AltText) =
            by([File], |fields, name| read_video(fields, name, alt.as_deref().unwrap_or_default(), sent)),
        /// The ids of files that were uploaded before.
        media: Vec<MediaUpload> = by([String], |fields, name| Some(read_uploads(fields, name, sent))),
        /// The id of the tweet that this one answers.
        in_reply_to: () = by(String, |fields, name| answers(fields, name, sent.parent)),
    }
}

/// What the fields of a new tweet depend on.
pub(crate) struct Sent<'a> {
    /// The number of images that are sent with the tweet.
    images: usize,
    /// The number of videos that are sent with it.
    videos: usize,
    has_media: bool,
    /// The answered tweet, if it exists.
    parent: Option<&'a Tweet>,
    /// The caller's media items that the form names.
    found: &'a [MediaUpload],
}

/// The valid fields of a new tweet.
pub(crate) struct Draft {
    pub(crate) message: TweetText,
    pub(crate) author: Option<String>,
    pub(crate) images: Vec<(CleanImage, AltText)>,
    pub(crate) video: Option<(CleanVideo, AltText)>,
    /// A picture on another site.
    pub(crate) media_url: Option<Link>,
    /// What was uploaded before, in the order in which it is named.
    pub(crate) uploads: Vec<MediaUpload>,
}

/// The id of the tweet that the form answers; `None` if the field is absent or invalid.
pub(crate) fn parent_of(form: &Form) -> Option<TweetId> {
    in_reply_to(form, "tweet").ok()??.parse().ok()
}

impl Draft {
    /// Reads a form, with the link of a picture if it `takes_link`. `parent` is the answered tweet, if it exists;
    /// `found` are the caller's media items that it names.
    ///
    /// # Errors
    /// 400 with the errors of all fields.
    pub(crate) fn read(
        form: &Form,
        takes_link: bool,
        parent: Option<&Tweet>,
        found: &[MediaUpload],
    ) -> Result<Self, ApiError> {
        let mut fields = Fields::of(form);
        let link = takes_link.then(|| fields.blankable("media_url", Link::parse_blankable));
        let media_url = link.flatten().flatten();
        let (images, videos) = (form.files("imagelinks").len(), form.files("videolinks").len());
        let has_files = images > 0 || videos > 0 || found.iter().any(|upload| upload.usable().is_ok());
        let sent = Sent { images, videos, has_media: has_files || media_url.is_some(), parent, found };
        let body = TweetBody::read(&mut fields, &sent);
        let TweetBody { message, author, imagelinks, videolinks: video, media, in_reply_to, .. } = body;
        let (author, images, uploads) = (author.flatten(), imagelinks.unwrap_or_default(), media.unwrap_or_default());
        let complete = message.zip(in_reply_to);
        fields.finish(complete.map(|(message, ())| Self { message, author, images, video, media_url, uploads }))
    }
}

/// A text without white space around it; `None` if nothing is left.
fn trimmed(text: &str) -> Result<Option<String>, Vec<Infallible>> {
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// Refuses what is no file, and more files than the field takes.
fn check_count(fields: &mut Fields<'_>, name: &str, most: usize) {
    if fields.form().has_non_file(name) {
        fields.error(name, NO_FILE);
    }
    if fields.form().files(name).len() > most {
        let element = if most == 1 { "element" } else { "elements" };
        fields.error(name, format!("Ensure this field has no more than {most} {element}."));
    }
}

/// Demands that the tweet that the field names exists. `None` if it doesn't.
fn answers(fields: &mut Fields<'_>, name: &str, parent: Option<&Tweet>) -> Option<()> {
    let wrong = match in_reply_to(fields.form(), "tweet") {
        Ok(Some(id)) if parent.is_none() => no_object(&id),
        Ok(_) => return Some(()),
        Err(message) => message,
    };
    fields.error(name, wrong);
    None
}

fn read_images(fields: &mut Fields<'_>, name: &str, texts: &[Field]) -> Vec<(CleanImage, AltText)> {
    check_count(fields, name, MAX_IMAGES);
    let mut images = Vec::new();
    for (place, file) in placed_files(fields.form(), name, texts.len()).into_iter().take(MAX_IMAGES) {
        match inspect_file(file) {
            Ok(image) => images.extend(alt(fields, texts, place).map(|alt| (image, alt))),
            Err(message) => fields.error(name, message),
        }
    }
    images
}

fn read_video(fields: &mut Fields<'_>, name: &str, texts: &[Field], sent: &Sent<'_>) -> Option<(CleanVideo, AltText)> {
    check_count(fields, name, MAX_VIDEOS);
    if sent.images > 0 && sent.videos > 0 {
        fields.error(name, "A tweet shows images or a video, not both.");
    }
    let (place, file) = placed_files(fields.form(), name, texts.len()).into_iter().next()?;
    match inspect_video_file(file) {
        Ok(video) => Some((video, alt(fields, texts, place)?)),
        Err(message) => {
            fields.error(name, message);
            None
        }
    }
}

/// The files of a field, each with the place of its description among those of the form. Inputs that were left empty
/// have places too. With as many descriptions as inputs of both fields, each description belongs to the input of its
/// place in the whole form, otherwise to the one of its place in the field.
fn placed_files<'a>(form: &'a Form, field: &str, descriptions: usize) -> Vec<(usize, &'a File)> {
    let of_form = form.file_inputs_of(&["imagelinks", "videolinks"]);
    let has_one_each = descriptions == of_form.len();
    let own = of_form.iter().enumerate().filter(|(_, (name, _))| *name == field);
    let placed =
        own.enumerate().map(|(in_field, (in_form, (_, file)))| (if has_one_each { in_form } else { in_field }, *file));
    placed.filter_map(|(place, file)| Some((place, file?))).collect()
}

/// The description at a place; an absent one is empty.
fn alt(fields: &mut Fields<'_>, texts: &[Field], place: usize) -> Option<AltText> {
    let parsed = match texts.get(place) {
        None => return Some(AltText::default()),
        Some(Field::Text(text) | Field::Json(Value::String(text))) => AltText::parse(text),
        Some(_) => {
            fields.error("alt", "Not a valid string.");
            return None;
        }
    };
    parsed.map_err(|errors| errors.iter().for_each(|error| fields.error("alt", error))).ok()
}

/// The media that a form names, as texts, each with what is wrong with it. A blank text names none.
///
/// # Errors
/// What is wrong with the field as a whole.
fn media_ids(form: &Form) -> Result<Vec<Result<String, &'static str>>, String> {
    let is_list = match form.get("media") {
        Some(Field::Json(Value::Null)) => return Ok(Vec::new()),
        Some(Field::Json(value)) => value.is_array(),
        Some(Field::Number(_) | Field::Object(_)) => false,
        _ => true,
    };
    if !is_list {
        return Err("Expected a list of items.".to_owned());
    }
    let sent = form.all("media");
    if sent.len() > MAX_IMAGES {
        return Err(format!("Ensure this field has no more than {MAX_IMAGES} elements."));
    }
    let mut ids = Vec::new();
    for value in sent {
        match value {
            Field::Text(text) if text.is_empty() => {}
            Field::Text(id) | Field::Json(Value::String(id)) => ids.push(Ok(id.trim().to_owned())),
            _ => ids.push(Err("Incorrect type. Expected a media id.")),
        }
    }
    Ok(ids)
}

/// The ids of the media that a form names, as far as they are ids.
pub(crate) fn named_media(form: &Form) -> Vec<MediaId> {
    media_ids(form).unwrap_or_default().into_iter().filter_map(|id| id.ok()?.parse().ok()).collect()
}

/// The media items that the form names. Another's is as unknown as one that does not exist.
fn read_uploads(fields: &mut Fields<'_>, name: &str, sent: &Sent<'_>) -> Vec<MediaUpload> {
    let named = media_ids(fields.form()).unwrap_or_else(|error| {
        fields.error(name, error);
        Vec::new()
    });
    let mut uploads: Vec<MediaUpload> = Vec::new();
    for id in named {
        let id = match id {
            Ok(id) => id,
            Err(wrong) => {
                fields.error(name, wrong);
                continue;
            }
        };
        let media = sent.found.iter().find(|upload| id.parse() == Ok(upload.id));
        let usable = media.ok_or(Unusable::Unknown).and_then(|upload| upload.usable().map(|()| upload));
        match usable {
            Ok(upload) if uploads.iter().any(|other| other.id == upload.id) => {
                fields.error(name, format!("Media \"{}\" is named twice.", shortened(&id)));
            }
            Ok(upload) => uploads.push(upload.clone()),
            Err(reason) => fields.error(name, unusable(&id, &reason)),
        }
    }
    check_together(fields, name, sent, &uploads);
    uploads
}

fn unusable(id: &str, reason: &Unusable) -> String {
    let shown = shortened(id);
    match reason {
        Unusable::Unknown => no_object(id),
        Unusable::Waiting => format!("Media \"{shown}\" is not uploaded yet."),
        Unusable::Rejected(reason) => format!("Media \"{shown}\" was rejected: {reason}"),
        Unusable::Used => format!("Media \"{shown}\" is shown by a tweet already."),
    }
}

/// A tweet shows up to three images or a video, wherever they come from.
fn check_together(fields: &mut Fields<'_>, name: &str, sent: &Sent<'_>, uploads: &[MediaUpload]) {
    let of = |kind: MediaKind| uploads.iter().filter(|upload| upload.kind == kind).count();
    let (named_images, named_videos) = (of(MediaKind::Image), of(MediaKind::Video));
    if named_images + named_videos == 0 {
        return;
    }
    if sent.images + named_images > MAX_IMAGES {
        fields.error(name, format!("A tweet shows no more than {MAX_IMAGES} images."));
    }
    if sent.videos + named_videos > MAX_VIDEOS {
        fields.error(name, format!("A tweet shows no more than {MAX_VIDEOS} video."));
    }
    if sent.images + named_images > 0 && sent.videos + named_videos > 0 {
        fields.error(name, "A tweet shows images or a video, not both.");
    }
}
