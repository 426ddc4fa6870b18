//! Variables of the program `operate`.

use std::collections::BTreeMap;

/// Variables of the program, and the logical ids of the tables that they name. The stack's output `<id>Name` has the name
/// of the table that serves, also if that is a restored one.
pub(super) const NAMES: [(&str, &str); 4] = [
    ("AVIARY_ACCOUNTS_TABLE", "AccountsTable"),
    ("AVIARY_CREDENTIALS_TABLE", "CredentialsTable"),
    ("AVIARY_SOCIAL_TABLE", "SocialTable"),
    ("AVIARY_FEED_TABLE", "FeedTable"),
];
/// The same for the log group of the audit trail.
pub(super) const AUDIT: (&str, &str) = ("AVIARY_AUDIT_LOG_GROUP", "AuditLogGroup");

/// The same for the bucket, which only `sweep-media` reads.
pub(super) const BUCKET: (&str, &str) = ("AVIARY_MEDIA_BUCKET", "MediaBucket");

/// Variables with their values.
pub(super) type Environment = BTreeMap<String, String>;
