//! The import of a dump of Django's.

use aviary_auth::{PasswordText, Passwords};
use aviary_model::NameKey;
use operate::import::{ImportError, Summary, import};
use operate::imported_user::{PlannedUser, plan};
use operate::{django_dump, staff};

use crate::deployment::{Deployment, dump_file};

fn planned() -> Vec<PlannedUser> {
    plan(django_dump::read(std::fs::File::open(dump_file()).unwrap()).unwrap().users)
}

async fn imported(deployment: &Deployment) -> (Summary, Vec<String>) {
    let (mut out, mut progress) = (Vec::new(), Vec::new());
    let summary = import(&deployment.operator, planned(), &mut out, &mut progress).await.unwrap();
    assert!(progress.is_empty(), "a short list needs no progress");
    (summary, String::from_utf8(out).unwrap().lines().map(ToOwned::to_owned).collect())
}

#[tokio::test]
async fn every_user_has_a_line_with_the_result() {
    let deployment = Deployment::start();
    let (summary, lines) = imported(&deployment).await;
    assert_eq!(
        lines,
        [
            "ada (1): imported, no longer staff: `cargo xtask staff ada` makes it staff",
            "grace (2): imported",
            "linus (3): imported, without a password, since it has none",
            "ken (4): imported, without a password, since hashes of scrypt can't be kept, inactive",
            "ADA (5): skipped, the name is also that of ada (1) in the same file",
            "login (6): skipped, its name: This username is reserved",
            "grace2 (7): skipped, the address is also that of grace (2) in the same file",
        ]
    );
    assert_eq!(summary, Summary { imported: 4, without_password: 2, already: 0, skipped: 3 });
    assert_eq!(
        summary.to_string(),
        "7 users: 4 imported (2 of them without a password), 0 imported before, 3 skipped."
    );
}

#[tokio::test]
async fn an_imported_user_has_everything_that_a_signup_makes() {
    let deployment = Deployment::start();
    imported(&deployment).await;

    let ada = deployment.user("ada@EXAMPLE.com").await.unwrap();
    assert_eq!((ada.username.as_str(), ada.email.as_ref().unwrap().as_str()), ("ada", "Ada@example.com"));
    assert_eq!(ada.created_at.to_string(), "2020-11-03T08:16:41.007Z");
    let principal = deployment.principal(ada.id).await.unwrap();
    assert_eq!((principal.active, principal.staff, principal.epoch), (true, false, 0), "staff only by an operator");
    let profile = deployment.operator.profiles.by_name(&NameKey::of("ADA")).await.unwrap().unwrap();
    assert_eq!((profile.id, profile.alias.as_str(), profile.created_at), (ada.id, "Ada Lovelace", ada.created_at));
    assert_eq!(deployment.events_of(ada.id).await, ["account_imported"]);

    let ken = deployment.user("ken").await.unwrap();
    let principal = deployment.principal(ken.id).await.unwrap();
    assert_eq!((principal.active, principal.staff), (false, false));
    assert!(ada.id < ken.id, "earlier users are listed earlier");
}

#[tokio::test]
async fn djangos_hashes_log_in_and_unusable_ones_never_do() {
    let deployment = Deployment::start();
    imported(&deployment).await;
    let passwords = Passwords::new(deployment.operator.entropy.clone());
    for (name, password, right) in [
        ("ada", "Zx9!quokka-7", true),
        ("ada", "Zx9!quokka-8", false),
        ("grace", "Yw8?numbat-6", true),
        ("grace", "Zx9!quokka-7", false),
        ("linus", "", false),
        ("ken", "Vu7&bilby-5", false),
    ] {
        let hash = deployment.user(name).await.unwrap().password;
        assert!(aviary_auth::is_outdated(&hash), "{name}'s is replaced at the next login");
        let password = PasswordText::parse(password).unwrap();
        assert_eq!(passwords.verify(password, Some(hash)).await.unwrap(), right, "{name}");
    }
}

#[tokio::test]
async fn a_second_run_imports_nobody_twice_and_changes_nothing() {
    let deployment = Deployment::start();
    imported(&deployment).await;
    let before = deployment.user("ada").await.unwrap();
    staff::set_staff(&deployment.operator, "ada", true).await.unwrap();

    let (summary, lines) = imported(&deployment).await;
    assert_eq!(summary, Summary { imported: 0, without_password: 0, already: 4, skipped: 3 });
    assert_eq!(lines[0], "ada (1): was imported before");
    assert_eq!(deployment.user("ada").await.unwrap().id, before.id);
    assert!(deployment.principal(before.id).await.unwrap().staff);
}

#[tokio::test]
async fn existing_users_keep_name_and_address() {
    let deployment = Deployment::start();
    let (ada, grace) = (deployment.registered("Ada").await, deployment.registered("grace").await);
    let (_, lines) = imported(&deployment).await;
    assert_eq!(lines[0], "ada (1): skipped, the name and the address are taken");
    assert_eq!(lines[1], "grace (2): skipped, the name and the address are taken");
    assert_eq!(deployment.user("ada").await.unwrap().id, ada.id);
    assert_eq!(deployment.user("grace").await.unwrap().password, grace.password);
}

#[tokio::test]
async fn a_failing_store_stops_the_import_and_names_the_user() {
    let mut deployment = Deployment::start();
    deployment.operator.accounts =
        aviary_store::Accounts::new(&aviary_store::AccountsTable::new(&deployment.operator.db, "no-such-table"));
    let (mut out, mut progress) = (Vec::new(), Vec::new());
    let error = import(&deployment.operator, planned(), &mut out, &mut progress).await.unwrap_err();
    assert!(matches!(&error, ImportError::Store { who, .. } if who == "ada (1)"), "{error:?}");
    assert!(out.is_empty());
}

#[tokio::test]
async fn a_long_list_reports_progress() {
    let deployment = Deployment::start();
    let users = (0..1_001).map(|n| PlannedUser { label: format!("u{n}"), plan: Err("no".to_owned()) }).collect();
    let (mut out, mut progress) = (Vec::new(), Vec::new());
    let summary = import(&deployment.operator, users, &mut out, &mut progress).await.unwrap();
    assert_eq!(summary.skipped, 1_001);
    assert_eq!(String::from_utf8(progress).unwrap(), "500 of 1001 users\n1000 of 1001 users\n");
    assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 1_001);
}
