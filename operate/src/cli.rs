//! The command line. People call it through `cargo xtask`, which sets the variables that name the tables.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Tasks of an operator, on the tables that the environment names.
#[derive(Debug, Parser)]
#[command(name = "operate")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub task: Task,
}

/// One task.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Make a user staff.
    Staff {
        /// The username, or the address.
        name: String,
        /// Make the user no longer staff.
        #[arg(long)]
        remove: bool,
    },
    /// Import the users of a Django project.
    ImportDjango {
        /// What `manage.py dumpdata auth.user` wrote.
        file: PathBuf,
    },
    /// Rewrite items that an earlier version of the service wrote.
    Migrate {
        /// Only say what is left to do; fails if anything is.
        #[arg(long)]
        check: bool,
    },
    /// Compare every counter with what it counts.
    Recount {
        /// Set those that are wrong.
        #[arg(long)]
        repair: bool,
        /// How long a counter must have been wrong in the same way.
        #[arg(long, value_name = "SECONDS", default_value_t = 5)]
        pause: u16,
    },
    /// Compare the media in the bucket with the items that name them.
    SweepMedia {
        /// Remove objects that no item names.
        #[arg(long)]
        repair: bool,
        /// How long an object must have been without an item.
        #[arg(long, value_name = "SECONDS", default_value_t = 60)]
        pause: u16,
    },
}
