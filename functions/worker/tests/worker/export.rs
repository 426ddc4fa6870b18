//! An export by the real worker as a separate process: nothing bounds what an account has, but Lambda bounds the
//! process's memory, and ends all jobs of a process that needs more.

use std::fmt::Write;

use aviary_media::PrivateKey;
use aviary_model::{Clock, Encoding, IntegerSession, SetId, UserId};
use aviary_store::{ExportState, Exports, JobsTable, SecurityEvents, SetContent, SetWrite, StoredSet, Task, Written};
use e2e::Function;
use serde_json::Value;
use serde_json::value::RawValue;
use test_support::table;

use crate::fixture::Fixture;

/// The memory that `template.yaml` gives the worker.
const MEMORY: u64 = 256 << 20;
/// Small units are the worst case: as values of a JSON library they take some forty times their text.
const UNITS: u64 = 150_000;
const SETS: u8 = 4;

impl Fixture {
    /// A set of many small units, as `integers` writes it. Returns their text.
    async fn many_units(&self, user: UserId, name: &str, number: u8) -> String {
        let session = IntegerSession::parse("s").unwrap();
        let open = self.integers.open(user, &session, self.clock.now()).await.unwrap();
        let key = PrivateKey::integers(user, open.generation, number.into());
        let id = SetId::parse(name).unwrap();
        let check = self.integers.announce_object(&open, &id, key.as_str(), self.clock.now()).await.unwrap();
        let mut units = String::new();
        for index in 0..UNITS {
            write!(units, r#"{}{{"index":{index},"X":1,"q":1}}"#, if index == 0 { '[' } else { ',' }).unwrap();
        }
        units.push(']');
        self.bucket.put_private(&key, "application/json", &[units.clone().into()]).await.unwrap();
        let version = self.integers.new_version(self.clock.now()).unwrap();
        let (bytes, content) = (units.len() as u64, SetContent::Object(key.as_str().to_owned()));
        let set = StoredSet { id, version, encoding: Encoding::Number, units: UNITS, bytes, content };
        let write = SetWrite { now: self.clock.now(), check: Some(check), claim: None };
        assert_eq!(self.integers.write(&open, &set, &write).await.unwrap(), Written::Done);
        units
    }

    fn exports(&self) -> Exports {
        Exports::new(&self.feed(), &JobsTable::new(&self.db, &table("JobsTable")))
    }
}

/// The most memory that the process has had, in bytes.
fn peak(process: &Function) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1_024
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_fits_into_the_functions_memory_however_much_it_exports() {
    let fixture = Fixture::start();
    fixture.use_system_time();
    let user = fixture.user("ada").await.id;
    let mut sets = Vec::new();
    for number in 0..SETS {
        sets.push(fixture.many_units(user, &format!("set{number}"), number).await);
    }
    let (exports, now) = (fixture.exports(), fixture.clock.now());
    let event = SecurityEvents::new(&fixture.feed()).activity("export_asked", now, "192.0.2.1", "a test").unwrap();
    assert!(exports.ask(user, None, now, &event).await.unwrap());
    let asked = exports.current(user, now).await.unwrap().unwrap();
    let job = fixture.job(Task::Export { user, export: asked.id }).await;

    let worker = Function::start(&fixture.service(), "worker");
    let event = fixture.event(&[&job]).await;
    let output = tokio::task::block_in_place(|| worker.output(&event));
    let output: Value = serde_json::from_slice(&output).unwrap();
    assert_eq!(output["batchItemFailures"].as_array().map(Vec::len), Some(0), "{output}");

    let made = exports.current(user, fixture.clock.now()).await.unwrap().unwrap();
    assert_eq!(made.state, ExportState::Ready);
    let key: PrivateKey = made.key.unwrap().parse().unwrap();
    let file = fixture.bucket.get_private(&key, 1 << 30).await.unwrap().unwrap();
    let file = String::from_utf8(file.to_vec()).unwrap();
    for units in &sets {
        assert!(file.contains(units.as_str()), "the units are as they were stored");
    }
    serde_json::from_str::<&RawValue>(&file).unwrap();
    let peak = peak(&worker);
    assert!(peak < MEMORY, "{} MB for a file of {} MB", peak >> 20, file.len() >> 20);
}
