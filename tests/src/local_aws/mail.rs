//! Mails, which the local AWS keeps instead of sending them.

use serde_json::Value;

use crate::client::Service;
use crate::eventually::eventually;

/// A mail that contains a token.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The subject.
    pub subject: String,
    /// The part in plain text.
    pub text: String,
    /// The part in HTML.
    pub html: String,
}

impl Mail {
    /// The user id in the form that the endpoints take.
    #[must_use]
    pub fn uid(&self) -> String {
        self.line("uid: ")
    }

    /// The one-time token.
    #[must_use]
    pub fn token(&self) -> String {
        self.line("token: ")
    }

    /// The address that the mail links to.
    #[must_use]
    pub fn link(&self) -> String {
        let link = self.text.lines().find(|line| line.starts_with("http"));
        link.unwrap_or_else(|| panic!("no link in {}", self.text)).to_owned()
    }

    fn line(&self, name: &str) -> String {
        let found = self.text.lines().find_map(|line| line.strip_prefix(name));
        found.unwrap_or_else(|| panic!("no `{name}` in {}", self.text)).to_owned()
    }
}

impl Service {
    /// All mails to an address so far, the newest first.
    pub async fn mails(&self, address: &str) -> Vec<Mail> {
        let url = format!("{}/_local/emails?to={address}", self.aws_url);
        let list = self.fetch(&url).await.with_status(200).json();
        let text = |mail: &Value, name: &str| mail[name].as_str().unwrap_or_default().to_owned();
        let mails = list.as_array().expect("a list of mails").iter();
        let mails = mails.map(|mail| Mail {
            subject: text(mail, "subject"),
            text: text(mail, "text"),
            html: text(mail, "html"),
        });
        mails.collect()
    }

    /// The newest mail to an address with this subject, as soon as it has arrived.
    pub async fn mail_about(&self, address: &str, subject: &str) -> Mail {
        eventually(&format!("a mail `{subject}` to {address}"), async || {
            self.mails(address).await.into_iter().find(|mail| mail.subject == subject)
        })
        .await
    }

    /// The newest mail to an address, as soon as `count` mails have arrived.
    pub async fn mail(&self, address: &str, count: usize) -> Mail {
        let what = format!("{count} mail(s) to {address}");
        eventually(&what, async || {
            let mails = self.mails(address).await;
            if mails.len() >= count { mails.into_iter().next() } else { None }
        })
        .await
    }
}
