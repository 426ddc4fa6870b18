//! The options of the operators' tasks, which work on a deployment.

use std::path::PathBuf;

use clap::Args;

/// Options of `staff`.
#[derive(Clone, Debug, Args)]
pub struct StaffArgs {
    /// Username or mail address.
    pub name: String,
    /// Make the user no longer staff.
    #[arg(long)]
    pub remove: bool,
    /// The deployment.
    #[command(flatten)]
    pub deployment: DeploymentArgs,
}

/// Options of `import-django`.
#[derive(Clone, Debug, Args)]
pub struct ImportDjangoArgs {
    /// Output of `manage.py dumpdata auth.user`.
    pub file: PathBuf,
    /// The deployment.
    #[command(flatten)]
    pub deployment: DeploymentArgs,
}

/// Options of `migrate`.
#[derive(Clone, Debug, Args)]
pub struct MigrateArgs {
    /// Only say what is left to do; fails if anything is.
    #[arg(long)]
    pub check: bool,
    /// The deployment.
    #[command(flatten)]
    pub deployment: DeploymentArgs,
}

/// Options of `recount`.
#[derive(Clone, Debug, Args)]
pub struct RecountArgs {
    /// Correct wrong counters.
    #[arg(long)]
    pub repair: bool,
    /// Seconds after which a counter must still be wrong in the same way.
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pub pause: u16,
    /// The deployment.
    #[command(flatten)]
    pub deployment: DeploymentArgs,
}

/// Options of `sweep-media`.
#[derive(Clone, Debug, Args)]
pub struct SweepMediaArgs {
    /// Remove objects that no item names.
    #[arg(long)]
    pub repair: bool,
    /// Seconds after which an object must still be without an item.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub pause: u16,
    /// The deployment.
    #[command(flatten)]
    pub deployment: DeploymentArgs,
}

/// The deployment of a task: the local one unless a stack or tables are named.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "A deployed stage (otherwise what `cargo xtask run` serves)")]
pub struct DeploymentArgs {
    /// The stack; its tables are looked up with the AWS CLI.
    #[arg(long, value_name = "NAME")]
    pub stack: Option<String>,
    /// The region [default: as the environment or the profile says].
    #[arg(long)]
    pub region: Option<String>,
    /// The AWS CLI's profile with the credentials.
    #[arg(long)]
    pub profile: Option<String>,
    /// The accounts table, if the tables are named by hand because there is no AWS CLI.
    #[arg(long, value_name = "TABLE", conflicts_with = "stack", requires_all = ["credentials_table", "social_table", "feed_table"])]
    pub accounts_table: Option<String>,
    /// The credentials table.
    #[arg(long, value_name = "TABLE", requires = "accounts_table")]
    pub credentials_table: Option<String>,
    /// The social table.
    #[arg(long, value_name = "TABLE", requires = "accounts_table")]
    pub social_table: Option<String>,
    /// The feed table.
    #[arg(long, value_name = "TABLE", requires = "accounts_table")]
    pub feed_table: Option<String>,
    /// The log group of the audit trail. Without it no event is written.
    #[arg(long, value_name = "GROUP", requires = "accounts_table")]
    pub audit_log_group: Option<String>,
}
