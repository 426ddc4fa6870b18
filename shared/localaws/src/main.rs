//! `localaws`: the local AWS as a process.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use aviary_localaws::{Config, DEFAULT_STACK, FunctionsUrl, LocalAws};
use clap::Parser;
use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tracing_subscriber::EnvFilter;

/// The environment variable of the log filter.
const LOG_LEVEL: &str = "AVIARY_LOG_LEVEL";
/// Developers need to see when a delivery begins or fails.
const DEFAULT_LOG_LEVEL: &str = "warn,aviary_localaws::delivery=info";

/// DynamoDB, S3, CloudWatch Logs and SES on this machine, with the template's resources, and the delivery of stream
/// records and schedules to functions.
#[derive(Debug, Parser)]
#[command(name = "localaws")]
struct Arguments {
    /// The SAM template that names tables, buckets and log groups.
    #[arg(long, default_value = "template.yaml")]
    template: PathBuf,
    /// The folder for the data.
    #[arg(long)]
    data: PathBuf,
    /// The stack's name. Resources without a name in the template get one that begins with it.
    #[arg(long, default_value = DEFAULT_STACK)]
    stack: String,
    /// The port of DynamoDB; 0 for any free port.
    #[arg(long, default_value_t = 4600)]
    dynamodb_port: u16,
    /// The port of S3, CloudWatch Logs and SES; 0 for any free port.
    #[arg(long, default_value_t = 4601)]
    aws_port: u16,
    /// The server that invokes functions, like http://127.0.0.1:9000. Without it no stream record or schedule is
    /// delivered, and stream records wait.
    #[arg(long)]
    functions_url: Option<FunctionsUrl>,
    /// The least age of a stream record when it is delivered, in milliseconds.
    #[arg(long, default_value_t = 0)]
    stream_delay_ms: u64,
    /// The time after which a global secondary index of DynamoDB shows a change, in milliseconds.
    #[arg(long, default_value_t = 0)]
    index_delay_ms: u64,
    /// A parameter of the template, as NAME=VALUE; may be repeated.
    #[arg(long = "parameter", value_parser = parameter)]
    parameters: Vec<(String, String)>,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a parameter is NAME=VALUE".to_owned()),
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match log().and_then(|()| run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("localaws: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Logs go to stderr, because stdout has the one line that reports readiness.
fn log() -> anyhow::Result<()> {
    let level = std::env::var(LOG_LEVEL).unwrap_or_else(|_| DEFAULT_LOG_LEVEL.to_owned());
    let filter: EnvFilter = level.parse().with_context(|| format!("{LOG_LEVEL} is {level:?}, which is no level"))?;
    // s3s logs every refused request as an error, although the client gets the reason.
    let filter = filter.add_directive("s3s=off".parse()?);
    // Mails are shown at every level, because a developer needs the links in them.
    let filter = filter.add_directive("aviary_localaws::ses=info".parse()?);
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    Ok(())
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    // First of all, so that a signal during the start is not lost.
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("cannot listen for signals")?;
    let parameters = BTreeMap::from_iter(arguments.parameters);
    let mut config = Config::from_template(&arguments.template, arguments.data, &arguments.stack, parameters)?;
    config.dynamodb_port = arguments.dynamodb_port;
    config.aws_port = arguments.aws_port;
    config.functions_url = arguments.functions_url;
    config.stream_delay = Duration::from_millis(arguments.stream_delay_ms);
    config.index_delay = Duration::from_millis(arguments.index_delay_ms);
    let aws = LocalAws::start(config)?;

    let ready = json!({"ready": true, "dynamodb": aws.dynamodb_url(), "aws": aws.aws_url()});
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{ready}").and_then(|()| stdout.flush()).context("cannot report readiness on stdout")?;

    signals.forever().next();
    aws.stop();
    Ok(())
}
