//! The names and sentences of an operation: its id, sections, summary and description.

use http::Method;

use crate::route_spec::{Repeats, RouteSpec, Who};

/// The tag of what the documents' own front-ends call beside the documents.
const ORIGINALS: &str = "originals";

/// The sections of the document: one per document that the service implements, one for its front-end's own routes, and
/// one for the rest.
pub(super) const SECTIONS: [(&str, &str, &str); 7] = [
    (
        "000",
        "Document 000",
        "A Twitter-like application: accounts, profiles, tweets. Its header is `JWT <access token>`.",
    ),
    ("001", "Document 001", "A Twitter-like application with pictures, videos and comments, and forms of its own."),
    ("002", "Document 002", "A web application that computes on encrypted integers, with sessions and cookies."),
    ("003", "Document 003", "Two small services of a game: accounts by name, and users."),
    ("004", "Document 004", "djoser's accounts and simplejwt's tokens."),
    (
        ORIGINALS,
        "Front-ends of the documents",
        "What the documents' own front-ends call beside the documents. New clients need none of it.",
    ),
    ("", "Beyond the documents", "What the documents do not describe."),
];

/// The sections that an operation belongs to, by the documents in its row and the tags of its annotation.
pub(super) fn sections(documents: &str, tags: &[&str]) -> Vec<&'static str> {
    let is_original = tags.contains(&ORIGINALS);
    let named = |number: &str| match number {
        "" => documents.is_empty(),
        ORIGINALS => is_original,
        number => documents.contains(number),
    };
    SECTIONS.iter().filter(|(number, _, _)| named(number)).map(|(_, name, _)| *name).collect()
}

/// The operation's id: its method and the words of its path, so that it is unique and typed clients name a function
/// after the URL, as this project names its files.
pub(super) fn operation_id(method: &Method, path: &str) -> String {
    let words = path.split(['/', '-', '.', '_']).filter(|word| !word.is_empty());
    let words = words.map(|word| match word.strip_prefix('{') {
        Some(name) => format!("by_{}", name.trim_end_matches('}')),
        None => word.to_lowercase(),
    });
    let id: Vec<String> = [method.as_str().to_lowercase()].into_iter().chain(words).collect();
    id.join("_").replace('}', "")
}

/// The summary, which is the first sentence of the handler's comment, and what follows it.
pub(super) fn split_comment(summary: &str, description: &str) -> (String, String) {
    let text = summary.replace('\n', " ");
    let (first, rest) = text.split_once(". ").unwrap_or((&text, ""));
    let more = [rest.trim(), description.trim()].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>();
    (first.trim().trim_end_matches('.').to_owned(), more.join("\n\n"))
}

/// What the row says, as a list in Markdown.
pub(super) fn facts(spec: &RouteSpec) -> String {
    let who = match spec.who {
        Who::Any => "anyone",
        Who::User => "every signed-in user",
        Who::Own if spec.staff_refused => "a signed-in user, about what is their own",
        Who::Own => "a signed-in user, about what is their own; staff too",
        Who::Staff => "staff",
    };
    let mut facts = vec![format!("Who: {who}.")];
    if let Some(limit) = spec.limit {
        facts.push(format!("Limit: `{}`.", limit.setting()));
    }
    match spec.repeats {
        Some(Repeats::NeedKey) => facts.push("Sent again: once, with the same `Idempotency-Key`.".to_owned()),
        Some(Repeats::Harmless(because)) => facts.push(format!("Sent again: {because}")),
        Some(Repeats::Reads) | None => {}
    }
    let trips = match spec.round_trips {
        0 => "none".to_owned(),
        trips => trips.to_string(),
    };
    facts.push(format!("Round trips to the database: {trips}."));
    facts.iter().map(|fact| format!("- {fact}")).collect::<Vec<_>>().join("\n")
}
