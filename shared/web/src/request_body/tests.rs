#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::convert::Infallible;

use serde_json::{Value as Json, json};
use utoipa::{PartialSchema, ToSchema};

use crate::fields::Fields;
use crate::form::{Form, Renaming, Value};

fn text(text: &str) -> Result<String, Vec<Infallible>> {
    Ok(text.to_owned())
}

fn length(text: &str, most: usize) -> Result<usize, Vec<String>> {
    if text.len() > most { Err(vec![format!("At most {most}.")]) } else { Ok(text.len()) }
}

fn count(fields: &mut Fields<'_>, name: &str) -> Option<usize> {
    Some(fields.form().all(name).len())
}

/// A part of a song.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a schema alone")]
struct Verse {
    notes: String,
}

body! {
    /// A song.
    struct SongBody(most: usize) {
        /// How it is called.
        #[schema(example = "dawn")]
        title as "_title": String = required(text),
        /// A shorter name, at most as long as the title.
        short: usize = optional(|text| length(text, title.as_ref().map_or(most, String::len))),
        /// Whether it is heard at night.
        at_night as "atNight": bool = required_boolean(),
        /// The moon, if it is heard at night.
        moon: String = required(text) if at_night == Some(true),
        /// The verses.
        verses: usize = by([Verse], count),
        /// The number of birds.
        #[schema(minimum = 1)]
        birds: usize = required_by(u64, count),
        /// Recordings.
        recordings: usize = by([File], count),
        /// A picture.
        picture: usize = by(File, count),
        /// What another route calls the place.
        place: Renaming = required_handed_on("where"),
    }
}

body! {
    /// Who heard it.
    struct ListenerBody {
        /// The listener.
        listener: String = optional(text),
    }
}

joined_body! {
    /// A song and
    /// who heard it.
    struct HeardBody: SongBody, ListenerBody;
}

fn form(json: Json) -> Form {
    let Json::Object(fields) = json else { panic!("an object is needed") };
    Form::new(fields.into_iter().map(|(name, value)| (name, Value::Json(value))).collect())
}

/// The body, and what is wrong with it.
fn read(json: Json) -> (SongBody, String) {
    let form = form(json);
    let mut fields = Fields::of(&form);
    let body = SongBody::read(&mut fields, 9);
    let errors = fields.finish(Some(())).err();
    (body, errors.map(|errors| format!("{errors:?}")).unwrap_or_default())
}

#[test]
fn a_field_is_read_under_its_name_by_the_rule_of_what_stands_before() {
    let (body, errors) = read(json!({"_title": "dawn", "short": "da", "atNight": false, "moon": [], "verses": [1, 2]}));
    assert_eq!((body.title.as_deref(), body.short, body.at_night), (Some("dawn"), Some(2), Some(false)));
    assert_eq!((body.moon, body.verses, body.place), (None, Some(2), Some(("place", "where"))), "no moon is asked for");
    assert_eq!((body.birds, body.recordings, body.picture), (Some(0), Some(0), Some(0)));
    assert_eq!(errors, "");
    let (body, errors) = read(json!({"_title": "dawn", "short": "at dawn", "atNight": true}));
    assert_eq!((body.short, body.moon), (None, None));
    assert!(errors.contains("At most 4.") && errors.contains("moon"), "{errors}");
    let (body, errors) = read(json!({"short": "1234567890"}));
    assert!(body.title.is_none() && body.at_night.is_none(), "{body:?}");
    assert!(errors.contains("_title") && errors.contains("atNight") && errors.contains("At most 9."), "{errors}");
}

#[test]
fn the_schema_follows_from_the_readers() {
    let schema = serde_json::to_value(SongBody::schema()).unwrap();
    let property = |name: &str| schema["properties"][name].clone();
    assert_eq!(schema["description"], "A song.");
    assert_eq!(schema["required"], json!(["_title", "atNight", "birds", "place"]));
    assert_eq!(property("_title"), json!({"type": "string", "description": "How it is called.", "example": "dawn"}));
    assert_eq!(property("atNight")["type"], "boolean");
    assert_eq!(property("verses")["items"]["$ref"], "#/components/schemas/Verse");
    assert_eq!((&property("birds")["type"], &property("birds")["minimum"]), (&json!("integer"), &json!(1)));
    assert_eq!((&property("picture")["type"], &property("picture")["format"]), (&json!("string"), &json!("binary")));
    assert_eq!(property("recordings")["items"]["format"], "binary");
    assert_eq!(schema["properties"].as_object().unwrap().len(), 9);
}

#[test]
fn a_joined_body_has_the_fields_of_its_parts() {
    let schema = serde_json::to_value(HeardBody::schema()).unwrap();
    assert_eq!((HeardBody::name().as_ref(), &schema["description"]), ("HeardBody", &json!("A song and who heard it.")));
    assert_eq!(schema["properties"].as_object().unwrap().len(), 10);
    assert_eq!(schema["required"], json!(["_title", "atNight", "birds", "place"]));
    let mut schemas = Vec::new();
    HeardBody::schemas(&mut schemas);
    assert_eq!(schemas.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["Verse"]);
    let form = form(json!({"listener": "ada"}));
    assert_eq!(ListenerBody::read(&mut Fields::of(&form)).listener.as_deref(), Some("ada"));
}
