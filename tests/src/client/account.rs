//! Accounts that have signed up, and their credentials.

use crate::client::answer::Answer;

/// A password that every password policy accepts.
pub const PASSWORD: &str = "Zx9!quokka-7";

/// An account with every credential that the answer to its signup contained.
#[derive(Clone, Debug)]
pub struct Account {
    /// The user's id.
    pub id: String,
    /// The username.
    pub username: String,
    /// The e-mail address.
    pub email: String,
    /// An access token.
    pub access: String,
    /// The refresh token of the same family.
    pub refresh: String,
    /// A device token: 40 hex digits.
    pub device_token: String,
    /// The cookies of its web session.
    pub cookies: Cookies,
}

/// The two cookies of a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookies {
    /// `sessionid`.
    pub session: String,
    /// `csrftoken`.
    pub csrf: String,
}

impl Cookies {
    /// Both cookies that an answer sets; it must set both.
    #[must_use]
    #[track_caller]
    pub fn of(answer: &Answer) -> Self {
        let value = |name| answer.cookie(name).unwrap_or_else(|| panic!("{name} was not set")).value;
        Self { session: value("sessionid"), csrf: value("csrftoken") }
    }

    /// The `Cookie` header in which a browser sends them.
    #[must_use]
    pub fn header(&self) -> String {
        format!("sessionid={}; csrftoken={}", self.session, self.csrf)
    }
}
