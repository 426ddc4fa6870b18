//! The password policy: Django's four validators with its texts.

use aviary_model::{Email, Username};
use aviary_runtime::{Settings, SettingsError};

use crate::common_passwords::is_common;
use crate::password::PasswordText;
use crate::similarity::is_similar;

/// The strictness of signups, a parameter of the deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Every signup uses all validators.
    Standard,
    /// Signups accept each document's own examples. Later changes of a password use all validators.
    Documented,
}

/// The form of a signup; decides which validators [`Policy::Documented`] leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignupForm {
    /// Documents 000 and 002: all validators.
    Full,
    /// Documents 001 and 003, with one password field and short examples: a minimum of 6 characters only.
    OneField,
    /// Document 004, whose example resembles its username: no check of similarity.
    Retyped,
}

/// A rule that a password breaks, in Django's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Too similar to the username.
    #[error("The password is too similar to the username.")]
    LikeUsername,
    /// Too similar to the email address.
    #[error("The password is too similar to the email address.")]
    LikeEmail,
    /// Fewer than this many characters.
    #[error("This password is too short. It must contain at least {0} characters.")]
    TooShort(usize),
    /// On the list of common passwords.
    #[error("This password is too common.")]
    Common,
    /// Digits only.
    #[error("This password is entirely numeric.")]
    Numeric,
}

const MIN_CHARACTERS: usize = 8;
const MIN_CHARACTERS_DOCUMENTED: usize = 6;

impl Policy {
    /// Reads `AVIARY_PASSWORD_POLICY`; `standard` by default.
    ///
    /// # Errors
    /// When the setting is neither `standard` nor `documented`.
    pub fn of(settings: &Settings) -> Result<Self, SettingsError> {
        match settings.optional("AVIARY_PASSWORD_POLICY") {
            None | Some("standard") => Ok(Self::Standard),
            Some("documented") => Ok(Self::Documented),
            Some(other) => Err(SettingsError::Invalid {
                name: "AVIARY_PASSWORD_POLICY",
                value: other.to_owned(),
                takes: "standard or documented",
            }),
        }
    }

    /// All rules that a new user's password breaks, in Django's order.
    #[must_use]
    pub fn at_signup(
        self,
        form: SignupForm,
        password: &PasswordText,
        username: &Username,
        email: Option<&Email>,
    ) -> Vec<PolicyError> {
        match (self, form) {
            (Self::Documented, SignupForm::OneField) => {
                too_short(password, MIN_CHARACTERS_DOCUMENTED).into_iter().collect()
            }
            (Self::Documented, SignupForm::Retyped) => without_similarity(password),
            _ => all(password, username, email),
        }
    }
}

/// All rules that a password breaks while its user is unknown: everything but similarity.
#[must_use]
pub fn without_owner(password: &PasswordText) -> Vec<PolicyError> {
    without_similarity(password)
}

/// All rules that a changed password breaks, in Django's order. Every change uses all validators.
#[must_use]
pub fn at_change(password: &PasswordText, username: &Username, email: Option<&Email>) -> Vec<PolicyError> {
    all(password, username, email)
}

fn all(password: &PasswordText, username: &Username, email: Option<&Email>) -> Vec<PolicyError> {
    let similar = if is_similar(password.expose(), username.as_str()) {
        Some(PolicyError::LikeUsername)
    } else if email.is_some_and(|email| is_similar(password.expose(), email.as_str())) {
        Some(PolicyError::LikeEmail)
    } else {
        None
    };
    similar.into_iter().chain(without_similarity(password)).collect()
}

fn without_similarity(password: &PasswordText) -> Vec<PolicyError> {
    let text = password.expose();
    let common = is_common(text).then_some(PolicyError::Common);
    let numeric = text.chars().all(char::is_numeric).then_some(PolicyError::Numeric);
    [too_short(password, MIN_CHARACTERS), common, numeric].into_iter().flatten().collect()
}

fn too_short(password: &PasswordText, min: usize) -> Option<PolicyError> {
    (password.expose().chars().count() < min).then_some(PolicyError::TooShort(min))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(policy: Policy, form: SignupForm, password: &str, name: &str, email: &str) -> Vec<PolicyError> {
        let password = PasswordText::parse(password).expect("a text");
        let name = Username::parse(name).expect("a name");
        policy.at_signup(form, &password, &name, Email::parse(email).ok().as_ref())
    }

    #[test]
    fn all_broken_rules_are_reported_in_djangos_order() {
        use PolicyError::{Common, LikeEmail, LikeUsername, Numeric, TooShort};
        let standard = |password, name, email| broken(Policy::Standard, SignupForm::OneField, password, name, email);
        assert_eq!(standard("12345", "w85451", ""), [TooShort(8), Common, Numeric]);
        assert_eq!(standard("quokkaman1", "quokkaman", ""), [LikeUsername]);
        assert_eq!(standard("wombatking", "w85451", "wombatking@example.com"), [LikeEmail]);
        assert_eq!(standard("password123", "w85451", ""), [Common]);
        assert_eq!(standard("Zx9!quokka-7", "w85451", ""), []);
    }

    #[test]
    fn documented_accepts_each_documents_example_and_nothing_weaker() {
        let documented = |form, password, name| broken(Policy::Documented, form, password, name, "");
        assert_eq!(documented(SignupForm::OneField, "abcd321", "abc_1232"), []);
        assert_eq!(documented(SignupForm::OneField, "password123", "new_user"), []);
        assert_eq!(documented(SignupForm::Retyped, "example_password", "example_user"), []);
        assert_eq!(documented(SignupForm::OneField, "abcd3", "abc_1232"), [PolicyError::TooShort(6)]);
        assert_eq!(documented(SignupForm::Retyped, "password123", "example_user"), [PolicyError::Common]);
        assert_eq!(documented(SignupForm::Full, "quokkaman1", "quokkaman"), [PolicyError::LikeUsername]);
    }
}
