//! Scheduled events.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aviary_localaws::Config;
use aviary_template::Schedule;
use serde_json::json;
use tokio::net::TcpSocket;
use tokio::sync::Semaphore;

use super::functions::{Answer, Functions};
use super::{config, start, start_at};

/// A configuration with this schedule, whose first run is at once.
fn config_with(every: Duration, input: Option<&str>) -> Config {
    let mut config = config();
    config.first_schedule_after = Duration::ZERO;
    let schedule = Schedule { name: "Sweep".to_owned(), every, input: input.map(str::to_owned) };
    config.event_sources[0].schedules.push(schedule);
    config
}

const SELDOM: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn a_schedule_fires_with_eventbridges_event() {
    let mut functions = Functions::start(|_| Answer::Done).await;
    let _aws = start(&config_with(SELDOM, None), &functions);
    let invocation = functions.next().await;
    assert_eq!(invocation.function, "worker");
    let event = invocation.event;
    assert_eq!(event["source"], "aws.events");
    assert_eq!(event["detail-type"], "Scheduled Event");
    assert_eq!(event["resources"], json!(["arn:aws:events:us-east-1:000000000000:rule/Sweep"]));
    assert_eq!((&event["region"], &event["detail"]), (&json!("us-east-1"), &json!({})));
    assert!(event["time"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn a_schedule_fires_with_its_input_and_at_its_rate() {
    let mut functions = Functions::start(|_| Answer::Done).await;
    let every = Duration::from_millis(150);
    let _aws = start(&config_with(every, Some(r#"{"task":"sweep"}"#)), &functions);
    assert_eq!(functions.next().await.event, json!({"task": "sweep"}));
    let began = Instant::now();
    for _ in 0..4 {
        assert_eq!(functions.next().await.event, json!({"task": "sweep"}));
    }
    // The first of these intervals may have begun before the clock was read.
    assert!(began.elapsed() >= every * 3, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_schedule_waits_for_functions_and_for_their_answer() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let _aws = start_at(&config_with(Duration::from_millis(20), None), &url);

    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    let mut functions = Functions::on(socket.listen(64).unwrap(), move |_| Answer::Held(Arc::clone(&held)));
    functions.next().await;
    gate.add_permits(1_000);
    for _ in 0..5 {
        functions.next().await;
    }
    assert_eq!(functions.most_at_once(), 1);
}

#[tokio::test]
async fn a_failed_invocation_is_retried_twice_with_the_same_event() {
    let mut functions = Functions::start(|_| Answer::Error).await;
    let _aws = start(&config_with(Duration::from_millis(1), None), &functions);
    let mut events = Vec::new();
    for _ in 0..4 {
        events.push(functions.next().await.event);
    }
    assert_eq!(events[0], events[1]);
    assert_eq!(events[0], events[2]);
    assert_ne!(events[0]["id"], events[3]["id"]);
}
