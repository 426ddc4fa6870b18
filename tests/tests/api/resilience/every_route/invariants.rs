//! What must hold in the tables whatever was disturbed.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use e2e::{Service, environment_of, now};
use serde_json::Value;
use xtask::workspace::Workspace;

use super::traces::Everything;

fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item[name]["S"].as_str().unwrap_or_default()
}

/// Items whose sort key is this one.
fn with_sk<'a>(everything: &'a Everything, table: &str, sk: &'a str) -> impl Iterator<Item = &'a Value> {
    everything.table(table).filter(move |item| text(item, "sk") == sk)
}

/// Names and addresses belong to the accounts that use them, and every account has its principal and its profile.
pub(super) fn of_accounts(everything: &Everything) -> Vec<String> {
    let mut wrong = Vec::new();
    let owners = |table: &str| -> BTreeMap<String, String> {
        let names = with_sk(everything, table, "NAME").filter(|item| item.get("expires_at").is_none());
        names.map(|item| (text(item, "pk").to_owned(), text(item, "user_id").to_owned())).collect()
    };
    let (accounts, pointers) = (owners("AccountsTable"), owners("SocialTable"));
    let mut used = [BTreeSet::new(), BTreeSet::new()];
    let mut users = BTreeSet::new();
    for user in with_sk(everything, "AccountsTable", "USER") {
        let id = text(user, "id");
        users.insert(format!("U#{id}"));
        for name in [text(user, "username"), text(user, "email")].into_iter().filter(|name| !name.is_empty()) {
            let name = format!("NAME#{}", name.to_lowercase());
            if accounts.get(&name).map(String::as_str) != Some(id) {
                wrong.push(format!("{name} is not the name of its account {id}"));
            }
            used[0].insert(name);
        }
    }
    for profile in with_sk(everything, "SocialTable", "PROFILE") {
        let name = format!("NAME#{}", text(profile, "username").to_lowercase());
        if pointers.get(&name).map(String::as_str) != Some(text(profile, "id")) {
            wrong.push(format!("{name} does not lead to its profile"));
        }
        used[1].insert(name);
    }
    for (names, used) in [accounts, pointers].iter().zip(&used) {
        wrong.extend(names.keys().filter(|name| !used.contains(*name)).map(|name| format!("{name} is nobody's")));
    }
    for (table, sk) in [("CredentialsTable", "PRINCIPAL"), ("SocialTable", "PROFILE")] {
        let of: BTreeSet<String> = with_sk(everything, table, sk).map(|item| text(item, "pk").to_owned()).collect();
        wrong.extend(users.symmetric_difference(&of).map(|user| format!("{user} has not both an account and {sk}")));
    }
    wrong
}

/// Jobs that are due and were not done.
pub(super) async fn due_jobs(service: &Service) -> usize {
    let jobs = service.dynamodb().mentions("JobsTable", "").await;
    let is_due =
        |job: &&Value| job["due_at"]["N"].as_str().unwrap_or_default().parse::<i64>().unwrap_or(0) < now() * 1_000;
    jobs.iter().filter(is_due).count()
}

/// Deliveries that were given up.
pub(super) async fn failures(service: &Service) -> Vec<String> {
    let failures = service.fetch(&format!("{}/_local/failures", service.aws_url)).await.with_status(200).json();
    failures.as_array().unwrap().iter().map(|failure| format!("a delivery was given up: {failure}")).collect()
}

/// What `cargo xtask recount` says if a counter is wrong.
pub(super) fn recount(service: &Service) -> Vec<String> {
    let workspace = Workspace::locate().unwrap();
    let mut command: Command = workspace.command(workspace.binary("operate", false));
    xtask::local::forget_foreign_settings(&mut command);
    let command = command.args(["recount", "--pause", "2"]).envs(environment_of(service, "auth"));
    let output = command.output().expect("operate starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let is_right = output.status.success() && said.contains(": 0 wrong") && !said.contains("were changing");
    if is_right { Vec::new() } else { vec![format!("recount: {said}{}", String::from_utf8_lossy(&output.stderr))] }
}
