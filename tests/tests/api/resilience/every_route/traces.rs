//! What requests have left in the tables: how many items of each kind mention somebody.

use std::collections::BTreeMap;

use e2e::Service;
use serde_json::Value;

/// Counters of limits, idempotency keys and records that were counted are no effects, and jobs pass.
const TABLES: [&str; 5] = ["AccountsTable", "CredentialsTable", "SocialTable", "FeedTable", "IntegersTable"];
const NO_EFFECTS: [&str; 4] = ["LIMIT#", "ONCE#", "SEEN#", "NOBODY"];

/// The number of items by their kind.
pub(super) type Trace = BTreeMap<String, usize>;

/// Whom a request is about: its sender, and the word in its body that nobody else uses.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) owner: String,
    pub(super) email: String,
    pub(super) mark: Option<String>,
}

/// All items of a service, and the mails that it sent.
pub(super) struct Everything {
    items: BTreeMap<&'static str, Vec<(Value, String)>>,
    mails: Vec<Value>,
}

impl Everything {
    pub(super) async fn of(service: &Service) -> Self {
        let mut items = BTreeMap::new();
        for table in TABLES {
            let found = service.dynamodb().mentions(table, "").await.into_iter();
            items.insert(table, found.map(|item| (item.clone(), item.to_string())).collect());
        }
        let mails = service.fetch(&format!("{}/_local/emails", service.aws_url)).await.with_status(200).json();
        Self { items, mails: mails.as_array().unwrap().clone() }
    }

    pub(super) fn table(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.items[name].iter().map(|(item, _)| item)
    }

    /// What mentions the sender, or the account that the request has made.
    pub(super) fn trace(&self, subject: &Subject) -> Trace {
        let mut ids = vec![subject.owner.clone()];
        if let Some(mark) = &subject.mark {
            let name = format!("NAME#{mark}");
            let made = self.table("AccountsTable").filter(|item| item["pk"]["S"] == name.as_str());
            ids.extend(made.map(|item| item["user_id"]["S"].as_str().unwrap().to_owned()));
            ids.push(mark.clone());
        }
        let mut trace = Trace::new();
        for (table, items) in &self.items {
            for (item, _) in items.iter().filter(|(_, text)| ids.iter().any(|id| text.contains(id))) {
                count(&mut trace, table, item);
            }
        }
        for mail in self.mails.iter().filter(|mail| mail["to"] == subject.email.as_str()) {
            *trace.entry(format!("mail {}", mail["subject"])).or_default() += 1;
        }
        trace
    }
}

fn count(trace: &mut Trace, table: &str, item: &Value) {
    let key = |name: &str| item[name]["S"].as_str().unwrap_or_default();
    let (pk, sk) = (key("pk"), key("sk"));
    if NO_EFFECTS.iter().any(|prefix| pk.starts_with(prefix)) {
        return;
    }
    let first = |text: &str| text.split('#').next().unwrap_or_default().to_owned();
    let mut kind = format!("{table} {}/{}", first(pk), first(sk));
    match first(sk).as_str() {
        "S" => kind.push_str(&format!(" {} revoked={}", item["kind"]["S"], item["revoked"]["BOOL"])),
        "A" => kind.push_str(&format!(" {}", item["event"]["S"])),
        "N" => kind.push_str(&format!(" {}", item["kind"]["S"])),
        "PRINCIPAL" => {
            let epoch = item["epoch"]["N"].as_str().and_then(|epoch| epoch.parse().ok()).unwrap_or(0);
            trace.insert("the epoch".to_owned(), epoch);
        }
        _ => {}
    }
    *trace.entry(kind).or_default() += 1;
}

/// What is in a trace and should not be. A request that was sent `times` times may have had its effect as often where a
/// repetition has an effect of its own, and once else.
pub(super) fn difference(found: &Trace, [once, twice]: [&Trace; 2], times: usize) -> Vec<String> {
    let mut kinds: Vec<&String> = [found, once, twice].into_iter().flat_map(BTreeMap::keys).collect();
    kinds.sort();
    kinds.dedup();
    let mut wrong = Vec::new();
    for kind in kinds {
        let [found, once, twice] = [found, once, twice].map(|trace| trace.get(kind).copied().unwrap_or(0));
        let most = once + twice.saturating_sub(once) * times.saturating_sub(1);
        if !(once.min(twice)..=most.max(once)).contains(&found) {
            wrong.push(format!("{found} × {kind}, where one request leaves {once} and two {twice}"));
        }
    }
    wrong
}

#[test]
fn only_what_a_repetition_adds_may_be_there_more_often() {
    let of = |count: usize| Trace::from([("SocialTable T/TWEET".to_owned(), count)]);
    let wrong = |found: usize, twice: usize| !difference(&of(found), [&of(1), &of(twice)], 3).is_empty();
    assert!(!wrong(1, 1) && wrong(2, 1) && wrong(0, 1), "what is idempotent is there once");
    assert!(!wrong(1, 2) && !wrong(3, 2) && wrong(4, 2) && wrong(0, 2), "each login makes a session");
    assert!(!wrong(0, 0) && !wrong(1, 0) && wrong(2, 0), "a repetition may take it back");
}
