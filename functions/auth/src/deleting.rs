//! What every deletion of an account has in common.

use aviary_store::{Task, User};
use aviary_web::{ApiError, Client};

use crate::AuthState;
use crate::changing::changed_meanwhile;
use crate::events::{record, record_refused};

/// Deletes an account: it, its credentials and its names at once; what it wrote is hidden at once and
/// removed by the job that is written with it. One step.
pub(crate) async fn delete(state: &AuthState, client: &Client, user: &User) -> Result<(), ApiError> {
    let purge = state.tables.jobs.job(Task::Purge { user: user.id, round: 0 }, state.clock.now())?;
    let (deleted, ()) = futures_util::join!(
        state.tables.delete(&state.db, user, &purge),
        record(state, client, "account_deleted", Some(user.id)),
    );
    if !deleted? {
        record_refused(state, client, user.id).await;
        return Err(changed_meanwhile());
    }
    Ok(())
}
