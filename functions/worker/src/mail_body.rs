//! Renders mails as text and as HTML.

use aviary_model::Username;
use maud::{DOCTYPE, html};

/// A mail without its recipient.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MailBody {
    pub(crate) subject: &'static str,
    pub(crate) text: String,
    pub(crate) html: String,
}

/// The wording of a mail.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wording<'a> {
    pub(crate) subject: &'static str,
    /// The user who is greeted, if the mailbox is known to be the user's.
    pub(crate) greeted: Option<&'a Username>,
    /// The first paragraph: what happened, and what the link does.
    pub(crate) opening: &'static str,
    /// The last paragraph: what to do if the mail was not expected.
    pub(crate) closing: &'static str,
}

/// What the reader of a mail can do with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Action<'a> {
    /// The link's text.
    pub(crate) label: &'static str,
    pub(crate) link: Option<&'a str>,
    /// Also shown as plain text, for apps that ask for it.
    pub(crate) uid: &'a str,
    /// As `uid`.
    pub(crate) token: &'a str,
}

impl MailBody {
    /// Renders a mail; without an action it only tells.
    pub(crate) fn new(words: &Wording<'_>, action: Option<Action<'_>>) -> Self {
        Self { subject: words.subject, text: as_text(words, action), html: as_html(words, action) }
    }
}

/// The longest name that is greeted, and the most digits in it.
const MAX_GREETED: usize = 30;
const MAX_DIGITS: usize = 4;

/// Mail programs make links of texts like `www.example.com`, `ada@example.com` or a number to call. A stranger chooses
/// the username, and our mail must not carry the stranger's link.
fn greeting(greeted: Option<&Username>) -> String {
    let name = greeted.map(Username::as_str).filter(|name| !could_become_a_link(name));
    name.map_or_else(|| "Hello,".to_owned(), |name| format!("Hello {name},"))
}

fn could_become_a_link(name: &str) -> bool {
    let digits = name.chars().filter(|c| c.is_numeric()).count();
    // Signs between words make a sentence of a name, and many digits of any script a number to call. The two letters of
    // Lisu look like a dot and a colon.
    let has_signs = name.contains(['.', '@', '+', '-', 'ꓸ', 'ꓽ']);
    has_signs || digits > MAX_DIGITS || name.chars().count() > MAX_GREETED || !name.chars().any(char::is_alphabetic)
}

fn as_text(words: &Wording<'_>, action: Option<Action<'_>>) -> String {
    let Wording { opening, closing, .. } = words;
    let action = action.map(|Action { label, link, uid, token }| {
        let link = link.map(|link| format!("{label}:\n{link}\n\n")).unwrap_or_default();
        format!("{link}If your app asks for them:\nuid: {uid}\ntoken: {token}\n\n")
    });
    format!("{}\n\n{opening}\n\n{}{closing}\n", greeting(words.greeted), action.unwrap_or_default())
}

fn as_html(words: &Wording<'_>, action: Option<Action<'_>>) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { (words.subject) } }
            body {
                p { (greeting(words.greeted)) }
                p { (words.opening) }
                @if let Some(Action { label, link, uid, token }) = action {
                    @if let Some(link) = link { p { a href=(link) { (label) } } }
                    p {
                        "If your app asks for them:" br;
                        "uid: " code { (uid) } br;
                        "token: " code { (token) }
                    }
                }
                p { (words.closing) }
            }
        }
    };
    page.into_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn mail(name: &str, link: Option<&str>) -> MailBody {
        let username = Username::parse(name).unwrap();
        let words =
            Wording { subject: "Subject", greeted: Some(&username), opening: "Tom & <b>Jerry</b>", closing: "Bye" };
        MailBody::new(&words, Some(Action { label: "Act", link, uid: "dWlk", token: "abc123" }))
    }

    #[test]
    fn values_never_become_markup() {
        let html = mail("wren", Some("https://a.example/?a=\"><script>&b='")).html;
        assert!(html.contains("Tom &amp; &lt;b&gt;Jerry&lt;/b&gt;"), "{html}");
        assert!(html.contains("href=\"https://a.example/?a=&quot;&gt;&lt;script&gt;&amp;b='\""), "{html}");
    }

    #[test]
    fn both_parts_have_the_link_and_the_token() {
        let mail = mail("wren", Some("https://a.example/r"));
        for part in [&mail.text, &mail.html] {
            for needed in ["Hello wren,", "https://a.example/r", "dWlk", "abc123", "Bye"] {
                assert!(part.contains(needed), "{needed}: {part}");
            }
        }
    }

    #[test]
    fn without_a_link_the_mail_still_has_the_token() {
        let mail = mail("wren", None);
        assert!(mail.text.contains("token: abc123") && !mail.text.contains("Act"));
        assert!(!mail.html.contains("href"));
    }

    #[test]
    fn a_name_that_could_become_a_link_is_not_in_the_mail() {
        for name in [
            "www.evil.example",
            "ada@example.com",
            "evil.example",
            "+1-800-555-0199",
            "0123456789",
            "CALL_1800_555_4038",
            "Ring٠٨٠٠١٢٣٤٥٦٧7",
            "wwwꓸevilꓸcom",
            "your-account-is-locked",
            "your_account_is_locked_so_call_us",
        ] {
            let mail = mail(name, None);
            for part in [&mail.text, &mail.html] {
                assert!(part.contains("Hello,") && !part.contains(name), "{name}: {part}");
            }
        }
        for name in ["wren1984", "ada_lovelace", "名前"] {
            assert!(mail(name, None).text.contains(&format!("Hello {name},")), "{name}");
        }
    }
}
