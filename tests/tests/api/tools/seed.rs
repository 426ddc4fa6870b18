//! `cargo xtask seed` against the running service.

use std::hash::{BuildHasher, RandomState};

use e2e::{Browser, Service, environment_of, eventually};
use serde_json::Value;
use xtask::cli::SeedArgs;
use xtask::operate::first_staff_in;
use xtask::process::Supervisor;
use xtask::seed::{Seeded, best_known, seed};
use xtask::workspace::Workspace;

async fn seeded(args: &SeedArgs) -> Seeded {
    let args = args.clone();
    tokio::task::spawn_blocking(move || seed(&args)).await.unwrap().unwrap()
}

async fn list(service: &Service, path: &str) -> Vec<Value> {
    let answer = service.get(path).send().await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()["results"].as_array().unwrap().clone()
}

/// The usernames of this seed whose tweets are among the latest with the tag `hello`.
async fn authors(service: &Service, number: u64) -> Vec<String> {
    let hello = list(service, "/api/tweets/tags/hello/?limit=100").await;
    let names = hello.iter().map(|tweet| tweet["author"]["username"].as_str().unwrap().to_owned());
    names.filter(|name| name.ends_with(&format!("_{number}"))).collect()
}

#[tokio::test]
async fn a_repeated_seed_creates_nothing_twice() {
    let service = Service::running();
    let number = RandomState::new().hash_one("a world of this test") >> 1;
    let args = SeedArgs { users: 4, seed: number, url: service.url.clone() };
    assert_eq!(seeded(&args).await, Seeded::Done);
    let host = eventually("the last tweet of the seed is in the list of its tag", async || {
        authors(&service, number).await.pop()
    })
    .await;

    let path = format!("/api/tweets/by/{host}/?limit=100");
    let tweets = list(&service, &path).await;
    assert!(tweets[0]["message"].as_str().unwrap().starts_with("That is everybody"), "{}", tweets[0]);
    let profile = service.get(&format!("/profile?username={host}")).send().await.json();
    assert_ne!(profile["profile"]["bio"], "Write about yourself.");
    eventually("a follower is counted", async || {
        let profile = service.get(&format!("/profile?username={host}")).send().await.json();
        profile["profile"]["followers"].as_u64().filter(|count| *count > 0)
    })
    .await;

    assert_eq!(seeded(&args).await, Seeded::Before);
    assert_eq!(list(&service, &path).await.len(), tweets.len());
}

#[tokio::test]
async fn the_best_known_person_of_a_world_opens_the_administration() {
    let service = Service::running();
    let number = RandomState::new().hash_one("another world of this test") >> 1;
    let args = SeedArgs { users: 2, seed: number, url: service.url.clone() };
    assert_eq!(seeded(&args).await, Seeded::Done);
    let name = best_known(&args).unwrap();
    let opens = async || {
        let mut browser = Browser::new(&service);
        let form = [("username", name.as_str()), ("password", "plover-egret-41")];
        browser.get("/admin/login/").await.with_status(200);
        browser.post("/admin/login/", &form).await;
        browser.get("/admin/").await.status == 200
    };
    assert!(!opens().await, "nobody is staff before");
    // As often as the task is run.
    for _ in 0..2 {
        let (args, environment) = (args.clone(), environment_of(&service, "auth"));
        let made = tokio::task::spawn_blocking(move || {
            first_staff_in(&Workspace::locate()?, &mut Supervisor::new()?, &args, environment)
        });
        made.await.unwrap().unwrap();
    }
    assert!(opens().await);
    let user =
        service.get(&format!("/profile?username={name}")).send().await.json()["_id"].as_str().unwrap().to_owned();
    let trail = service.audit_trail(&user).await;
    let granted = trail.iter().filter(|line| line.contains("\"staff_granted\"")).count();
    assert_eq!(granted, 1, "{trail:#?}");
}
