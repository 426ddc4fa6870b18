//! Why the local AWS does not start.

use std::path::PathBuf;

use aviary_template::TemplateError;

/// Why the local AWS does not start. Each message is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The template is unusable.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A role has a policy that cannot be enforced.
    #[error("the policy {place}: {reason}")]
    Policy {
        /// The role, the policy and the statement.
        place: String,
        /// What is not understood.
        reason: String,
    },
    /// The folder for the data cannot be used.
    #[error("cannot use the folder {}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Another local AWS has the folder open.
    #[error("the folder {} is in use by another local AWS: stop that one or choose another folder", path.display())]
    FolderInUse {
        /// The folder.
        path: PathBuf,
    },
    /// Another process listens on the port.
    #[error("port {port} on 127.0.0.1 is in use: stop what listens there or choose another port for {service}")]
    PortInUse {
        /// The port asked for.
        port: u16,
        /// The service that wanted the port.
        service: &'static str,
    },
    /// The port cannot be used for another reason.
    #[error("cannot listen on port {port} of 127.0.0.1: {source}")]
    Listen {
        /// The port asked for.
        port: u16,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A table exists with another definition than the template's.
    #[error(
        "the table {table} was created with another definition ({difference} differ): start with `--fresh`, which \
         deletes the local data, or restore the template"
    )]
    TableDiffers {
        /// The table's name.
        table: String,
        /// The part of the definition that differs.
        difference: &'static str,
    },
    /// The database refused a request, or its file cannot be used.
    #[error("the local DynamoDB: {0}")]
    DynamoDb(String),
    /// AWS would refuse the name of a bucket or log group.
    #[error("{name:?} is not valid for a {what}")]
    Name {
        /// A bucket or a log group.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// The files of S3 cannot be used.
    #[error("the local S3: {0}")]
    S3(String),
    /// The database of the logs cannot be used.
    #[error("the local CloudWatch Logs: {0}")]
    Logs(#[from] rusqlite::Error),
    /// A stream or the database of the deliveries cannot be used.
    #[error("the delivery to functions: {0}")]
    Delivery(String),
    /// The database of the mails cannot be used.
    #[error("the local SES: {0}")]
    Ses(rusqlite::Error),
    /// The operating system refused threads.
    #[error("cannot start the threads of the local AWS: {0}")]
    Runtime(std::io::Error),
}
