//! Importing users: one transaction each, as a signup.

use std::io::{self, Write};

use aviary_model::{EntropyError, UserId};
use aviary_store::{Profile, Registration, RegistrationError, StoreError, User};
use futures_util::{StreamExt, stream};

use crate::newcomer::{Newcomer, Planned};
use crate::operator::Operator;

/// Transactions under way at once: enough to hide the network, too few to be throttled.
const AT_ONCE: usize = 4;
/// How often the progress is said.
const PROGRESS_EVERY: usize = 500;

/// What became of all users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Those who are new here, the ones without a password among them.
    pub imported: usize,
    /// New here, and without a password.
    pub without_password: usize,
    /// Those whom an earlier run imported.
    pub already: usize,
    /// Those who could not be imported.
    pub skipped: usize,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { imported, without_password, already, skipped } = self;
        write!(
            f,
            "{} users: {imported} imported ({without_password} of them without a password), {already} imported before, {skipped} skipped.",
            imported + already + skipped
        )
    }
}

/// Why an import stopped. What was imported stays, and another run goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// DynamoDB did not answer.
    #[error("stopped at {who}: {cause}; run it again, what is imported is not imported twice")]
    Store {
        /// The user whose turn it was.
        who: String,
        /// What DynamoDB said.
        cause: StoreError,
    },
    /// Nobody takes the lines.
    #[error("the output is closed: {0}")]
    Output(#[from] io::Error),
}

enum Outcome {
    Imported { with_password: bool, notes: Vec<String> },
    Already,
    Skipped(String),
}

/// Imports users in their order, a few at once, with a line for each on `out` and the progress of a long list on
/// `progress`.
///
/// # Errors
/// When DynamoDB does not answer or the output is closed; those of whom a line was written are done.
pub async fn import(
    operator: &Operator,
    users: Vec<Planned>,
    out: &mut dyn Write,
    progress: &mut dyn Write,
) -> Result<Summary, ImportError> {
    let total = users.len();
    let mut summary = Summary::default();
    let turns = users.into_iter().map(|user| async move {
        let outcome = match user.plan {
            Ok(newcomer) => register(operator, newcomer).await,
            Err(why) => Ok(Outcome::Skipped(why)),
        };
        (user.who, outcome)
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
    /// Counts a user, and says what became of it.
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

async fn register(operator: &Operator, newcomer: Newcomer) -> Result<Outcome, StoreError> {
    let Newcomer { username, email, password, alias, principal, joined, mut notes } = newcomer;
    let with_password = password.is_some();
    let created_at = joined.unwrap_or_else(|| operator.clock.now());
    // Ids sort by time, so the administration's lists show these users where they joined.
    let id = UserId::new(created_at, operator.entropy.as_ref())?;
    let password = password.map_or_else(|| unusable(operator), Ok)?;
    let mut profile = Profile::new(id, username.clone(), created_at);
    profile.alias = alias;
    let user = User { id, username, email, password, created_at };
    let registration =
        Registration::new(&operator.accounts, &operator.credentials, &operator.profiles, user.clone(), profile);
    match registration.with_principal(principal).commit(&operator.db).await {
        Ok(()) => {}
        Err(RegistrationError::Taken { username, email }) => return taken(operator, &user, username, email).await,
        Err(RegistrationError::Store(error)) => return Err(error),
    }
    operator.record("account_imported", id).await;
    notes.extend((!principal.active).then(|| "inactive".to_owned()));
    notes.extend(principal.staff.then(|| "staff".to_owned()));
    Ok(Outcome::Imported { with_password, notes })
}

/// Whoever has the name and joined at the very same moment is the same user, imported before.
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

/// A hash that no password has; random, so that no two users share a state that a reset token would prove.
fn unusable(operator: &Operator) -> Result<String, EntropyError> {
    Ok(format!("!{}", operator.entropy.secret::<20>()?.expose()))
}
