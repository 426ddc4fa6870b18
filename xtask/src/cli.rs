//! The command line.

mod operators;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use operators::{DeploymentArgs, ImportDjangoArgs, MigrateArgs, RecountArgs, StaffArgs, SweepMediaArgs};

/// The seed of the world whose people have plain names.
pub const DEFAULT_SEED: u64 = 1;

/// Tasks for developing Aviary.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub struct Cli {
    /// The task.
    #[command(subcommand)]
    pub task: Task,
}

/// One task.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Run everything on this machine: the local AWS and all functions behind one base URL.
    Run(RunArgs),
    /// Check formatting and lints, and run all tests.
    Test(TestArgs),
    /// Write docs/endpoints.md from the tables of routes.
    Endpoints,
    /// Write docs/openapi.json, the OpenAPI document, from the handlers and the tables of routes.
    Openapi(OpenapiArgs),
    /// Measure the release builds of the functions against their budgets.
    Bench(BenchArgs),
    /// Let people read, like, post and follow for a while, measure it, and check every counter afterwards.
    Load(LoadArgs),
    /// Disturb the calls of every route's request, and check that clients notice nothing but a delay.
    Faults(FaultsArgs),
    /// Fill the running local service with a made-up world.
    Seed(SeedArgs),
    /// Ask a deployed stage, or the local service, whether everything works together.
    Smoke(SmokeArgs),
    /// Make a user staff.
    Staff(StaffArgs),
    /// Import the users of a Django project, with their passwords.
    ImportDjango(ImportDjangoArgs),
    /// Rewrite items that an earlier version of the service wrote.
    Migrate(MigrateArgs),
    /// Compare every counter (likes, followers, unread notifications, …) with the items that it counts.
    Recount(RecountArgs),
    /// Find media objects that no item names, and items whose object is missing.
    SweepMedia(SweepMediaArgs),
}

/// Options of `run`.
#[derive(Clone, Debug, Args)]
pub struct RunArgs {
    /// Start only the local AWS, and print the call of `cargo lambda watch` that serves the functions.
    #[arg(long)]
    pub aws_only: bool,
    /// Delete the data of earlier runs first.
    #[arg(long)]
    pub fresh: bool,
    /// Build with optimisations, as for a deployment.
    #[arg(long)]
    pub release: bool,
    /// Do not rebuild a function when its source changes.
    #[arg(long)]
    pub no_watch: bool,
    /// Port of the base URL [default: 9000, or 4430 with --https].
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
    /// Serve HTTPS with a self-signed certificate; plain HTTP is then on the next port.
    #[arg(long)]
    pub https: bool,
    /// Passwords that signup accepts: `documented` admits the short ones of the client documents' examples.
    #[arg(long, value_enum, default_value_t = PasswordPolicy::Documented)]
    pub password_policy: PasswordPolicy,
    /// Let a new address of an account wait until the link in the mail to it is followed, as deployments do.
    #[arg(long)]
    pub confirm_address: bool,
    /// Delays of the local AWS.
    #[command(flatten)]
    pub delays: DelayArgs,
}

/// How long the effects of a write are delayed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Args)]
pub struct DelayArgs {
    /// Deliver stream records no earlier than this many milliseconds after their change.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub stream_delay_ms: u32,
    /// Show a change in DynamoDB's global indexes only this many milliseconds later.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub index_delay_ms: u32,
}

impl RunArgs {
    /// The port of the base URL.
    pub fn api_port(&self) -> u16 {
        self.port.unwrap_or(if self.https { 4430 } else { 9000 })
    }
}

/// Values of `--password-policy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PasswordPolicy {
    /// Every rule applies everywhere.
    Standard,
    /// Short passwords are accepted where a client document's example has one.
    Documented,
}

impl PasswordPolicy {
    /// Value of the variable in the functions' environment.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Documented => "documented",
        }
    }
}

