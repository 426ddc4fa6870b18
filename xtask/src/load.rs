//! `cargo xtask load`: people who read, like, post and follow, for a bounded time, against processes of the functions
//! that are driven through the Lambda Runtime API. Afterwards everything is compared with what was done.

mod check;
mod environments;
mod figures;
mod lag;
mod people;
mod request;

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow, ensure};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    cli::{DelayArgs, LoadArgs, PasswordPolicy},
    console,
    local::{self, Plan},
    logs::LogView,
    operate,
    process::Supervisor,
    run,
    runtime_api::InvokeEndpoint,
    seed::workers,
    workspace::Workspace,
};

use environments::{Environments, Ground};
use figures::{Measured, count, ms};
use lag::{Lags, Probe};
use people::{CELEBRITY, People, sign_up};

const STACK: &str = "aviary-load";
/// The functions that people call.
const SERVING: [&str; 4] = ["auth", "tweets", "profiles", "notifications"];
const LOOK: Duration = Duration::from_millis(100);
/// Tweets of random people before the load, so that there is something to read.
const FIRST_TWEETS: usize = 20;

/// Acts, measures, compares, and prints.
pub fn load(workspace: &Workspace, supervisor: &mut Supervisor, args: &LoadArgs) -> Result<()> {
    ensure!(fs::exists("/proc/self/schedstat")?, "load reads Linux's /proc, which is not there");
    run::build(workspace, supervisor, args.release)?;
    let folder = tempfile::Builder::new().prefix("aviary-load").tempdir().context("cannot make a temporary folder")?;
    let plan = plan(folder.path(), args.release);
    let invoke = InvokeEndpoint::start().context("cannot listen on a free port")?;
    let (dynamodb, aws) =
        local::start_local_aws(workspace, supervisor, &plan, &LogView::default(), Some(&invoke.url()))?;
    let settings = local::local_aws(&dynamodb, &aws);
    let functions = local::functions(workspace, &plan, &aws)?;
    let mut ground = Ground { workspace, supervisor, functions, settings, release: args.release };
    let environments = Environments::start(&mut ground, &SERVING, args.environments, &invoke)?;
    let settings = ground.settings;

    let (people, viral, probe) = gather(&environments, args)?;
    supervisor.check()?;
    console::step("Waiting for the timelines of the new followers");
    probe.run(&environments, &people, &AtomicBool::new(false), 1)?;
    let before = environments.derived_cpu()?;
    let acted = act(supervisor, (&environments, &people), (&viral, probe), args)?;
    let after = environments.derived_cpu()?;
    let Acted { measured, mut lags, time } = acted;

    console::step("Comparing counters, notifications and timelines with what was done");
    let compared = check::check(&environments, &people, probe)?;
    let mut cpu = String::new();
    for ((name, after), (_, before)) in after.iter().zip(&before) {
        cpu.push_str(&format!(
            "{name} {:.1} ms, ",
            ms(after.saturating_sub(*before)) / count(measured.requests().max(1))
        ));
    }
    console::say(&format!(
        "\n{} people, {} more who follow the celebrity, {} environments per function, {} clients, {} s, {}:\n\n{}\n{}\n\
         CPU per request of all kinds, beside the above: {}.\n{:.0} requests a second in all.\n",
        args.people,
        args.followers,
        args.environments,
        args.clients,
        time.as_secs(),
        if args.release { "release builds" } else { "debug builds" },
        measured.table(time),
        lags.text(),
        cpu.trim_end_matches(", "),
        count(measured.requests()) / time.as_secs_f64(),
    ));
    console::say(&format!(
        "{} tweets' likes, the counters and unread notifications of {} people and {} followers' timelines are as was done.",
        compared.tweets, compared.people, compared.timelines
    ));
    operate::recount_with(workspace, supervisor, &plan.stack, settings, args.release)?;
    supervisor.stop()
}

