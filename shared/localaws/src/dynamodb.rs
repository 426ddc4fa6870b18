//! DynamoDB and its streams, on SQLite, behind a proxy that checks rights and delays indexes.

mod authorizing_proxy;
mod changes;
mod index_delay;
mod rights;
mod tables;

use std::hash::{BuildHasher, RandomState};
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use aviary_template::Table;
use dynoxide::Database;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::error::StartError;
use authorizing_proxy::AuthorizingProxy;
pub(crate) use index_delay::IndexDelay;
pub(crate) use rights::Rights;

/// The time that a client has to finish sending a request after a stop.
const DRAIN: Duration = Duration::from_secs(3);

/// Opens the database at `path` with all `tables` in it.
pub(crate) fn open(path: &Path, tables: &[Table]) -> Result<Database, StartError> {
    let path = path.to_str().ok_or_else(|| StartError::DynamoDb("the folder's name must be UTF-8".to_owned()))?;
    let database = Database::new(path).map_err(|error| StartError::DynamoDb(error.to_string()))?;
    for table in tables {
        tables::ensure(&database, table)?;
    }
    Ok(database)
}

/// Answers until `stopped` changes. Requests beyond the caller's rights are denied; `delay` makes global indexes lag.
pub(crate) async fn serve(
    listener: TcpListener,
    database: Database,
    (rights, delay): (Rights, Option<IndexDelay>),
    stopped: watch::Receiver<()>,
) {
    let inner = TcpListener::bind((hidden_address(), 0)).await;
    let (inner, address) = match inner.and_then(|inner| inner.local_addr().map(|address| (inner, address))) {
        Ok(found) => found,
        Err(error) => return tracing::error!(%error, "no port is free for the database"),
    };
    let proxy = AuthorizingProxy::new(address, rights, delay);
    tokio::join!(serve_at_once(inner, database, stopped.clone()), proxy.serve(listener, stopped));
}

/// An address of this machine that no web page guesses: the database behind the proxy answers whoever finds it. Linux
/// has all of 127.0.0.0/8; elsewhere only the port is unknown.
fn hidden_address() -> Ipv4Addr {
    if !cfg!(target_os = "linux") {
        return Ipv4Addr::LOCALHOST;
    }
    let [b, c, d, ..] = RandomState::new().hash_one(()).to_le_bytes();
    Ipv4Addr::new(127, b, c, d.clamp(1, 254))
}

async fn serve_at_once(listener: TcpListener, database: Database, stopped: watch::Receiver<()>) {
    let until = |mut stopped: watch::Receiver<()>| async move {
        // An error means that the sender was dropped, which is a stop too.
        let _ = stopped.changed().await;
    };
    let server = dynoxide::server::serve_with_shutdown(listener, database, until(stopped.clone()));
    let limit = async {
        until(stopped).await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        ended = server => if let Err(error) = ended {
            tracing::error!(error, "the local DynamoDB ended");
        },
        () = limit => {}
    }
}