/// Options of `test`.
#[derive(Clone, Debug, Default, Args)]
pub struct TestArgs {
    /// Run everything that needs a browser, other programs or minutes too. Installs what is missing.
    #[arg(long, conflicts_with = "dynamodb_local")]
    pub full: bool,
    /// Check the deployment too: cfn-lint, sam validate, checkov and sam build.
    #[arg(long)]
    pub deploy: bool,
    /// Run only the store's tests, against AWS's own DynamoDB Local (needs Java 17 and npm).
    #[arg(long, conflicts_with = "deploy")]
    pub dynamodb_local: bool,
    /// Delays of the local AWS while the tests run.
    #[command(flatten)]
    pub delays: DelayArgs,
    /// Arguments for the test runner, for example the name of a test. Documentation tests are then left out.
    #[arg(last = true, value_name = "ARGS")]
    pub runner_args: Vec<String>,
}

/// Options of `openapi`.
#[derive(Clone, Debug, Args)]
pub struct OpenapiArgs {
    /// First record what the service answers to the sample of each route (docs/examples.json), as far as it has
    /// changed.
    #[arg(long)]
    pub record: bool,
}

/// Options of `bench`.
#[derive(Clone, Debug, Args)]
pub struct BenchArgs {
    /// Measure only `auth`, beside Django with djoser and simplejwt, which is installed at the first time.
    #[arg(long, conflicts_with_all = ["instructions", "functions", "starts"])]
    pub django: bool,
    /// Count instructions by valgrind instead of measuring times. They repeat, whatever else the machine does.
    #[arg(long)]
    pub instructions: bool,
    /// Build this commit too, compare its instructions, and fail if one grew by more than a tenth.
    #[arg(long, value_name = "COMMIT", requires = "instructions")]
    pub compare: Option<String>,
    /// Only this function; can be repeated [default: all].
    #[arg(long = "function", value_name = "NAME")]
    pub functions: Vec<String>,
    /// Warm requests per function and operation.
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    pub requests: u32,
    /// Starts of each function; the median is reported.
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub starts: u32,
}

/// Options of `load`.
#[derive(Clone, Debug, Args)]
pub struct LoadArgs {
    /// Seconds for which people act. Checking comes afterwards.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub seconds: u32,
    /// Number of people.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(4..=20_000))]
    pub people: u32,
    /// Followers of the celebrity, who are further people that only read their timelines.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(0..=20_000))]
    pub followers: u32,
    /// Processes of each function that answers requests, as Lambda has environments.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub environments: u8,
    /// Requests that are under way at once.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub clients: u8,
    /// Measure the release builds.
    #[arg(long)]
    pub release: bool,
    /// The same number makes the same people do the same.
    #[arg(long, default_value_t = DEFAULT_SEED)]
    pub seed: u64,
}

/// Options of `faults`.
#[derive(Clone, Debug, Args)]
pub struct FaultsArgs {
    /// The same number makes the same sample.
    #[arg(long, default_value_t = DEFAULT_SEED)]
    pub seed: u64,
    /// Minutes of the sample, 10 if none are given. With --all, no route begins after them.
    #[arg(long)]
    pub minutes: Option<f64>,
    /// Every fault at every call of every route, in random order.
    #[arg(long)]
    pub all: bool,
    /// Only routes whose method and path contain this.
    #[arg(long, value_name = "TEXT")]
    pub route: Option<String>,
    /// Services that are walked at the same time. Each takes up to 500 MiB.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub worlds: u8,
    /// Drive release builds of the functions, which take less CPU.
    #[arg(long)]
    pub release: bool,
}

/// Options of `seed`.
#[derive(Clone, Debug, Args)]
pub struct SeedArgs {
    /// Number of people.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=2000))]
    pub users: u16,
    /// The same number makes the same world.
    #[arg(long, default_value_t = DEFAULT_SEED)]
    pub seed: u64,
    /// Base URL of the service.
    #[arg(long, default_value = "http://127.0.0.1:9000")]
    pub url: String,
}

