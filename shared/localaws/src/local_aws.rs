//! Starts and stops the services of the local AWS.

use std::fmt;
use std::fs::{File, TryLockError};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use dynoxide::{Database, ImportOptions, Item};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config::Config;
use crate::delivery::{Deliveries, Trim};
use crate::dynamodb::{IndexDelay, Rights};
use crate::endpoint::{self, Endpoint};
use crate::error::StartError;
use crate::iam::Callers;
use crate::local::Local;
use crate::logs::Logs;
use crate::s3::events::ObjectEvents;
use crate::s3::served::Served;
use crate::ses::{MailEvents, Ses};
use crate::{dynamodb, s3};

/// Longer than any request takes. Connections that are still open then are closed.
const STOP_WITHIN: Duration = Duration::from_secs(5);
/// The file of DynamoDB's data.
const DATABASE: &str = "dynamodb.sqlite";

/// A running local AWS. It stops when dropped; [`LocalAws::stop`] also lets running requests finish.
///
/// It has threads of its own, so it can be started inside any async runtime and without one.
pub struct LocalAws {
    dynamodb_port: u16,
    aws_port: u16,
    database: Database,
    logs: Logs,
    trim: Trim,
    shutdown: watch::Sender<()>,
    finished: mpsc::Receiver<()>,
    runtime: Option<Runtime>,
    // Dropped last: nothing may write to the folder when another process can lock it.
    _lock: File,
    _config: Config,
}

impl LocalAws {
    /// Opens the data, creates missing resources, and begins to answer.
    ///
    /// # Errors
    /// If a port or the folder is in use, or the data does not match the template.
    pub fn start(config: Config) -> Result<Self, StartError> {
        let dynamodb_listener = listen(config.dynamodb_port, "DynamoDB")?;
        let aws_listener = listen(config.aws_port, "S3 and CloudWatch Logs")?;
        let lock = lock(&config.data)?;
        let database = dynamodb::open(&config.data.join(DATABASE), &config.storage.tables)?;
        let callers = Arc::new(Callers::of(&config)?);
        let logs = Logs::open(&config.data.join("logs.sqlite"), config.clock.clone())?;
        for group in &config.storage.log_groups {
            logs.ensure_group(&group.name, group.retention_days)?;
        }
        let deliveries = Deliveries::open(&config, &database)?;
        let mail_events = MailEvents::new(deliveries.state(), &config.event_sources);
        let ses = Ses::open(&config.data.join("emails.sqlite"), config.clock.clone(), mail_events);
        let ses = ses.map_err(StartError::Ses)?;
        let events = ObjectEvents::new(deliveries.state(), &config.event_sources);
        let caller = (&config.credentials, callers.clone());
        let s3 = s3::open(&config.data.join("s3"), &config.storage.buckets, caller, events)?;
        let trim = Trim::open(&config.data.join(DATABASE), &config, deliveries.state())
            .map_err(|error| StartError::DynamoDb(error.to_string()))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            // DynamoDB runs SQLite on these threads, so some may be waiting for the disk.
            .worker_threads(4)
            .thread_name("local-aws")
            .enable_all()
            .build()
            .map_err(StartError::Runtime)?;

        let (shutdown, stopped) = watch::channel(());
        let (done, finished) = mpsc::channel();
        let (dynamodb_port, aws_port) = (port(&dynamodb_listener)?, port(&aws_listener)?);
        let tasks = {
            let _inside = runtime.enter();
            let mut tasks = JoinSet::new();
            let front = (Rights::new(callers, &config.storage.tables), IndexDelay::of(&config, &database));
            let listener = tokio_listener(dynamodb_listener)?;
            tasks.spawn(dynamodb::serve(listener, database.clone(), front, stopped.clone()));
            let local = Local { ses: ses.clone(), deliveries: deliveries.state() };
            let served = Served::of(&config.served_headers)?;
            let endpoint = Endpoint { s3, served, logs: logs.clone(), ses, local };
            tasks.spawn(endpoint::serve(tokio_listener(aws_listener)?, endpoint, stopped.clone()));
            deliveries.spawn(&mut tasks, &stopped);
            tasks.spawn(sweep((database.clone(), logs.clone(), trim.clone()), config.sweep_every, stopped));
            tasks
        };
        runtime.spawn(async move {
            tasks.join_all().await;
            // Fails if the local AWS was dropped instead of stopped: nothing waits for this message then.
            let _ = done.send(());
        });
        Ok(Self {
            dynamodb_port,
            aws_port,
            database,
            logs,
            trim,
            shutdown,
            finished,
            runtime: Some(runtime),
            _lock: lock,
            _config: config,
        })
    }

