//! Limits of logins: they stop clients that guess, and do not lock the owner out.

use aviary_auth::{Limiter, Limits, LoginAttempt};
use aviary_model::{NameKey, UserId};
use aviary_runtime::{OsEntropy, Settings};
use aviary_web::ApiError;
use futures_util::future::join_all;
use http::StatusCode;

use crate::fixture::{NOW, World};

fn limiter(world: &World, limits: &str) -> Limiter {
    let settings = Settings::of([("AVIARY_LIMITS".to_owned(), limits.to_owned())]).unwrap();
    Limiter::new(world.credentials.clone(), Limits::of(&settings).unwrap(), world.clock.clone())
}

/// What becomes of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Tried,
    /// Answered as a wrong password.
    Untried,
    Throttled,
}

fn outcome(answer: &Result<LoginAttempt, ApiError>) -> Outcome {
    match answer {
        Ok(attempt) if attempt.may_try() => Outcome::Tried,
        Ok(_) => Outcome::Untried,
        Err(error) => {
            assert_eq!(error.status(), StatusCode::TOO_MANY_REQUESTS);
            Outcome::Throttled
        }
    }
}

/// A login with a wrong password, by a name that nobody has.
async fn fail(limiter: &Limiter, name: &str, address: &str) -> Outcome {
    fail_at(limiter, name, None, address).await
}

async fn fail_at(limiter: &Limiter, name: &str, owner: Option<UserId>, address: &str) -> Outcome {
    let answer = limiter.begin_login(&NameKey::of(name), owner, address).await;
    if let Ok(attempt) = &answer {
        limiter.login_failed(attempt).await.unwrap();
    }
    outcome(&answer)
}

async fn succeed(limiter: &Limiter, name: &str, address: &str) {
    let attempt = limiter.begin_login(&NameKey::of(name), None, address).await.unwrap();
    limiter.login_succeeded(&attempt).await.unwrap();
}

/// Fails these logins one after the other, and counts the refused ones.
async fn refused(limiter: &Limiter, name: &str, addresses: &[&str]) -> usize {
    let mut count = 0;
    for address in addresses {
        count += usize::from(fail(limiter, name, address).await == Outcome::Throttled);
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

/// What a refused login costs must not add up: its address is refused from memory for some seconds.
#[tokio::test]
async fn a_refused_address_is_refused_from_memory_for_five_seconds() {
    let world = World::start();
    let [limiter, elsewhere] = [(); 2].map(|()| limiter(&world, "login_address=2/300"));
    let mut attempts = Vec::new();
    for name in ["ada", "bob"] {
        attempts.push(limiter.begin_login(&NameKey::of(name), None, "here").await.unwrap());
    }
    assert_eq!(fail(&limiter, "eve", "here").await, Outcome::Throttled);
    // Both passwords were right, so the counter is at its beginning again.
    for attempt in &attempts {
        limiter.login_succeeded(attempt).await.unwrap();
    }
    assert_eq!(fail(&limiter, "eve", "here").await, Outcome::Throttled, "from memory");
    assert_eq!(fail(&limiter, "eve", "there").await, Outcome::Tried);
    assert_eq!(fail(&elsewhere, "eve", "here").await, Outcome::Tried, "each process has its own memory");
    world.clock.advance_millis(5_000);
    assert_eq!(fail(&limiter, "eve", "here").await, Outcome::Tried, "the counter is the measure");
}

#[tokio::test]
async fn a_network_of_ipv6_addresses_counts_as_one_address() {
    let world = World::start();
    let limiter = limiter(&world, "login_address=2/300");
    for (address, refused) in
        [("2001:db8:1:2::1", 0), ("2001:db8:1:2::2", 0), ("2001:db8:1:2:ffff::3", 1), ("2001:db8:1:3::1", 0)]
    {
        assert_eq!(self::refused(&limiter, address, &[address]).await, refused, "{address}");
    }
}

#[tokio::test]
async fn failures_elsewhere_do_not_lock_out_a_known_address() {
    let world = World::start();
    let limiter = limiter(&world, "login_account=3/3600");
    succeed(&limiter, "ada", "home").await;
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
        succeed(&limiter, "ada", "home").await;
    }
    assert_eq!(refused(&limiter, "ada", &["one"; 10]).await, 9);
    assert_eq!(refused(&limiter, "bob", &["one"]).await, 0, "the nine did not count against the address");
    let others = ["two", "three", "four"];
    assert_eq!(refused(&limiter, "ada", &others).await, 1, "nor against the account: it is the fourth");
}

/// Whoever guesses which address an account has must not see it from the answers.
#[tokio::test]
async fn another_name_of_an_account_that_is_over_behaves_like_a_name_that_nobody_has() {
    let world = World::start();
    let limiter = limiter(&world, "login_account_address=3/300");
    let ada = Some(UserId::new(NOW, &OsEntropy).unwrap());
    for _ in 0..3 {
        assert_eq!(fail_at(&limiter, "ada", ada, "here").await, Outcome::Tried);
    }
    assert_eq!(fail_at(&limiter, "ada", ada, "here").await, Outcome::Throttled);
    for round in 0..5 {
        let by_address = fail_at(&limiter, "ada@example.com", ada, "here").await;
        let unknown = fail(&limiter, "eve@example.com", "here").await;
        let expected = if round < 3 { [Outcome::Untried, Outcome::Tried] } else { [Outcome::Throttled; 2] };
        assert_eq!([by_address, unknown], expected, "{round}");
    }
    assert_eq!(fail_at(&limiter, "ada@example.com", ada, "there").await, Outcome::Tried, "from elsewhere it goes on");
}

#[tokio::test]
async fn names_together_cannot_exceed_the_limit_of_their_account() {
    let world = World::start();
    let limiter = limiter(&world, "login_account_address=3/300");
    let ada = Some(UserId::new(NOW, &OsEntropy).unwrap());
    let mut tried = 0;
    for name in ["ada", "ada@example.com", "ada", "ada@example.com", "ada", "ada@example.com"] {
        tried += usize::from(fail_at(&limiter, name, ada, "here").await == Outcome::Tried);
    }
    assert_eq!(tried, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_logins_cannot_exceed_the_limit() {
    let world = World::start();
    let limiter = limiter(&world, "login_account_address=3/300");
    let name = NameKey::of("ada");
    let answers = join_all((0..20).map(|_| limiter.begin_login(&name, None, "here"))).await;
    let count = |wanted| answers.iter().filter(|answer| outcome(answer) == wanted).count();
    // Each attempt counts for the name and for the account at once. One that is third for the name may be the fourth
    // for the account; it is not tried.
    assert!(count(Outcome::Tried) <= 3);
    assert_eq!(count(Outcome::Tried) + count(Outcome::Untried), 3);
    assert_eq!(count(Outcome::Throttled), 17);
}