/// Options of `smoke`.
#[derive(Clone, Debug, Args)]
pub struct SmokeArgs {
    /// Base URL of the service: the output `ApiUrl` of the stack, or `http://127.0.0.1:9000`.
    pub url: String,
    /// Only read. Without it three accounts are made, act, and are removed again.
    #[arg(long, conflicts_with = "bounces")]
    pub read_only: bool,
    /// Also mail a mailbox of SES's simulator that bounces, and wait until its owner is told. For a stage with a
    /// sender; a local service is always asked.
    #[arg(long)]
    pub bounces: bool,
    /// Where the local AWS shows mails [default: as `cargo xtask run` serves it, if the base URL is on this machine].
    #[arg(long, value_name = "URL")]
    pub local_aws: Option<String>,
    /// Seconds to wait for what follows a write: timelines, notifications, pictures, mails.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub patience: u16,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn run_args(line: &[&str]) -> RunArgs {
        let line = ["cargo xtask", "run"].iter().chain(line);
        match Cli::try_parse_from(line).unwrap().task {
            Task::Run(args) => args,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_port_follows_the_scheme_unless_it_is_given() {
        assert_eq!(run_args(&[]).api_port(), 9000);
        assert_eq!(run_args(&["--https"]).api_port(), 4430);
        assert_eq!(run_args(&["--https", "--port", "8443"]).api_port(), 8443);
    }

    #[test]
    fn the_documented_password_policy_is_the_default() {
        assert_eq!(run_args(&[]).password_policy.as_str(), "documented");
        assert_eq!(run_args(&["--password-policy", "standard"]).password_policy.as_str(), "standard");
    }

    #[test]
    fn addresses_change_at_once_unless_the_run_confirms_them() {
        assert!(!run_args(&[]).confirm_address && run_args(&["--confirm-address"]).confirm_address);
    }

    #[test]
    fn port_zero_and_unknown_policies_are_refused() {
        assert!(Cli::try_parse_from(["cargo xtask", "run", "--port", "0"]).is_err());
        assert!(Cli::try_parse_from(["cargo xtask", "run", "--port", "65536"]).is_err());
        assert!(Cli::try_parse_from(["cargo xtask", "run", "--password-policy", "none"]).is_err());
    }

    #[test]
    fn delays_are_zero_by_default() {
        assert_eq!(run_args(&[]).delays, DelayArgs::default());
        let delays = run_args(&["--stream-delay-ms", "300", "--index-delay-ms", "700"]).delays;
        assert_eq!((delays.stream_delay_ms, delays.index_delay_ms), (300, 700));
        assert!(Cli::try_parse_from(["cargo xtask", "test", "--index-delay-ms", "-1"]).is_err());
    }

    #[test]
    fn arguments_after_two_dashes_go_to_the_test_runner() {
        let cli = Cli::try_parse_from(["cargo xtask", "test", "--deploy", "--", "signup", "--deploy"]).unwrap();
        let Task::Test(args) = cli.task else { panic!("not a test task") };
        assert!(args.deploy);
        assert_eq!(args.runner_args, ["signup", "--deploy"]);
        assert!(Cli::try_parse_from(["cargo xtask", "test", "signup"]).is_err());
    }

    #[test]
    fn tables_are_named_all_or_none_and_never_with_a_stack() {
        let parse = |line: &str| Cli::try_parse_from(line.split(' '));
        assert!(parse("xtask staff ada --remove --stack aviary-prod --region eu-west-1 --profile ops").is_ok());
        assert!(
            parse("xtask staff ada --accounts-table a --credentials-table c --social-table s --feed-table f").is_ok()
        );
        assert!(parse("xtask staff ada --accounts-table a --credentials-table c --social-table s").is_err());
        assert!(parse("xtask staff ada --social-table s").is_err());
        let both = "xtask recount --stack x --accounts-table a --credentials-table c --social-table s --feed-table f";
        assert!(parse(both).is_err());
    }
}
