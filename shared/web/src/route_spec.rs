//! What a row of the table of routes says about its route: who may call it, a sample request, its limit and its cost.
//!
//! Everything else that must know a route (the tests that walk all routes, the OpenAPI document, `docs/endpoints.md`)
//! reads it here, so that a new endpoint is described once.

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anyone; no credential is needed.
    Any,
    /// Every signed-in user.
    User,
    /// Every signed-in user, but only on their own things. Staff may too, unless the row says otherwise.
    Own,
    /// Staff.
    Staff,
}

impl Who {
    /// The word in the documentation.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::User => "user",
            Self::Own => "own",
            Self::Staff => "staff",
        }
    }
}

/// What the variable segment of a sample's path stands for. The tests put the id or name of such a thing there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The path has no variable segment.
    Nothing,
    /// An account, by its username.
    Account,
    /// A profile, by its id.
    Profile,
    /// A tweet.
    Tweet,
    /// A comment.
    Comment,
    /// An image or video that was uploaded directly.
    Media,
    /// A session of an account.
    Session,
    /// A hashtag that a tweet has.
    Tag,
    /// A file of the documentation's page.
    Asset,
}

/// The limit that a route counts its requests against.
///
/// Those of an account are counted when the caller is confirmed, and `SearchAddress` beside that; a handler does nothing
/// for them. The other ones are counted by the flows that they bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteLimit {
    /// Failed logins.
    Logins,
    /// Signups from an address.
    SignupAddress,
    /// Requests and confirmations of password resets from an address.
    ResetAddress,
    /// Refreshes of a refresh family.
    RefreshFamily,
    /// Searches from an address.
    SearchAddress,
    /// Things that an account creates.
    WritesAccount,
    /// Reactions, follows, blocks, mutes and edits of an account.
    SpreadAccount,
    /// Changes of a profile.
    ProfileChangesAccount,
    /// Uploads that an account starts.
    UploadsAccount,
    /// Every other write of an account: deletions, logouts, tokens made, reads marked, changes of the account.
    OtherWritesAccount,
}

impl RouteLimit {
    /// The limit's name in the setting `AVIARY_LIMITS`.
    #[must_use]
    pub fn setting(self) -> &'static str {
        match self {
            Self::Logins => "login_account_address",
            Self::SignupAddress => "signup_address",
            Self::ResetAddress => "reset_address",
            Self::RefreshFamily => "refresh_family",
            Self::SearchAddress => "search_address",
            Self::WritesAccount => "writes_account",
            Self::SpreadAccount => "spread_account",
            Self::ProfileChangesAccount => "profile_changes_account",
            Self::UploadsAccount => "uploads_account",
            Self::OtherWritesAccount => "other_writes_account",
        }
    }
}

/// What happens when the same POST is sent twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    /// It creates a second thing, so it takes an `Idempotency-Key`.
    NeedKey,
    /// It creates nothing that a repetition would double; the text says what it does instead.
    Harmless(&'static str),
    /// It only reads. So it needs no limit of writes either.
    Reads,
}

/// A row's description of its route. Built by [`any`], [`user`], [`own`] or [`staff`] and the methods below.
///
/// Query and body of the sample may contain placeholders. `$SUBJECT` is the id or name of what the row is about, where
/// the path has no variable segment for it. `$OWNER`, `$OWNER_ID` and `$OWNER_REFRESH` are the username,
/// id and refresh token of the account whose thing the request is about; `$CALLER`, `$CALLER_EMAIL`, `$CALLER_ACCESS`
/// and `$CALLER_REFRESH` belong to the account that sends it and are empty for anonymous callers; `$MARK` is a new
/// word, `$PASSWORD` a password that every policy takes.
#[derive(Clone, Copy, Debug)]
pub struct RouteSpec {
    /// Who may call the route.
    pub who: Who,
    /// What the sample's path names.
    pub subject: Subject,
    /// The sample's query string.
    pub query: &'static str,
    /// The sample's body as JSON; empty if the route reads none.
    pub body: &'static str,
    /// The status of the sample when its owner sends it; 0 stands for any success.
    pub answers: u16,
    /// The status for others, where it is neither 403 nor 404; 0 stands for these two.
    pub refuses: u16,
    /// Whether staff are refused as others are.
    pub staff_refused: bool,
    /// For a POST, what a repetition does.
    pub repeats: Option<Repeats>,
    /// The limit that requests are counted against.
    pub limit: Option<RouteLimit>,
    /// Sequential round trips to DynamoDB of the usual success, without an idempotency key.
    pub round_trips: u8,
    /// Whether errors have their text in `message` too.
    pub tells_message: bool,
    /// The documents that describe it (`"000"` to `"004"`); empty if it goes beyond them.
    pub documents: &'static str,
}

