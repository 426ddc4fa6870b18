//! What an action is about, as a form names it: `user:<id>`, `tweet:<id>`, `session:<user>:<id>`, ….

use std::fmt;
use std::str::FromStr;

use aviary_model::{CommentId, IntegerSession, ReportTarget, SessionId, SetId, TweetId, UserId};

/// A thing that staff act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    User(UserId),
    Tweet(TweetId),
    Comment(CommentId),
    /// The case of a profile.
    Profile(UserId),
    Session(UserId, SessionId),
    Integers(UserId, IntegerSession),
    /// One set of an integer session.
    IntegerSet(UserId, IntegerSession, SetId),
}

impl Target {
    /// As what it can be reported.
    pub(crate) fn reported(&self) -> Option<ReportTarget> {
        match self {
            Self::Tweet(id) => Some(ReportTarget::Tweet(*id)),
            Self::Comment(id) => Some(ReportTarget::Comment(*id)),
            Self::Profile(id) | Self::User(id) => Some(ReportTarget::Profile(*id)),
            Self::Session(..) | Self::Integers(..) | Self::IntegerSet(..) => None,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Tweet(id) => write!(f, "tweet:{id}"),
            Self::Comment(id) => write!(f, "comment:{id}"),
            Self::Profile(id) => write!(f, "profile:{id}"),
            Self::Session(user, sid) => write!(f, "session:{user}:{sid}"),
            Self::Integers(user, session) => write!(f, "integers:{user}:{}", session.as_str()),
            // A session's name may contain colons, so it comes last.
            Self::IntegerSet(user, session, set) => {
                write!(f, "integer_set:{user}:{}:{}", set.as_str(), session.as_str())
            }
        }
    }
}

/// The text names nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoTarget;

impl FromStr for Target {
    type Err = NoTarget;

    fn from_str(text: &str) -> Result<Self, NoTarget> {
        let (kind, name) = text.split_once(':').ok_or(NoTarget)?;
        let target = match kind {
            "user" => name.parse().map(Self::User).ok(),
            "tweet" => name.parse().map(Self::Tweet).ok(),
            "comment" => name.parse().map(Self::Comment).ok(),
            "profile" => name.parse().map(Self::Profile).ok(),
            "session" => {
                name.split_once(':').and_then(|(user, sid)| Some(Self::Session(user.parse().ok()?, sid.parse().ok()?)))
            }
            "integers" => name.split_once(':').and_then(|(user, session)| {
                Some(Self::Integers(user.parse().ok()?, IntegerSession::parse(session).ok()?))
            }),
            "integer_set" => {
                let mut parts = name.splitn(3, ':');
                let (user, set, session) = (parts.next(), parts.next(), parts.next());
                user.zip(set).zip(session).and_then(|((user, set), session)| {
                    let session = IntegerSession::parse(session).ok()?;
                    Some(Self::IntegerSet(user.parse().ok()?, session, SetId::parse(set).ok()?))
                })
            }
            _ => None,
        };
        target.ok_or(NoTarget)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_read_back_from_its_text() {
        let id = "019a0000-0000-7000-8000-0000000000aa";
        for text in [
            format!("user:{id}"),
            format!("tweet:{id}"),
            format!("comment:{id}"),
            format!("profile:{id}"),
            format!("session:{id}:{id}"),
            format!("integers:{id}:a session: with a colon"),
            format!("integer_set:{id}:a_set:a session: with a colon"),
        ] {
            assert_eq!(text.parse::<Target>().map(|target| target.to_string()), Ok(text.clone()));
        }
        for wrong in [
            "",
            "user",
            "user:x",
            "session:x",
            "integer_set:019a0000-0000-7000-8000-0000000000aa:a",
            "other:019a0000-0000-7000-8000-0000000000aa",
        ] {
            assert_eq!(wrong.parse::<Target>(), Err(NoTarget), "{wrong}");
        }
    }
}
