//! The keys of principals, sessions and pointers in the table `credentials`.

use aviary_model::{SessionId, UserId};

use crate::dynamodb::item::Key;

/// The prefix of the partition key of a session cookie's pointer.
pub(crate) const WEB: &str = "WEB#";

pub(crate) fn principal_key(user: UserId) -> Key {
    Key::new(format!("U#{user}"), "PRINCIPAL")
}

/// The partition of the tokens that were mailed to a user. The worker writes them, and may write no other item of a
/// user.
pub(crate) fn mail_pk(user: UserId) -> String {
    format!("MAIL#{user}")
}

pub(crate) fn token_pk(hash: &str) -> String {
    format!("TOKEN#{hash}")
}

pub(crate) fn web_pk(hash: &str) -> String {
    format!("{WEB}{hash}")
}

/// The key of a pointer, the only item in its partition.
pub(crate) fn pointer_key(pk: &str) -> Key {
    Key::new(pk, "POINTER")
}

pub(crate) fn session_key(user: UserId, sid: SessionId) -> Key {
    Key::new(format!("U#{user}"), format!("S#{sid}"))
}