/// A route that anyone may call.
#[must_use]
pub const fn any() -> RouteSpec {
    RouteSpec::new(Who::Any)
}

/// A route for every signed-in user.
#[must_use]
pub const fn user() -> RouteSpec {
    RouteSpec::new(Who::User)
}

/// A route for every signed-in user, about their own things.
#[must_use]
pub const fn own() -> RouteSpec {
    RouteSpec::new(Who::Own)
}

/// A route for staff alone.
#[must_use]
pub const fn staff() -> RouteSpec {
    RouteSpec::new(Who::Staff)
}

impl RouteSpec {
    const fn new(who: Who) -> Self {
        Self {
            who,
            subject: Subject::Nothing,
            query: "",
            body: "",
            answers: 0,
            refuses: 0,
            staff_refused: false,
            repeats: None,
            limit: None,
            round_trips: 0,
            tells_message: false,
            documents: "",
        }
    }

    /// Says what the variable segment of the path names.
    #[must_use]
    pub const fn about(self, subject: Subject) -> Self {
        Self { subject, ..self }
    }

    /// Gives the sample a query string.
    #[must_use]
    pub const fn query(self, query: &'static str) -> Self {
        Self { query, ..self }
    }

    /// Gives the sample a JSON body.
    #[must_use]
    pub const fn body(self, body: &'static str) -> Self {
        Self { body, ..self }
    }

    /// Says which status the sample has, where it can't succeed because it lacks a mailed secret or a cookie.
    #[must_use]
    pub const fn answers(self, status: u16) -> Self {
        Self { answers: status, ..self }
    }

    /// Says which status others get, where it is not just any of 403 and 404.
    #[must_use]
    pub const fn refuses(self, status: u16) -> Self {
        Self { refuses: status, ..self }
    }

    /// Says that staff may not act on other people's things either.
    #[must_use]
    pub const fn not_even_staff(self) -> Self {
        Self { staff_refused: true, ..self }
    }

    /// Says that the POST creates something. It takes the `Idempotency-Key`, which only such a route hands out, and
    /// claims it: a success without a claim is a 500.
    #[must_use]
    pub const fn creates(self) -> Self {
        Self { repeats: Some(Repeats::NeedKey), ..self }
    }

    /// Says why the POST needs no `Idempotency-Key`.
    #[must_use]
    pub const fn repeatable(self, because: &'static str) -> Self {
        Self { repeats: Some(Repeats::Harmless(because)), ..self }
    }

    /// Says that the POST only reads.
    #[must_use]
    pub const fn reads(self) -> Self {
        Self { repeats: Some(Repeats::Reads), ..self }
    }

    /// Names the limit that requests are counted against. This is the only place that names it: the route hands it to
    /// the extractors, which count the request.
    #[must_use]
    pub const fn limit(self, limit: RouteLimit) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// States the sequential round trips to DynamoDB of the usual success.
    #[must_use]
    pub const fn round_trips(self, round_trips: u8) -> Self {
        Self { round_trips, ..self }
    }

    /// Says that errors have their text in `message` too, where the clients of a document read it.
    #[must_use]
    pub const fn tells_message(self) -> Self {
        Self { tells_message: true, ..self }
    }

    /// Names the documents that describe the route.
    #[must_use]
    pub const fn of(self, documents: &'static str) -> Self {
        Self { documents, ..self }
    }

    /// Whether the route takes an `Idempotency-Key`.
    #[must_use]
    pub fn needs_key(&self) -> bool {
        self.repeats == Some(Repeats::NeedKey)
    }

    /// Whether the sample names something that has an owner. Otherwise the request only concerns its sender.
    #[must_use]
    pub fn names_an_owner(&self) -> bool {
        self.subject != Subject::Nothing || self.query.contains("$OWNER") || self.body.contains("$OWNER")
    }
}
