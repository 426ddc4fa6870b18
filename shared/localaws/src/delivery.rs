//! Delivers stream records, events of rules, messages of queues and scheduled events to functions, as AWS does.

mod backoff;
mod batch;
mod records;
mod report;
mod rule;
mod schedule;
mod state;
mod stream;
pub(crate) mod target;
mod trim;

use std::future::Future;
use std::time::Duration;

use aviary_template::{EventSources, StartingPosition, StreamSource};
use dynoxide::Database;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::config::Config;
use crate::error::StartError;
use batch::Rules;
use records::Reader;
use rule::RuleDelivery;
use schedule::ScheduleDelivery;
pub(crate) use state::State;
use state::Subscription;
use stream::StreamDelivery;
use target::Target;
pub(crate) use trim::Trim;

/// The deliveries of one local AWS.
pub(crate) struct Deliveries {
    state: State,
    streams: Vec<StreamDelivery>,
    schedules: Vec<ScheduleDelivery>,
    rules: Vec<RuleDelivery>,
}

impl Deliveries {
    /// Reads how far earlier deliveries came, and marks where new ones begin.
    pub(crate) fn open(config: &Config, database: &Database) -> Result<Self, StartError> {
        let failed = |error: rusqlite::Error| StartError::Delivery(error.to_string());
        let state = State::open(&config.data.join("delivery.sqlite")).map_err(failed)?;
        let target = config.functions_url.clone().map(|url| Target { url, limit: config.invocation_limit });
        let mut deliveries = Self { state, streams: Vec::new(), schedules: Vec::new(), rules: Vec::new() };
        for sources in &config.event_sources {
            for source in &sources.streams {
                let subscription = Subscription::new(sources, source);
                let reader = Reader::open(database.clone(), &source.arn).map_err(StartError::Delivery)?;
                // Also without functions: records written from now on must not be missed.
                begin(&deliveries.state, &subscription, source.starting_position, &reader)?;
                if let Some(target) = &target {
                    let stream = stream(config, source, (subscription, reader, deliveries.state.clone()), target);
                    deliveries.streams.push(stream);
                }
            }
            if let Some(target) = &target {
                deliveries.schedules.extend(schedules(config, sources, target));
                if !sources.rules.is_empty() || !sources.queues.is_empty() {
                    let (function, state) = (sources.binary.clone(), deliveries.state.clone());
                    let (target, clock) = (target.clone(), Clock::system());
                    deliveries.rules.push(RuleDelivery { function, state, target, clock });
                }
            }
        }
        Ok(deliveries)
    }

    /// The positions of the deliveries, and the batches that were given up.
    pub(crate) fn state(&self) -> State {
        self.state.clone()
    }

    /// Delivers until `stopped` changes. A batch that is being delivered then is delivered again after the next start.
    pub(crate) fn spawn(self, tasks: &mut JoinSet<()>, stopped: &watch::Receiver<()>) {
        for stream in self.streams {
            tasks.spawn(until(stopped.clone(), stream.run()));
        }
        for rule in self.rules {
            tasks.spawn(until(stopped.clone(), rule.run()));
        }
        for schedule in self.schedules {
            tasks.spawn(until(stopped.clone(), schedule.run()));
        }
    }
}

async fn until(mut stopped: watch::Receiver<()>, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        // An error means that the sender was dropped, which is a stop too.
        _ = stopped.changed() => {}
    }
}

fn begin(state: &State, of: &Subscription, at: StartingPosition, reader: &Reader) -> Result<(), StartError> {
    let failed = |error: rusqlite::Error| StartError::Delivery(error.to_string());
    if state.position(of).map_err(failed)?.is_some() {
        return Ok(());
    }
    let position = match at {
        StartingPosition::TrimHorizon => None,
        StartingPosition::Latest => reader.latest().map_err(StartError::Delivery)?,
    };
    state.advance(of, &position.unwrap_or_default()).map_err(failed)
}

fn stream(
    config: &Config,
    source: &StreamSource,
    (subscription, reader, state): (Subscription, Reader, State),
    target: &Target,
) -> StreamDelivery {
    StreamDelivery {
        subscription,
        reader,
        state,
        target: target.clone(),
        rules: Rules {
            maximum_retries: source.maximum_retries,
            bisect: source.bisect,
            report_batch_item_failures: source.report_batch_item_failures,
        },
        batch_size: source.batch_size,
        filter: source.filter.clone(),
        maximum_age: source.maximum_record_age_s.map(Duration::from_secs),
        delay: config.stream_delay,
        // Records have the machine's time, whatever the clock of the logs says.
        clock: Clock::system(),
    }
}

fn schedules(config: &Config, sources: &EventSources, target: &Target) -> Vec<ScheduleDelivery> {
    let delivery = |schedule: &aviary_template::Schedule| ScheduleDelivery {
        function: sources.binary.clone(),
        schedule: schedule.clone(),
        target: target.clone(),
        first_after: config.first_schedule_after,
        clock: Clock::system(),
    };
    sources.schedules.iter().map(delivery).collect()
}
