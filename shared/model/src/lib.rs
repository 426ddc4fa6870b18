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
mod marks;
mod name;
mod reserved;
mod text;

pub use clock::{Clock, Timestamp};
pub use date::{BirthDate, BirthDateError};
pub use email::{Email, EmailError};
pub use entropy::{Entropy, EntropyError, Secret};
pub use family::{Family, FamilyToken, GRACE_MILLIS, RefreshDecision};
pub use id::{
    CommentId, EdgeId, GenerationId, IdError, MediaId, NotificationId, SessionId, TokenId, TweetId, UploadId, UserId,
    VersionId,
};
pub use integers::{Encoding, EncodingError, IntegerSession, SetId, SetIdError};
pub use link::{Link, LinkError};
pub use marks::Tag;
pub use name::{NameKey, Username, UsernameError};
pub use text::{Alias, AltText, Bio, TextError, TweetText};
