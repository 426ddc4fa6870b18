//! Finds the places in a text where a tag or a mention may begin.

use std::ops::Range;

use linkify::{LinkFinder, LinkKind};

/// Characters that end a link although an internationalised address may contain them: writers of East Asian languages
/// put them, and their spaces, between a link and their text.
const BETWEEN: &str =
    "、。〈〉《》「」『』【】〔〕〖〗〘〙〚〛〝〞〟！（），：；？［］｛｝｟｠｡｢｣､“”„«»‹›…،؛؟।॥\u{200b}";

/// What follows each of these signs in a text, where one may begin a tag or a mention: what stands before is not an
/// ASCII letter, digit or `_`, and the sign is not within a link.
pub(crate) fn after_signs<'a>(text: &'a str, signs: &'a [char]) -> impl Iterator<Item = &'a str> {
    let links = links(text);
    text.char_indices().filter(|(_, c)| signs.contains(c)).filter_map(move |(at, sign)| {
        let before = text.get(..at)?.chars().next_back();
        let is_inside_word = before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        let is_inside_link = links.iter().any(|link| link.contains(&at));
        text.get(at + sign.len_utf8()..).filter(|_| !is_inside_word && !is_inside_link)
    })
}

/// The links of a text, with or without a scheme, each with its fragment.
fn links(text: &str) -> Vec<Range<usize>> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]).url_must_have_scheme(false);
    let mut links = Vec::new();
    let mut at = 0;
    for piece in text.split_inclusive(|c: char| c.is_whitespace() || BETWEEN.contains(c)) {
        let piece_text = piece.trim_end_matches(|c: char| c.is_whitespace() || BETWEEN.contains(c));
        for link in finder.links(piece_text) {
            // The library ends a link before a fragment that directly follows the host.
            let rest = piece_text.get(link.end()..).unwrap_or_default();
            let end = if rest.starts_with('#') { piece_text.len() } else { link.end() };
            links.push(at + link.start()..at + end);
        }
        at += piece.len();
    }
    links
}
