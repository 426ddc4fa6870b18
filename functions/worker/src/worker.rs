//! The function's state, and its handler.

use std::sync::Arc;

use aviary_media::Bucket;
use aviary_model::{Clock, Entropy, Timestamp};
use aviary_runtime::{EventHandler, Start, StartError, batch_response, stream_records};
use aviary_store::{
    Accounts, AccountsTable, Archive, Credentials, CredentialsTable, Db, Exports, FeedTable, HomeTimelines, Integers,
    IntegersTable, Jobs, JobsTable, MediaUploads, Notifications, Profiles, Purge, Ranked, ReturnedMail, SecurityEvents,
    SocialTable,
};
use serde_json::{Value, json};

use crate::mail_events::queue_messages;
use crate::mail_link::MailLinks;
use crate::mailer::Mailer;

/// The tables, the bucket and the mailer that jobs use; cheap to clone.
#[derive(Clone, Debug)]
pub struct Worker {
    pub(crate) accounts: Accounts,
    pub(crate) credentials: Credentials,
    pub(crate) jobs: Jobs,
    pub(crate) home: HomeTimelines,
    pub(crate) notifications: Notifications,
    pub(crate) purge: Purge,
    pub(crate) ranked: Ranked,
    pub(crate) integers: Integers,
    pub(crate) media: MediaUploads,
    pub(crate) bucket: Bucket,
    pub(crate) profiles: Profiles,
    pub(crate) exports: Exports,
    pub(crate) archive: Archive,
    pub(crate) returned_mail: ReturnedMail,
    pub(crate) security_events: SecurityEvents,
    pub(crate) mailer: Mailer,
    pub(crate) links: MailLinks,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// The event is of another kind.
#[derive(Debug, thiserror::Error)]
#[error("the event is of no stream, no queue and no schedule")]
struct UnknownEvent;

impl Worker {
    /// Reads the settings. Makes no call.
    ///
    /// # Errors
    /// When a setting is missing or invalid.
    pub fn new(start: &Start) -> Result<Self, StartError> {
        let settings = &start.settings;
        let db = Db::new(&start.aws, start.entropy.clone());
        let credentials = CredentialsTable::new(&db, settings.required("AVIARY_CREDENTIALS_TABLE")?);
        let social = SocialTable::new(&db, settings.required("AVIARY_SOCIAL_TABLE")?);
        let feed = FeedTable::new(&db, settings.required("AVIARY_FEED_TABLE")?);
        let (bucket, url) = (settings.required("AVIARY_MEDIA_BUCKET")?, settings.required("AVIARY_MEDIA_URL")?);
        let jobs = JobsTable::new(&db, settings.required("AVIARY_JOBS_TABLE")?);
        Ok(Self {
            accounts: Accounts::new(&AccountsTable::new(&db, settings.required("AVIARY_ACCOUNTS_TABLE")?)),
            integers: Integers::new(&IntegersTable::new(&db, settings.required("AVIARY_INTEGERS_TABLE")?), &jobs),
            exports: Exports::new(&feed, &jobs),
            archive: Archive::new(&credentials, &social, &feed),
            profiles: Profiles::new(&social),
            jobs: Jobs::new(&jobs),
            home: HomeTimelines::new(&social, &feed),
            notifications: Notifications::new(&social, &feed),
            media: MediaUploads::new(&social),
            ranked: Ranked::new(&social),
            purge: Purge::new(&credentials, &social, &feed),
            returned_mail: ReturnedMail::new(&credentials, &feed),
            security_events: SecurityEvents::new(&feed),
            credentials: Credentials::new(&credentials),
            bucket: Bucket::connect(&start.aws, bucket, url),
            mailer: Mailer::of(settings, &start.aws),
            links: MailLinks::of(settings)?,
            clock: start.clock.clone(),
            entropy: start.entropy.clone(),
        })
    }
}

impl EventHandler for Worker {
    /// Responds to a batch of the stream or the queue with what failed of it, and to a schedule with the number of due
    /// jobs.
    async fn handle(&self, event: Value, deadline: Timestamp) -> Result<Value, StartError> {
        if let Some(messages) = queue_messages(&event) {
            return Ok(self.mail_events(messages).await);
        }
        if let Some(records) = stream_records(&event) {
            return batch_response(self.batch(records, deadline).await);
        }
        match event.get("detail-type").and_then(Value::as_str) {
            Some("Scheduled Event") => {
                // Neither keeps the other from its work. The ranking is first, because it has an end.
                let ranked = self.rank().await;
                let due = self.sweep(deadline).await?;
                ranked?;
                Ok(json!({ "due": due }))
            }
            _ => Err(UnknownEvent.into()),
        }
    }
}
