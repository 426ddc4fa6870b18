//! Imports users, each in one transaction, as a signup does.

use std::io::{self, Write};

use aviary_model::{EntropyError, UserId};
use aviary_store::{Profile, Registration, RegistrationError, StoreError, User};
use futures_util::{StreamExt, stream};

use crate::imported_user::{ImportedUser, PlannedUser};
use crate::operator::Operator;

/// Concurrent transactions: enough to hide the network, too few to be throttled.
const AT_ONCE: usize = 4;
/// Users between two lines of progress.
const PROGRESS_EVERY: usize = 500;

/// The result of an import, as numbers of users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Imported by this run, with or without a password.
    pub imported: usize,
    /// Imported by this run without a password.
    pub without_password: usize,
    /// Imported by an earlier run.
    pub already: usize,
    /// Not imported: invalid, or the name or address is taken.
    pub skipped: usize,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { imported, without_password, already, skipped } = self;
        write!(
            f,
            "{} users: {imported} imported ({without_password} of them without a password), \
             {already} imported before, {skipped} skipped.",
            imported + already + skipped
        )
    }
}

/// Why an import stopped. Imported users stay, and another run continues after them.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// DynamoDB did not answer.
    #[error("stopped at {who}: {cause}; run it again, what is imported is not imported twice")]
    Store {
        /// The user that was being imported.
        who: String,
        /// DynamoDB's error.
        cause: StoreError,
    },
    /// The lines can't be written.
    #[error("the output is closed: {0}")]
    Output(#[from] io::Error),
}

enum Outcome {
    Imported { with_password: bool, notes: Vec<String> },
    Already,
    Skipped(String),
}

/// Imports users in order, a few at a time. Writes a line for each to `out`, and the progress of a long list to
/// `progress`.
///
/// # Errors
/// When DynamoDB does not answer or the output is closed. Users whose line was written are imported.
pub async fn import(
    operator: &Operator,
    users: Vec<PlannedUser>,
    out: &mut dyn Write,
    progress: &mut dyn Write,
) -> Result<Summary, ImportError> {
    let total = users.len();
    let mut summary = Summary::default();
    let turns = users.into_iter().map(|user| async move {
        let outcome = match user.plan {
            Ok(imported) => register(operator, imported).await,
            Err(why) => Ok(Outcome::Skipped(why)),
        };
        (user.label, outcome)
    });
    let mut turns = stream::iter(turns).buffered(AT_ONCE);
    let mut done = 0;
    while let Some((who, outcome)) = turns.next().await {
        let outcome = outcome.map_err(|cause| ImportError::Store { who: who.clone(), cause })?;
        writeln!(out, "{who}: {}", summary.count(outcome))?;
        done += 1;
        if done % PROGRESS_EVERY == 0 && done < total {
            writeln!(progress, "{done} of {total} users")?;
        }
    }
    Ok(summary)
}

impl Summary {
    /// Counts a user, and returns the text of its line.
    fn count(&mut self, outcome: Outcome) -> String {
        match outcome {
            Outcome::Imported { with_password, notes } => {
                self.imported += 1;
                self.without_password += usize::from(!with_password);
                let notes: Vec<String> = notes.into_iter().map(|note| format!(", {note}")).collect();
                format!("imported{}", notes.concat())
            }
            Outcome::Already => {
                self.already += 1;
                "was imported before".to_owned()
            }
            Outcome::Skipped(why) => {
                self.skipped += 1;
                format!("skipped, {why}")
            }
        }
    }
}

async fn register(operator: &Operator, imported: ImportedUser) -> Result<Outcome, StoreError> {
    let ImportedUser { username, email, password, alias, principal, joined, mut notes } = imported;
    let with_password = password.is_some();
    let created_at = joined.unwrap_or_else(|| operator.clock.now());
    // Ids sort by time, so the administration's lists show these users at the time they joined.
    let id = UserId::new(created_at, operator.entropy.as_ref())?;
    let password = password.map_or_else(|| unusable(operator), Ok)?;
    let mut profile = Profile::new(id, username.clone(), created_at);
    profile.alias = alias;
    let user = User::new(id, username, email, password, created_at);
    let registration =
        Registration::new(&operator.accounts, &operator.credentials, &operator.profiles, user.clone(), profile);
    match registration.with_principal(principal).at(operator.clock.now()).commit().await {
        Ok(()) => {}
        Err(RegistrationError::Taken { username, email }) => return taken(operator, &user, username, email).await,
        Err(RegistrationError::Store(error)) => return Err(error),
    }
    operator.record("account_imported", id).await;
    notes.extend((!principal.active).then(|| "inactive".to_owned()));
    Ok(Outcome::Imported { with_password, notes })
}

/// The owner of the name is the same user, imported before, if it joined in the same millisecond.
async fn taken(operator: &Operator, user: &User, username: bool, email: bool) -> Result<Outcome, StoreError> {
    if username && let Some(owner) = operator.accounts.owner_of(&user.username.key()).await? {
        let owner = operator.accounts.by_id(owner).await?;
        if owner.is_some_and(|owner| owner.created_at == user.created_at) {
            return Ok(Outcome::Already);
        }
    }
    let what = match (username, email) {
        (true, true) => "the name and the address are taken",
        (true, false) => "the name is taken",
        _ => "the address is taken",
    };
    Ok(Outcome::Skipped(what.to_owned()))
}

/// A hash that no password matches. It is random, because reset tokens are bound to the hash: with one shared hash, a
/// token of one user would fit the state of another.
fn unusable(operator: &Operator) -> Result<String, EntropyError> {
    Ok(format!("!{}", operator.entropy.secret::<20>()?.expose()))
}
