//! Reads the `message` field of tweets and comments.

use aviary_auth::AccountCounts;
use aviary_model::{Mention, TweetText};
use aviary_web::{Fields, Form};

/// The mentions in a form's message, and what its tags and mentions count. Mentions are looked up concurrently with the
/// first read, before the form is validated; a missing or invalid message mentions nobody here and is refused later.
pub(crate) fn mentions(form: &Form) -> (Vec<Mention>, AccountCounts) {
    let text = Fields::of(form).blankable("message", TweetText::parse);
    let (tags, mentions) = text.map(|text| (text.tags(), text.mentions())).unwrap_or_default();
    let counts = AccountCounts::default().tags_and_mentions(tags.len() + mentions.len());
    (mentions, counts)
}

/// Reads the message. Only if the tweet has media, it may be absent, or have nothing that a reader sees.
pub(crate) fn message(fields: &mut Fields<'_>, name: &str, may_be_blank: bool) -> Option<TweetText> {
    if may_be_blank {
        Some(fields.blankable(name, TweetText::parse).unwrap_or_default())
    } else {
        fields.required(name, TweetText::parse_visible)
    }
}
