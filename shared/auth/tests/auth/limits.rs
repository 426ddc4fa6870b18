//! Limits of logins: they stop clients that guess, and do not lock the owner out.

use aviary_auth::{Limiter, Limits, LoginAttempt};
use aviary_runtime::Settings;
use aviary_web::ApiError;
use axum::response::IntoResponse;
use futures_util::future::join_all;
use http::StatusCode;

use crate::fixture::World;

fn limiter(world: &World, limits: &str) -> Limiter {
    let settings = Settings::of([("AVIARY_LIMITS".to_owned(), limits.to_owned())]).unwrap();
    Limiter::new(world.credentials.clone(), Limits::of(&settings).unwrap(), world.clock.clone())
}

fn is_throttled(answer: Result<LoginAttempt, ApiError>) -> bool {
    let Err(error) = answer else { return false };
    assert_eq!(error.into_response().status(), StatusCode::TOO_MANY_REQUESTS);
    true
}

/// Attempts these logins one after the other, none with the right password, and counts the refused ones.
async fn refused(limiter: &Limiter, account: &str, addresses: &[&str]) -> usize {
    let mut count = 0;
    for address in addresses {
        count += usize::from(is_throttled(limiter.begin_login(account, address).await));
    }
    count
}

#[tokio::test]
async fn failures_limit_one_account_from_one_address_only() {
    let world = World::start();
    let limiter = limiter(&world, "login_account_address=3/300");
    assert_eq!(refused(&limiter, "ada", &["here"; 5]).await, 2);
    assert_eq!(refused(&limiter, "ada", &["there"]).await, 0);
    assert_eq!(refused(&limiter, "bob", &["here"]).await, 0);
    world.clock.advance_millis(299_999);
    assert_eq!(refused(&limiter, "ada", &["here"]).await, 1);
    world.clock.advance_millis(1);
    assert_eq!(refused(&limiter, "ada", &["here"]).await, 0);
}

#[tokio::test]
async fn failures_of_many_accounts_from_one_address_are_limited() {
    let world = World::start();
    let limiter = limiter(&world, "login_address=2/300");
    for (account, away) in [("ada", 0), ("bob", 0), ("eve", 1)] {
        assert_eq!(refused(&limiter, account, &["here"]).await, away, "{account}");
    }
    assert_eq!(refused(&limiter, "eve", &["there"]).await, 0);
}

#[tokio::test]
async fn failures_elsewhere_do_not_lock_out_a_known_address() {
    let world = World::start();
    let limiter = limiter(&world, "login_account=3/3600");
    let home = limiter.begin_login("ada", "home").await.unwrap();
    limiter.login_succeeded(&home).await.unwrap();
    assert_eq!(refused(&limiter, "ada", &["one", "two", "three", "four", "five"]).await, 2);
    assert_eq!(refused(&limiter, "ada", &["home"; 10]).await, 0);
    assert_eq!(refused(&limiter, "ada", &["home"]).await, 1, "the limit of the address itself holds");
    assert_eq!(refused(&limiter, "bob", &["one"]).await, 0);
}

#[tokio::test]
async fn successful_and_refused_logins_are_not_counted() {
    let world = World::start();
    let limiter = limiter(&world, "login_account_address=1/300,login_account=3/3600,login_address=2/300");
    for _ in 0..10 {
        let attempt = limiter.begin_login("ada", "home").await.unwrap();
        limiter.login_succeeded(&attempt).await.unwrap();
    }
    assert_eq!(refused(&limiter, "ada", &["one"; 10]).await, 9);
    assert_eq!(refused(&limiter, "bob", &["one"]).await, 0, "the nine did not count against the address");
    let others = ["two", "three", "four"];
    assert_eq!(refused(&limiter, "ada", &others).await, 1, "nor against the account: it is the fourth");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_logins_cannot_exceed_the_limit() {
    let world = World::start();
    let limiter = limiter(&world, "login_account_address=3/300");
    let answers = join_all((0..20).map(|_| limiter.begin_login("ada", "here"))).await;
    assert_eq!(answers.into_iter().filter(|answer| answer.is_ok()).count(), 3);
}
