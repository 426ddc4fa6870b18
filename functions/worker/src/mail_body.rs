//! Renders mails as text and as HTML.

use aviary_model::Username;

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
    /// The user who is greeted.
    pub(crate) username: &'a Username,
    /// The first paragraph: what happened, and what the link does.
    pub(crate) opening: &'a str,
    /// The link's text.
    pub(crate) action: &'static str,
    /// The last paragraph: what to do if the mail was not expected.
    pub(crate) closing: &'static str,
}

impl MailBody {
    /// Renders the mail. `uid` and `token` are also shown as plain text, for apps that ask for them.
    pub(crate) fn new(words: &Wording<'_>, link: Option<&str>, uid: &str, token: &str) -> Self {
        Self { subject: words.subject, text: as_text(words, link, uid, token), html: as_html(words, link, uid, token) }
    }
}

fn as_text(words: &Wording<'_>, link: Option<&str>, uid: &str, token: &str) -> String {
    let Wording { username, opening, action, closing, .. } = words;
    let link = link.map(|link| format!("{action}:\n{link}\n\n")).unwrap_or_default();
    format!(
        "Hello {},\n\n{opening}\n\n{link}If your app asks for them:\nuid: {uid}\ntoken: {token}\n\n{closing}\n",
        username.as_str()
    )
}

fn as_html(words: &Wording<'_>, link: Option<&str>, uid: &str, token: &str) -> String {
    let Wording { subject, username, opening, action, closing } = words;
    let link = link.map(|link| format!("<p><a href=\"{}\">{}</a></p>\n", escape(link), escape(action)));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{}</title></head>\n<body>\n\
         <p>Hello {},</p>\n<p>{}</p>\n{}<p>If your app asks for them:<br>uid: <code>{}</code><br>\
         token: <code>{}</code></p>\n<p>{}</p>\n</body>\n</html>\n",
        escape(subject),
        escape(username.as_str()),
        escape(opening),
        link.unwrap_or_default(),
        escape(uid),
        escape(token),
        escape(closing),
    )
}

/// Escapes text for HTML, between tags and in quoted attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn mail(link: Option<&str>) -> MailBody {
        let username = Username::parse("wren").unwrap();
        let words = Wording {
            subject: "Subject",
            username: &username,
            opening: "Tom & <b>Jerry</b>",
            action: "Act",
            closing: "Bye",
        };
        MailBody::new(&words, link, "dWlk", "abc123")
    }

    #[test]
    fn values_never_become_markup() {
        let html = mail(Some("https://a.example/?a=\"><script>&b='")).html;
        assert!(html.contains("Tom &amp; &lt;b&gt;Jerry&lt;/b&gt;"), "{html}");
        assert!(html.contains("href=\"https://a.example/?a=&quot;&gt;&lt;script&gt;&amp;b=&#39;\""), "{html}");
    }

    #[test]
    fn both_parts_have_the_link_and_the_token() {
        let mail = mail(Some("https://a.example/r"));
        for part in [&mail.text, &mail.html] {
            for needed in ["wren", "https://a.example/r", "dWlk", "abc123", "Bye"] {
                assert!(part.contains(needed), "{needed}: {part}");
            }
        }
    }

    #[test]
    fn without_a_link_the_mail_still_has_the_token() {
        let mail = mail(None);
        assert!(mail.text.contains("token: abc123") && !mail.text.contains("Act"));
        assert!(!mail.html.contains("href"));
    }
}
