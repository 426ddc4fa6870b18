//! Runs the migrations that a table has not had.

use std::io::{self, Write};

use aviary_store::StoreError;

use crate::operator::Operator;

/// Why a migration stopped. What it has rewritten stays; it goes on when it is started again.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// DynamoDB did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The result can't be printed.
    #[error("cannot print the result: {0}")]
    Print(#[from] io::Error),
}

/// Runs the pending migrations in their order and prints each pass, or only names them. True if none is left. Reads the
/// whole table at least twice for each.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn migrate(operator: &Operator, check: bool, out: &mut impl Write) -> Result<bool, MigrateError> {
    let pending = operator.migrator.pending().await?;
    for migration in &pending {
        let (number, what) = (migration.number, migration.what);
        if check {
            writeln!(out, "Migration {number} is left: {what}.")?;
            continue;
        }
        writeln!(out, "Migration {number}: {what}.")?;
        let mut printed = Ok(());
        let print = |pass: aviary_store::Pass| {
            let (read, rewritten, changed) = (pass.read, pass.rewritten, pass.changed);
            let line = writeln!(out, "  {read} items read, {rewritten} rewritten, {changed} changed meanwhile");
            printed = line;
        };
        operator.migrator.migrate(*migration, print).await?;
        printed?;
    }
    if pending.is_empty() {
        writeln!(out, "No migration is left.")?;
    }
    Ok(!check || pending.is_empty())
}
