//! Writes to every service, and which of them were answered with success.

use std::collections::BTreeMap;
use std::time::SystemTime;

use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use aws_types::SdkConfig;

use crate::fixture::{BUCKET, GROUP, TABLE, get, item, key, number, object, text};
use crate::mail::mail;
use crate::process::Process;

/// The item that all writers count in.
const COUNTER: &str = "counter";
/// Large enough to fill a small disk.
const LENGTH: usize = 4_000;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Item,
    Transaction,
    Count,
    Object,
    Replacement,
    Event,
    Mail,
}

impl Kind {
    pub(super) const ALL: [Self; 7] =
        [Self::Item, Self::Transaction, Self::Count, Self::Object, Self::Replacement, Self::Event, Self::Mail];
}

/// Names of writes by their kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    answered: BTreeMap<Kind, Vec<String>>,
    /// Those that were refused or not answered: each was done wholly or not at all.
    open: BTreeMap<Kind, Vec<String>>,
}

impl Ledger {
    pub(super) fn answered(&self) -> usize {
        self.answered.values().map(Vec::len).sum()
    }

    pub(super) fn and(mut self, other: Self) -> Self {
        for (into, from) in [(&mut self.answered, other.answered), (&mut self.open, other.open)] {
            for (kind, names) in from {
                into.entry(kind).or_default().extend(names);
            }
        }
        self
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &String> {
        self.answered.get(&kind).into_iter().flatten()
    }

    /// Reads everything that was answered.
    pub(super) async fn assert_kept(&self, process: &Process) {
        let (db, s3) = (crate::fixture::dynamodb(&process.dynamodb), crate::fixture::s3(&process.aws));
        for name in self.of(Kind::Item) {
            assert!(get(&db, name).await.is_some(), "the item {name} is lost");
        }
        for name in self.of(Kind::Transaction).chain(self.open.get(&Kind::Transaction).into_iter().flatten()) {
            let halves = [get(&db, &format!("{name}-a")).await, get(&db, &format!("{name}-b")).await];
            let is_answered = self.of(Kind::Transaction).any(|other| other == name);
            let there = halves.iter().flatten().count();
            assert!(there == 2 || (there == 0 && !is_answered), "{there} items of the transaction {name}");
        }
        let counted = self.of(Kind::Count).count();
        let unknown = self.open.get(&Kind::Count).map_or(0, Vec::len);
        let counter = get(&db, COUNTER).await.map_or(0, |item| item["n"].as_n().unwrap().parse::<usize>().unwrap());
        assert!((counted..=counted + unknown).contains(&counter), "{counter} of {counted} and {unknown} unanswered");
        for name in self.of(Kind::Object) {
            assert_eq!(object(&s3, name).await.as_deref(), Some(body(name).as_str()), "the object {name}");
        }
        self.assert_replaced(&s3).await;
        let found = logged(process).await;
        for name in self.of(Kind::Event) {
            assert_eq!(
                found.iter().filter(|message| message.contains(&format!("{name}:"))).count(),
                1,
                "the event {name}"
            );
        }
        let url = format!("{}/_local/emails", process.aws);
        let mails = reqwest::get(url).await.unwrap().error_for_status().unwrap().text().await.unwrap();
        for name in self.of(Kind::Mail) {
            assert!(mails.contains(&format!("{name}:")), "the mail {name} is lost");
        }
    }

    /// Each writer's one object is that of its last answered replacement, or of one that was not answered.
    async fn assert_replaced(&self, s3: &aws_sdk_s3::Client) {
        let mut last = BTreeMap::new();
        for name in self.of(Kind::Replacement) {
            last.insert(replaced(name), name);
        }
        for (key, name) in last {
            let found = object(s3, &key).await.unwrap_or_else(|| panic!("the object {key} is lost"));
            let open = self.open.get(&Kind::Replacement).into_iter().flatten();
            let possible = open.filter(|name| replaced(name) == key).chain([name]);
            assert!(possible.into_iter().any(|name| body(name) == found), "{key} is {found:.40}, not {name}");
        }
    }
}

async fn logged(process: &Process) -> Vec<String> {
    let logs = crate::fixture::logs(&process.aws);
    let (mut found, mut next) = (Vec::new(), None);
    loop {
        let page = logs.filter_log_events().log_group_name(GROUP).set_next_token(next).send().await.unwrap();
        found.extend(page.events().iter().filter_map(|event| event.message().map(ToOwned::to_owned)));
        next = page.next_token().map(ToOwned::to_owned);
        if next.is_none() {
            return found;
        }
    }
}

/// The key that all replacements of a writer have.
fn replaced(name: &str) -> String {
    let writer = name.rsplit_once('.').map_or(name, |(writer, _)| writer);
    format!("replaced/{writer}")
}

fn body(name: &str) -> String {
    format!("{name}:{}", "x".repeat(LENGTH))
}

/// A client of every service that sends each request once.
pub(super) struct Writer {
    name: String,
    number: usize,
    db: aws_sdk_dynamodb::Client,
    pub(super) s3: aws_sdk_s3::Client,
    logs: aws_sdk_cloudwatchlogs::Client,
    ses: aws_sdk_sesv2::Client,
}

fn once(url: &str) -> SdkConfig {
    let config = aviary_aws::sdk_config_for(url, "local", "local-secret").into_builder();
    config.retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled()).build()
}

