//! The sending part of SES v2: mails are stored and shown instead of sent. Mails to some addresses come back.

mod error;
mod send_email;
mod simulator;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use crate::clock::{Clock, rfc3339};
pub(crate) use error::SesError;
use send_email::{Mail, bare, parse};
pub(crate) use simulator::MailEvents;

/// The path of SES's operations.
pub(crate) const PREFIX: &str = "/v2/email/";
/// The path of SendEmail.
pub(crate) const SEND_EMAIL: &str = "/v2/email/outbound-emails";

/// Recipients are found by the bare address in lower case.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS emails (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        sender TEXT NOT NULL,
        recipients TEXT NOT NULL,
        subject TEXT NOT NULL,
        text TEXT,
        html TEXT,
        sent_ms INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS email_recipients (
        email INTEGER NOT NULL REFERENCES emails (id) ON DELETE CASCADE,
        address TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS emails_of_address ON email_recipients (address, email);
    CREATE INDEX IF NOT EXISTS addresses_of_email ON email_recipients (email);
";
/// Older mails than this number are deleted.
const KEPT_MAILS: u32 = 10_000;

/// The mails of one file.
#[derive(Debug, Clone)]
pub(crate) struct Ses {
    connection: Arc<Mutex<Connection>>,
    clock: Clock,
    events: MailEvents,
}

impl Ses {
    /// Opens or creates the file at `path`. What comes back is told to `events`.
    pub(crate) fn open(path: &Path, clock: Clock, events: MailEvents) -> rusqlite::Result<Self> {
        Ok(Self { connection: Arc::new(Mutex::new(crate::sqlite::open(path, SCHEMA)?)), clock, events })
    }

    /// Stores and shows the mail of a SendEmail request with the JSON `body`, and returns the JSON of the response.
    pub(crate) async fn send(&self, body: Bytes) -> Result<String, SesError> {
        let mail = parse(&body)?;
        let ses = self.clone();
        let (mail, id) = tokio::task::spawn_blocking(move || {
            let now_ms = ses.clock.now_ms();
            let id = ses.keep(&mail, now_ms)?;
            ses.events.tell(&mail, &id, now_ms)?;
            Ok::<_, rusqlite::Error>((mail, id))
        })
        .await
        .map_err(SesError::internal)??;
        show(&mail);
        Ok(json!({"MessageId": id}).to_string())
    }

    /// The mails to `address` (or all), newest first, as a JSON list.
    pub(crate) async fn list(&self, address: Option<String>) -> Result<String, SesError> {
        let ses = self.clone();
        let found = tokio::task::spawn_blocking(move || ses.find(address.as_deref()));
        Ok(Value::Array(found.await.map_err(SesError::internal)??).to_string())
    }

    fn keep(&self, mail: &Mail, now_ms: i64) -> rusqlite::Result<String> {
        // One transaction, so a panic leaves no partial change.
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction()?;
        transaction.execute(
            "INSERT INTO emails (sender, recipients, subject, text, html, sent_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![mail.from, json!(mail.to).to_string(), mail.subject, mail.text, mail.html, now_ms],
        )?;
        let id = transaction.last_insert_rowid();
        for address in &mail.to {
            let sql = "INSERT INTO email_recipients (email, address) VALUES (?1, ?2)";
            transaction.execute(sql, params![id, bare(address).to_lowercase()])?;
        }
        transaction.execute("DELETE FROM emails WHERE id <= ?1 - ?2", params![id, KEPT_MAILS])?;
        transaction.commit()?;
        Ok(format!("{now_ms:016x}-{id:012x}-000000"))
    }

    fn find(&self, address: Option<&str>) -> rusqlite::Result<Vec<Value>> {
        let address = address.map(|address| bare(address).to_lowercase());
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut statement = connection.prepare_cached(
            "SELECT recipients, subject, text, html, sent_ms FROM emails
             WHERE ?1 IS NULL OR id IN (SELECT email FROM email_recipients WHERE address = ?1) ORDER BY id DESC",
        )?;
        let rows = statement.query_map([address], |row| {
            let recipients: String = row.get(0)?;
            Ok(json!({
                "to": to(&recipients),
                "subject": row.get::<_, String>(1)?,
                "text": row.get::<_, Option<String>>(2)?,
                "html": row.get::<_, Option<String>>(3)?,
                "sent_at": rfc3339(row.get(4)?),
            }))
        })?;
        rows.collect()
    }
}

/// A JSON string for one address, a list for several.
fn to(recipients: &str) -> Value {
    match serde_json::from_str(recipients) {
        Ok(Value::Array(mut all)) if all.len() == 1 => all.remove(0),
        Ok(all) => all,
        // Cannot happen: only this module writes the column.
        Err(_) => Value::Null,
    }
}

/// Logs the mail, so that a developer sees the link in the terminal.
fn show(mail: &Mail) {
    let text = mail.text.as_deref().unwrap_or("(HTML only: see GET /_local/emails)");
    tracing::info!("mail to {}: {}\n{text}", mail.to.join(", "), mail.subject);
}