fn plan(folder: &Path, release: bool) -> Plan {
    Plan {
        stack: STACK.to_owned(),
        data: folder.join("data"),
        files: folder.to_owned(),
        api_port: 0,
        dynamodb_port: 0,
        aws_port: 0,
        release,
        reload: false,
        tls: None,
        password_policy: PasswordPolicy::Standard,
        confirm_address: false,
        delays: DelayArgs::default(),
    }
}

fn bar(length: u64, message: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(length).with_message(message);
    if let Ok(style) = ProgressStyle::with_template("{msg:24} {bar:36} {pos}/{len} {elapsed} (about {eta} left)") {
        bar.set_style(style);
    }
    if bar.is_hidden() {
        console::step(message);
    }
    bar
}

/// Signs everybody up, lets the followers follow the celebrity, and posts the first tweets. Returns the people, the
/// viral tweet and those who probe.
fn gather(environments: &Environments, args: &LoadArgs) -> Result<(People, String, Probe)> {
    let (active, followers) = (usize::try_from(args.people)?, usize::try_from(args.followers)?);
    // Two more probe.
    let names: Vec<String> = (0..active + followers + 2).map(|number| format!("wren{number}")).collect();
    let signing_up = bar(names.len().try_into()?, "Signing up");
    let all = workers::each(&names, &signing_up, |_, name| sign_up(environments, name))?;
    signing_up.finish_and_clear();
    let people = People::new(all, active);
    let probe = Probe { author: active + followers, follower: active + followers + 1 };
    let mut follows: Vec<(usize, usize)> = (active..active + followers).map(|who| (who, CELEBRITY)).collect();
    // The probes' follower compares the probes' author, and the celebrity, with what is done.
    follows.extend([(probe.follower, probe.author), (probe.follower, CELEBRITY), (probe.author, CELEBRITY)]);
    let following = bar(follows.len().try_into()?, "Following the celebrity");
    workers::each(&follows, &following, |_, edge| people.follow(environments, *edge, |_, _| {}))?;
    following.finish_and_clear();
    let viral = people.post(environments, (CELEBRITY, "viral"), |_, _| {})?;
    for number in 0..FIRST_TWEETS {
        people.post(environments, (number % active, &format!("first-{number}")), |_, _| {})?;
    }
    Ok((people, viral, probe))
}

/// What was measured.
struct Acted {
    measured: Measured,
    lags: Lags,
    time: Duration,
}

/// Lets people act until the time is over, or a signal or an error ends it.
fn act(
    supervisor: &mut Supervisor,
    (environments, people): (&Environments, &People),
    (viral, probe): (&str, Probe),
    args: &LoadArgs,
) -> Result<Acted> {
    let over = AtomicBool::new(false);
    let began = Instant::now();
    let end = began + Duration::from_secs(args.seconds.into());
    let acting = bar(args.seconds.into(), "Reading, liking, posting");
    let client = |number: u64| -> Result<Measured> {
        let mut random = fastrand::Rng::with_seed(args.seed.wrapping_mul(1_000).wrapping_add(number));
        let mut measured = Measured::default();
        while !over.load(Ordering::Relaxed) {
            let acted = people.act(environments, &mut random, viral, &mut measured);
            over.fetch_or(acted.is_err(), Ordering::Relaxed);
            acted?;
        }
        Ok(measured)
    };
    thread::scope(|scope| {
        let client = &client;
        let clients: Vec<_> = (0..args.clients.into()).map(|number| scope.spawn(move || client(number))).collect();
        let prober = scope.spawn(|| probe.run(environments, people, &over, u32::MAX));
        let mut interrupted = Ok(());
        while interrupted.is_ok() && !over.load(Ordering::Relaxed) && Instant::now() < end {
            thread::sleep(LOOK);
            acting.set_position(began.elapsed().as_secs());
            interrupted = supervisor.check();
        }
        let time = began.elapsed();
        over.store(true, Ordering::Relaxed);
        acting.finish_and_clear();
        interrupted?;
        let died = |_| anyhow!("a client has panicked");
        let mut measured = Measured::default();
        for client in clients {
            measured.merge(client.join().map_err(died)??);
        }
        Ok(Acted { measured, lags: prober.join().map_err(died)??, time })
    })
}
