//! Converts the users of a dump to users of this service. Nothing is written before all are converted.

use std::collections::HashMap;
use std::fmt::Display;

use aviary_auth::from_django;
use aviary_model::{Alias, Email, NameKey, Timestamp, Username};
use aviary_store::Principal;

use crate::django_dump::DjangoUser;

/// A user that can be imported.
#[derive(Debug)]
pub struct ImportedUser {
    /// The username, valid here.
    pub username: Username,
    /// The mail address; `None` if it was blank.
    pub email: Option<Email>,
    /// The password's hash. Without one the user has to reset the password.
    pub password: Option<String>,
    /// First and last name, shown next to the username.
    pub alias: Alias,
    /// Whether the account is active. Nobody is imported as staff.
    pub principal: Principal,
    /// When the user joined; without it, the time of the import counts.
    pub joined: Option<Timestamp>,
    /// What could not be imported, for the line about this user.
    pub notes: Vec<String>,
}

/// A user of a dump, converted or refused.
#[derive(Debug)]
pub struct PlannedUser {
    /// The username and primary key, for messages.
    pub label: String,
    /// The converted user, or why it is skipped.
    pub plan: Result<ImportedUser, String>,
}

/// Converts all users. Of two whose names or addresses differ only in case, the first is imported.
#[must_use]
pub fn plan(users: Vec<DjangoUser>) -> Vec<PlannedUser> {
    let mut owners: HashMap<NameKey, String> = HashMap::new();
    users
        .into_iter()
        .map(|user| {
            let label = format!("{} ({})", printable(&user.fields.username), printable(&user.pk));
            let plan = convert(&user).and_then(|imported| {
                claim_names(&mut owners, &imported, &label)?;
                Ok(imported)
            });
            PlannedUser { label, plan }
        })
        .collect()
}

/// Fails if an earlier user of the dump has the name or the address. Both share one namespace.
fn claim_names(owners: &mut HashMap<NameKey, String>, user: &ImportedUser, label: &str) -> Result<(), String> {
    let name = user.username.key();
    let email = user.email.as_ref().map(Email::key);
    if let Some(other) = owners.get(&name) {
        return Err(format!("the name is also that of {other} in the same file"));
    }
    if let Some(other) = email.as_ref().and_then(|email| owners.get(email)) {
        return Err(format!("the address is also that of {other} in the same file"));
    }
    owners.extend([Some(name), email].into_iter().flatten().map(|key| (key, label.to_owned())));
    Ok(())
}

fn convert(user: &DjangoUser) -> Result<ImportedUser, String> {
    let fields = &user.fields;
    let username = Username::parse(&fields.username).map_err(|errors| format!("its name: {}", sentence(&errors)))?;
    let email = match fields.email.trim() {
        "" => None,
        text => Some(Email::parse(text).map_err(|errors| format!("its address: {}", sentence(&errors)))?),
    };
    let mut notes = Vec::new();
    let password = from_django(&fields.password);
    if password.is_none() {
        notes.push(format!("without a password, since {}", why_unusable(&fields.password)));
    }
    let alias = Alias::parse(&format!("{} {}", fields.first_name.trim(), fields.last_name.trim()));
    let alias = alias.unwrap_or_else(|errors| {
        notes.push(format!("without its real name: {}", sentence(&errors)));
        Alias::default()
    });
    // Who could read the mailbox of an old staff account would have its rights: an operator gives them again.
    let principal = Principal { epoch: 0, active: fields.is_active, staff: false };
    if fields.is_staff {
        notes.push(format!("no longer staff: `cargo xtask staff {}` makes it staff", username.as_str()));
    }
    Ok(ImportedUser { username, email, password, alias, principal, joined: user.joined, notes })
}

fn why_unusable(password: &str) -> String {
    match password.split('$').next() {
        _ if password.starts_with('!') => "it has none".to_owned(),
        Some("pbkdf2_sha256" | "argon2") => "its hash is broken or out of bounds".to_owned(),
        Some(algorithm) if password.contains('$') => format!("hashes of {} can't be kept", printable(algorithm)),
        _ => "its hash is in no known form".to_owned(),
    }
}

fn sentence<E: Display>(errors: &[E]) -> String {
    let texts: Vec<String> = errors.iter().map(|error| error.to_string().trim_end_matches('.').to_owned()).collect();
    texts.join("; ")
}