impl Writer {
    pub(super) async fn new(process: &Process, name: &str) -> Self {
        let aws = once(&process.aws);
        let s3 = aws_sdk_s3::config::Builder::from(&aws).force_path_style(true).build();
        let logs = aws_sdk_cloudwatchlogs::Client::new(&aws);
        logs.create_log_stream().log_group_name(GROUP).log_stream_name(name).send().await.unwrap();
        Self {
            name: name.to_owned(),
            number: 0,
            db: aws_sdk_dynamodb::Client::new(&once(&process.dynamodb)),
            s3: aws_sdk_s3::Client::from_conf(s3),
            logs,
            ses: aws_sdk_sesv2::Client::new(&aws),
        }
    }

    /// Writes something new, and notes whether that was answered with success.
    pub(super) async fn write(&mut self, kind: Kind, ledger: &mut Ledger) -> bool {
        self.number += 1;
        let name = format!("{}.{}", self.name, self.number);
        let answered = self.send(kind, &name).await;
        let noted = if answered { &mut ledger.answered } else { &mut ledger.open };
        noted.entry(kind).or_default().push(name);
        answered
    }

    async fn send(&self, kind: Kind, name: &str) -> bool {
        let new = |name: &str| item(name, &[("text", text(&body(name)))]);
        match kind {
            Kind::Item => self.db.put_item().table_name(TABLE).set_item(Some(new(name))).send().await.is_ok(),
            Kind::Transaction => {
                let put = |half: &str| {
                    let put = Put::builder().table_name(TABLE).set_item(Some(new(&format!("{name}-{half}")))).build();
                    TransactWriteItem::builder().put(put.unwrap()).build()
                };
                self.db.transact_write_items().transact_items(put("a")).transact_items(put("b")).send().await.is_ok()
            }
            Kind::Count => {
                let update = self.db.update_item().table_name(TABLE).set_key(Some(key(COUNTER)));
                let update = update.update_expression("ADD n :one").expression_attribute_values(":one", number(1));
                update.send().await.is_ok()
            }
            Kind::Object => self.put(name, name).await,
            Kind::Replacement => self.put(&replaced(name), name).await,
            Kind::Event => {
                let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
                // The end tells `a.1` from `a.10`.
                let event = InputLogEvent::builder().timestamp(now.try_into().unwrap()).message(format!("{name}:"));
                let put = self.logs.put_log_events().log_group_name(GROUP).log_stream_name(&self.name);
                put.log_events(event.build().unwrap()).send().await.is_ok()
            }
            Kind::Mail => mail(&self.ses, &["a@x.example"], &format!("{name}:")).send().await.is_ok(),
        }
    }

    async fn put(&self, key: &str, name: &str) -> bool {
        let body = body(name).into_bytes().into();
        self.s3.put_object().bucket(BUCKET).key(key).body(body).send().await.is_ok()
    }
}
