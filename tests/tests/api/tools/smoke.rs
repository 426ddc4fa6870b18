//! `cargo xtask smoke` against the running service, which has to pass what a deployed stage has to.

use e2e::Service;
use xtask::cli::SmokeArgs;
use xtask::smoke::{Failed, Passed, smoke};

fn args(service: &Service) -> SmokeArgs {
    let (url, local_aws) = (service.url.clone(), Some(service.aws_url.clone()));
    SmokeArgs { url, read_only: false, bounces: false, local_aws, patience: 40 }
}

async fn run(args: SmokeArgs) -> Result<Passed, Failed> {
    tokio::task::spawn_blocking(move || smoke(&args)).await.unwrap()
}

async fn is_gone(service: &Service, name: &str) -> bool {
    service.get(&format!("/profile?username={name}")).send().await.status == 404
}

#[tokio::test]
async fn the_local_service_passes_and_the_accounts_are_gone_afterwards() {
    let service = Service::running();
    let passed = run(args(&service)).await.unwrap();
    assert_eq!(passed.accounts.len(), 3);
    for name in &passed.accounts {
        assert!(is_gone(&service, name).await, "{name}");
    }
    let read_only = run(SmokeArgs { read_only: true, ..args(&service) }).await.unwrap();
    assert!(read_only.accounts.is_empty() && read_only.checks >= 10 && read_only.checks < passed.checks);
}

#[tokio::test]
async fn a_failed_run_removes_its_accounts_too() {
    let service = Service::running();
    // Nobody listens on the port of discarded messages, so the mail is not seen.
    let args = SmokeArgs { local_aws: Some("http://127.0.0.1:9".to_owned()), patience: 5, ..args(&service) };
    let failed = run(args).await.unwrap_err();
    assert!(failed.to_string().starts_with("the mail has arrived: not within 5 s"), "{failed}");
    assert_eq!(failed.accounts.len(), 2);
    for name in &failed.accounts {
        assert!(is_gone(&service, name).await, "{name}");
    }
}