/// Escapes control characters, so that a text from a file cannot break the line or control the terminal.
fn printable(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { vec![c] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::django_dump;
    use serde_json::{Value, json};

    const PBKDF2: &str = "pbkdf2_sha256$10000$seasalt$CWWFdHOWwPnki7HvkcqN9iA2T3KLW1cf2uZ5kvArtVY=";

    fn planned(users: &[Value]) -> Vec<PlannedUser> {
        let objects: Vec<Value> =
            users.iter().zip(1..).map(|(f, pk)| json!({"model": "auth.user", "pk": pk, "fields": f})).collect();
        plan(django_dump::read(Value::from(objects).to_string().as_bytes()).unwrap().users)
    }

    fn skipped(user: Value) -> String {
        planned(&[user]).remove(0).plan.unwrap_err()
    }

    #[test]
    fn flags_names_and_hashes_are_imported() {
        let user = json!({"username": "Ada", "email": "Ada@Example.com", "password": PBKDF2, "is_active": false,
            "is_staff": true, "first_name": "Ada ", "last_name": "Lovelace"});
        let ada = planned(&[user]).remove(0);
        assert_eq!(ada.label, "Ada (1)");
        let ada = ada.plan.unwrap();
        assert_eq!((ada.username.as_str(), ada.email.unwrap().as_str()), ("Ada", "Ada@example.com"));
        assert_eq!((ada.alias.as_str(), ada.password.as_deref()), ("Ada Lovelace", Some(PBKDF2)));
        assert_eq!((ada.principal.active, ada.principal.staff, ada.principal.epoch), (false, false, 0));
        assert_eq!(ada.notes, ["no longer staff: `cargo xtask staff Ada` makes it staff"]);
        assert!(ada.joined.is_none());
    }

    #[test]
    fn a_hash_that_cannot_be_kept_is_reported() {
        for (hash, why) in [
            ("!abc", "it has none"),
            ("", "its hash is in no known form"),
            ("bcrypt_sha256$$2b$12$x", "hashes of bcrypt_sha256 can't be kept"),
            ("pbkdf2_sha256$0$s$AA==", "its hash is broken or out of bounds"),
        ] {
            let user = planned(&[json!({"username": "ada", "password": hash})]).remove(0).plan.unwrap();
            assert_eq!(user.password, None);
            assert_eq!(user.notes, [format!("without a password, since {why}")]);
        }
    }

    #[test]
    fn invalid_and_reserved_names_are_skipped_with_the_reason() {
        assert_eq!(skipped(json!({"username": "Login", "password": "!"})), "its name: This username is reserved");
        // An imported user keeps a name that a new account couldn't take.
        assert!(planned(&[json!({"username": "support", "password": "!"})]).remove(0).plan.is_ok());
        assert!(skipped(json!({"username": "a b", "password": "!"})).starts_with("its name: Enter a valid username"));
        let address = skipped(json!({"username": "ada", "password": "!", "email": "nope"}));
        assert_eq!(address, "its address: Enter a valid email address");
    }

    #[test]
    fn of_two_equal_users_the_first_is_imported() {
        let user = |name: &str, email: &str| json!({"username": name, "password": "!", "email": email});
        let plans =
            planned(&[user("ada", "a@example.com"), user("ADA", ""), user("bob", "A@example.com"), user("bob", "")]);
        let taken: Vec<_> = plans.into_iter().map(|planned| planned.plan.err()).collect();
        let twice = |what: &str| Some(format!("the {what} is also that of ada (1) in the same file"));
        assert_eq!(taken, [None, twice("name"), twice("address"), None]);
    }

    #[test]
    fn a_name_cannot_control_the_terminal() {
        let planned = planned(&[json!({"username": "a\u{1b}[2J\nb", "password": "!"})]).remove(0);
        assert_eq!(planned.label, r"a\u{1b}[2J\nb (1)");
    }

    #[test]
    fn a_real_name_that_is_too_long_is_left_out() {
        let user = json!({"username": "ada", "password": PBKDF2, "first_name": "a".repeat(150), "last_name": "b"});
        let user = planned(&[user]).remove(0).plan.unwrap();
        assert!(user.alias.is_empty());
        assert_eq!(user.notes, ["without its real name: Ensure this field has no more than 150 characters"]);
    }
}
