//! Tests of the program, called as `cargo xtask` calls it.

use std::path::Path;
use std::process::{Command, Output};

use crate::deployment::{Deployment, dump_file};

async fn operate(deployment: &Deployment, arguments: &[&str]) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_operate"));
    command
        .args(arguments)
        .env_clear()
        .envs(deployment.variables.clone())
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "local")
        .env("AWS_SECRET_ACCESS_KEY", "local-secret")
        .env("AWS_ENDPOINT_URL_DYNAMODB", deployment.local.dynamodb_url());
    let Output { status, stdout, stderr } =
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    (status.success(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test]
async fn it_imports_and_then_makes_staff() {
    let deployment = Deployment::start();
    let (green, out, err) = operate(&deployment, &["import-django", path(&dump_file())]).await;
    assert!(green, "{err}");
    let users = "7 users: 4 imported (2 of them without a password), 0 imported before, 3 skipped.\n";
    assert!(out.ends_with(&format!("{users}Objects of other models left out: 1.\n")), "{out}");

    let (green, out, _) = operate(&deployment, &["staff", "grace"]).await;
    assert!(green && out.starts_with("grace (") && out.ends_with(") is staff now.\n"), "{out}");
    let (green, out, _) = operate(&deployment, &["staff", "grace", "--remove"]).await;
    assert!(green && out.ends_with(") is no longer staff.\n"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_migrates_and_says_what_is_left() {
    let deployment = Deployment::start();
    for arguments in [&["migrate"][..], &["migrate", "--check"]] {
        let said = "No migration is left.\n".to_owned();
        assert_eq!(operate(&deployment, arguments).await, (true, said, String::new()));
    }
}

#[tokio::test]
async fn it_recounts_and_says_so() {
    let deployment = Deployment::start();
    deployment.registered("ada").await;
    // A user has a profile with six counters, and a pointer from the name.
    let said = "2 items, 6 counters: 0 wrong, 0 of them repaired.\n".to_owned();
    assert_eq!(operate(&deployment, &["recount", "--pause", "0"]).await, (true, said, String::new()));
}

#[tokio::test]
async fn a_mistake_is_one_sentence_and_exit_code_1() {
    let deployment = Deployment::start();
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.json");
    // The first user is valid; because of the second one none is imported.
    let user = |fields: &str| format!(r#"{{"model": "auth.user", "pk": 1, "fields": {fields}}}"#);
    let (first, second) = (user(r#"{"username": "ada", "password": "!"}"#), user(r#"{"username": "bob"}"#));
    std::fs::write(&broken, format!("[{first}, {second}]")).unwrap();
    let missing = folder.path().join("missing.json");

    for (arguments, said) in [
        (["staff", "nobody"], "Error: there is no user \"nobody\".\n".to_owned()),
        (
            ["import-django", path(&broken)],
            format!(
                "Error: cannot import {}: its object 2 (auth.user 1) is not as Django writes it: \
                 missing field `password`.\n",
                broken.display()
            ),
        ),
        (
            ["import-django", path(&missing)],
            format!("Error: cannot read {}: No such file or directory (os error 2).\n", missing.display()),
        ),
    ] {
        assert_eq!(operate(&deployment, &arguments).await, (false, String::new(), said));
    }
    assert!(deployment.user("ada").await.is_none());
}
