//! What several pages show: times, marks, lists with bulk actions, links to further pages, and what an action did.

use aviary_model::Timestamp;
use aviary_web::Form;
use maud::{Markup, html};

use crate::page::csrf_field;
use crate::query::{text, url};
use crate::visitor::Staff;

/// Entries of a page.
pub(crate) const PAGE: i32 = 20;

/// A moment, to the second, in UTC.
pub(crate) fn time(at: Timestamp) -> Markup {
    let exact = at.to_string();
    let shown: String = exact.chars().take(19).map(|c| if c == 'T' { ' ' } else { c }).collect();
    html! { time datetime=(exact) title="UTC" { (shown) } }
}

/// A number with its word, such as `1 tweet` or `2 tweets`.
pub(crate) fn counted(count: impl std::fmt::Display, one: &str, many: &str) -> String {
    let count = count.to_string();
    let word = if count == "1" { one } else { many };
    format!("{count} {word}")
}

/// A word with a colour. The word says it all; the colour only helps.
pub(crate) fn tag(kind: &str, word: &str) -> Markup {
    html! { span class={ "tag " (kind) } { (word) } }
}

/// The link to the page that follows after the place `next`, and the way back to the first one.
pub(crate) fn pager(path: &str, parameters: &[(&str, &str)], after: Option<&str>, next: Option<&str>) -> Markup {
    html! {
        @if after.is_some() || next.is_some() {
            nav.actions aria-label="Pages" {
                @if after.is_some() { a.button.quiet href=(url(path, parameters.iter().copied())) { "First page" } }
                @if let Some(next) = next {
                    a.button.quiet rel="next" href=(url(path, parameters.iter().copied().chain([("after", next)])))
                        { "Next page" }
                }
            }
        }
    }
}

/// A list whose entries have check boxes named `target`, and the actions that can be done to all that are ticked.
pub(crate) fn bulk(staff: &Staff, next: &str, acts: &[(&str, &str)], table: &Markup) -> Markup {
    html! {
        form.sheet method="post" action="/admin/act/" {
            (csrf_field(staff))
            input type="hidden" name="next" value=(next);
            (table)
            div.bar {
                div {
                    label for="act" { "With what is ticked" }
                    select #act name="act" { @for (act, words) in acts { option value=(act) { (words) } } }
                }
                button type="submit" { "Go" }
            }
        }
    }
}

/// A choice of one of several, and its label, for a form that asks for a list.
pub(crate) fn select(name: &str, words: &str, options: &[(&str, &str)], chosen: &str) -> Markup {
    html! {
        div {
            label for=(name) { (words) }
            select id=(name) name=(name) {
                @for (value, words) in options { option value=(value) selected[*value == chosen] { (words) } }
            }
        }
    }
}

/// The check box of an entry.
pub(crate) fn pick(target: &str, what: &str) -> Markup {
    html! { td.pick { input type="checkbox" name="target" value=(target) aria-label={ "Tick " (what) }; } }
}

/// A form with one button, which does one thing to one target.
pub(crate) fn act_button(
    staff: &Staff,
    next: &str,
    (act, target): (&str, &str),
    (style, words): (&str, &str),
) -> Markup {
    html! {
        form method="post" action="/admin/act/" {
            (csrf_field(staff))
            input type="hidden" name="next" value=(next);
            input type="hidden" name="target" value=(target);
            button class=(style) type="submit" name="act" value=(act) { (words) }
        }
    }
}

/// The link to the page that asks before something is deleted.
pub(crate) fn delete_link(next: &str, target: &str, words: &str) -> Markup {
    html! { a.button.danger href=(url("/admin/delete/", [("target", target), ("next", next)])) { (words) } }
}

/// What the action did that led to this page.
pub(crate) fn outcome(query: &Form) -> Markup {
    let count = |name: &str| text(query, name).and_then(|text| text.parse::<u32>().ok());
    let why = text(query, "why");
    let because = why.as_deref().and_then(|why| WHY.iter().find(|(code, _)| *code == why)).map(|(_, words)| *words);
    html! {
        @if let Some(done) = count("done") {
            @if done > 0 { p.note.good role="status" { "Done for " (done) (if done == 1 { " entry." } else {
                " entries." }) } }
        }
        @if let Some(undone) = count("undone") {
            @if undone > 0 {
                p.note.bad role="alert" {
                    "Not done for " (undone) (if undone == 1 { " entry" } else { " entries" })
                    @if let Some(because) = because { ": " (because) } @else { "." }
                }
            }
        }
    }
}

/// Why something was not done, by the code in the URL.
const WHY: [(&str, &str); 7] = [
    ("nothing", "nothing was ticked."),
    ("oneself", "nobody can deactivate, delete or demote themselves."),
    ("gone", "it is not there any more."),
    ("changed", "somebody else changed it at the same time. Look again."),
    ("no-address", "the account has no mail address."),
    ("stale", "your login is older than 15 minutes. Sign out and sign in, then do it again."),
    ("unfit", "this action does not fit to what was ticked."),
];

/// The place to go on at after an action: `next`, with what was done.
pub(crate) fn with_outcome(next: &str, done: u32, undone: u32, why: Option<&str>) -> String {
    let (path, query) = next.split_once('?').unwrap_or((next, ""));
    let kept = form_urlencoded::parse(query.as_bytes());
    let kept: Vec<(String, String)> = kept
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .filter(|(name, _)| !["done", "undone", "why"].contains(&name.as_str()))
        .collect();
    let (done, undone) = (done.to_string(), undone.to_string());
    let told = [("done", done.as_str()), ("undone", undone.as_str())].into_iter().filter(|(_, count)| *count != "0");
    let why = why.map(|why| ("why", why));
    url(path, kept.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(told).chain(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_replaces_the_one_before() {
        assert_eq!(with_outcome("/admin/users/", 2, 0, None), "/admin/users/?done=2");
        let next = "/admin/users/?q=a%26b&done=7&why=gone";
        assert_eq!(with_outcome(next, 0, 1, Some("changed")), "/admin/users/?q=a%26b&undone=1&why=changed");
    }
}
