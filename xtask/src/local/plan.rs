//! What a local start consists of.

use std::path::PathBuf;

use crate::{
    cli::{DelayArgs, PasswordPolicy},
    tls::TlsFiles,
};

/// Name of the stack that `run` deploys locally.
pub const STACK: &str = "aviary-local";
/// Region of the local AWS.
pub const REGION: &str = "us-east-1";

/// What to start, and on which ports.
#[derive(Debug)]
pub struct Plan {
    /// Name of the stack; names of tables and buckets begin with it.
    pub stack: String,
    /// Folder of the local AWS's data.
    pub data: PathBuf,
    /// Folder of the files that `cargo lambda watch` reads.
    pub files: PathBuf,
    /// Port of the API. With TLS, plain HTTP is on the next port.
    pub api_port: u16,
    /// Port of DynamoDB; 0 for any free port.
    pub dynamodb_port: u16,
    /// Port of the other services; 0 for any free port.
    pub aws_port: u16,
    /// Use the release builds.
    pub release: bool,
    /// Rebuild functions when their sources change.
    pub reload: bool,
    /// Serve HTTPS with this certificate.
    pub tls: Option<TlsFiles>,
    /// The functions' password policy.
    pub password_policy: PasswordPolicy,
    /// Whether a new address of an account waits until its mailbox confirms it.
    pub confirm_address: bool,
    /// Delays of streams and indexes.
    pub delays: DelayArgs,
}

impl Plan {
    /// The port of plain HTTP.
    pub(super) fn plain_port(&self) -> u16 {
        self.api_port + u16::from(self.tls.is_some())
    }

    /// Base URL of the API.
    pub(super) fn api_url(&self) -> String {
        match self.tls {
            Some(_) => format!("https://localhost:{}", self.api_port),
            None => format!("http://127.0.0.1:{}", self.api_port),
        }
    }
}
