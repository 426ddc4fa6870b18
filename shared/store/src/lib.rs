//! The DynamoDB store: tables, keys, items and operations, one folder per table.
//!
//! Every invariant is a condition on a write. No DynamoDB type leaves this crate.
//!
//! Every operation that calls DynamoDB can fail with [`StoreError`]: DynamoDB is throttled or does not answer
//! ([`StoreError::Passing`], after retries), it rejects the request ([`StoreError::Rejected`]), or a stored item cannot
//! be read ([`StoreError::Corrupt`]). A failed condition is not an error; each operation returns it as a value. An `#
//! Errors` section names only what goes beyond this.

mod accounts;
mod archive;
mod counters;
mod credentials;
mod dynamodb;
mod feed;
mod integers;
mod jobs;
mod migration;
mod removal;
mod social;

pub use accounts::address_change::AddressChange;
pub use accounts::change::{AccountChange, AccountChangeError, AccountTables, EndSessions};
pub use accounts::former::{FormerAddress, FormerName, PendingAddress};
pub use accounts::lists::NameHit;
pub use accounts::notice::Notice;
pub use accounts::registration::{Registration, RegistrationError};
pub use accounts::{Accounts, User};
pub use archive::{Archive, ArchiveList, ArchivePage, ArchivePlace};
pub use counters::recount::{CounterCheck, Recount, WalkPosition};
pub use counters::tally::{CheckableCounter, Tally};
pub use counters::{Count, Counter, Counters};
pub use credentials::idempotency_keys::{ClaimOutcome, IdempotencyClaim, IdempotencyResult};
pub use credentials::limit_counters::{BoundedCount, LimitCount};
pub use credentials::live_sessions::MAX_LIVE_SESSIONS;
pub use credentials::one_time_tokens::{OneTimeKind, OneTimePermission, Redeemable};
pub use credentials::refresh_families::Promotion;
pub use credentials::returned_mail::ReturnedMail;
pub use credentials::session::{Session, SessionKind, SessionOpening};
pub use credentials::session_list::SessionPage;
pub use credentials::sign_in::{DeviceToken, MAX_DEVICE_TOKENS, SignIn, SignInError};
pub use credentials::signing_keys::{PublicKey, SigningKey, SigningKeys};
pub use credentials::{CallerState, Credentials, Principal};
pub use dynamodb::client::Db;
pub use dynamodb::error::StoreError;
pub use dynamodb::pages::{ListPage, Order};
pub use dynamodb::table::{
    AccountsTable, CredentialsTable, FeedTable, IntegersTable, JobsTable, KeysTable, SocialTable, Table, kind,
};
pub use feed::exports::{Export, ExportState, Exports};
pub use feed::fan_out::Follower;
pub use feed::notification_content::{NotificationContent, NotificationKind};
pub use feed::notification_writes::Patience;
pub use feed::notifications::{Notification, Notifications};
pub use feed::presence::{Presence, Presences};
pub use feed::security_events::{SecurityEvent, SecurityEventPage, SecurityEvents};
pub use feed::timelines::{HomeTimelines, TimelineEntry};
pub use feed::trim::{KEPT_ENTRIES, trims_timeline};
pub use integers::by_time::ListedSession;
pub use integers::remove::IntegerSessionPage;
pub use integers::upload::MAX_SESSION_INLINE_BYTES;
pub use integers::write::{SetWrite, Written};
pub use integers::{
    Integers, MAX_SESSION_BYTES, MAX_SESSION_SETS, MAX_SESSIONS, Manifest, OpenSession, SessionBound, SetContent,
    SetPage, StoredSet,
};
pub use jobs::{Job, JobArea, JobId, Jobs, NoJobId, Task};
pub use migration::{Migration, Migrator, Pass, SOCIAL_MIGRATIONS};
pub use removal::Purge;
pub use social::block_checks::WriteError;
pub use social::by_time::MadeSince;
pub use social::comments::{AnswerTo, Comment, Comments};
pub use social::edge_states::ReactionIds;
pub use social::feed_lookup::{FeedLookup, FeedLookupResult};
pub use social::likes_and_replies::Liked;
pub use social::media_names::MediaNames;
pub use social::media_uploads::{Begun, MediaFile, MediaOutcome, MediaUpload, MediaUploads, Unusable, UploadList};
pub use social::page_reads::{PageData, PageKeys, PageReads};
pub use social::profiles::{Picture, Profile, ProfileChange, Profiles, ServiceProfile};
pub use social::ranked::{Ranked, RankedPeople, RankedTweets, Ranking};
pub use social::reactions::{Reaction, Reactions};
pub use social::relations::{RelationChange, RelationTarget, Relations};
pub use social::reports::{Case, CaseOutcome, Closed, Filed, Report, Reports};
pub use social::search::SearchHit;
pub use social::stream::{EdgeChange, EdgeTarget, SocialChange};
pub use social::text_context::TextContext;
pub use social::tweet_writes::Edited;
pub use social::tweets::{Media, MediaKind, MediaState, ReplyTo, Tweet, Tweets};
pub use social::visibility::Visibility;