    /// The endpoint of DynamoDB and its streams.
    #[must_use]
    pub fn dynamodb_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.dynamodb_port)
    }

    /// The endpoint of S3, CloudWatch Logs and SES, and of `/_local/emails` and `/_local/failures`.
    #[must_use]
    pub fn aws_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.aws_port)
    }

    /// Writes many items, in DynamoDB's JSON, into a table and its indexes, as one transaction. Rights are not asked
    /// for, and no stream has the items. Blocks.
    ///
    /// # Errors
    /// If an item is none, or the database cannot be written.
    pub fn import(&self, table: &str, items: Vec<serde_json::Value>) -> Result<(), StartError> {
        let items: Result<Vec<Item>, _> = items.into_iter().map(serde_json::from_value).collect();
        let items = items.map_err(|error| StartError::DynamoDb(error.to_string()))?;
        let imported = self.database.import_items(table, items, ImportOptions::default());
        imported.map(|_| ()).map_err(|error| StartError::DynamoDb(error.to_string()))
    }

    /// Removes expired data now: items by their table's TTL, log events by their group's retention, and stream records
    /// after a day, if every function has received them. Blocks.
    ///
    /// # Errors
    /// If a database cannot be written.
    pub fn sweep(&self) -> Result<(), StartError> {
        sweep_once(&self.database, &self.logs, &self.trim)
    }

    /// Lets running requests finish, for at most five seconds, and stops. Blocks.
    pub fn stop(self) {
        // Both calls fail only if all tasks have ended already.
        let _ = self.shutdown.send(());
        let _ = self.finished.recv_timeout(STOP_WITHIN);
    }
}

impl fmt::Debug for LocalAws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalAws").field("dynamodb", &self.dynamodb_url()).field("aws", &self.aws_url()).finish()
    }
}

impl Drop for LocalAws {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Does not wait, because waiting is not allowed inside another runtime.
            runtime.shutdown_background();
        }
    }
}

fn listen(port: u16, service: &'static str) -> Result<TcpListener, StartError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|source| match source.kind() {
        std::io::ErrorKind::AddrInUse => StartError::PortInUse { port, service },
        _ => StartError::Listen { port, source },
    })
}

fn port(listener: &TcpListener) -> Result<u16, StartError> {
    listener.local_addr().map(|address| address.port()).map_err(|source| StartError::Listen { port: 0, source })
}

fn tokio_listener(listener: TcpListener) -> Result<tokio::net::TcpListener, StartError> {
    let port = port(&listener)?;
    listener
        .set_nonblocking(true)
        .and_then(|()| tokio::net::TcpListener::from_std(listener))
        .map_err(|source| StartError::Listen { port, source })
}

/// Locks the folder for this process. The kernel releases the lock however the process ends.
fn lock(data: &Path) -> Result<File, StartError> {
    let folder_error = |source| StartError::Folder { path: data.to_owned(), source };
    std::fs::create_dir_all(data).map_err(folder_error)?;
    let file = File::create(data.join("lock")).map_err(folder_error)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::FolderInUse { path: data.to_owned() }),
        Err(TryLockError::Error(source)) => Err(folder_error(source)),
    }
}

fn sweep_once(database: &Database, logs: &Logs, trim: &Trim) -> Result<(), StartError> {
    database.sweep_ttl().map_err(|error| StartError::DynamoDb(error.to_string()))?;
    logs.sweep()?;
    trim.sweep().map_err(|error| StartError::DynamoDb(error.to_string()))
}

async fn sweep((database, logs, trim): (Database, Logs, Trim), every: Duration, mut stopped: watch::Receiver<()>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            _ = stopped.changed() => return,
        }
        let (database, logs, trim) = (database.clone(), logs.clone(), trim.clone());
        match tokio::task::spawn_blocking(move || sweep_once(&database, &logs, &trim)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "expired data could not be removed"),
            Err(error) => tracing::warn!(%error, "the removal of expired data panicked"),
        }
    }
}
