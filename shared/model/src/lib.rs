//! The domain's types and rules, without I/O. A value of one of these types is valid.
//!
//! Parsers return every rule that a text breaks, in the words of the API's errors, so that a client learns all of them
//! at once.

mod clock;
mod date;
mod email;
mod entropy;
mod family;
mod id;
mod integers;
mod link;
mod mention;
mod name;
mod name_key;
mod report;
mod reserved;
mod signs;
mod tag;
mod text;
#[cfg(test)]
mod texts_of_the_world;
mod unicode;

pub use clock::{Clock, Timestamp};
pub use date::{BirthDate, BirthDateError};
pub use email::{Email, EmailError};
pub use entropy::{Entropy, EntropyError, Secret};
pub use family::{Family, FamilyToken, GRACE_MILLIS, RefreshDecision};
pub use id::{
    CommentId, EdgeId, GenerationId, IdError, MediaId, NotificationId, ReportId, SessionId, TokenId, TweetId, UploadId,
    UserId, VersionId,
};
pub use integers::{Encoding, EncodingError, IntegerSession, SetId, SetIdError};
pub use link::{Link, LinkError};
pub use mention::Mention;
pub use name::{Username, UsernameError};
pub use name_key::NameKey;
pub use report::{ReportReason, ReportTarget};
pub use tag::Tag;
pub use text::{Alias, AltText, Bio, Mode, ReportNote, TextError, TweetText};
