//! Rate limits. Tests of limits per address start their own function: through the local gateway every request has
//! the same address.

use e2e::limits::{assert_throttled, unused_address};
use e2e::{Account, Event, Form, Function, PASSWORD, Service, jpeg, unique};
use serde_json::{Value, json};

const LOGINS: [&str; 5] =
    ["/auth/login/", "/auth/jwt/create/", "/api/auth/login/", "/api/auth/obtain/", "/auth/token/login/"];

fn login(name: &str, password: &str) -> Value {
    json!({"username": name, "password": password})
}

#[tokio::test]
async fn ten_failed_logins_make_only_that_account_wait() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    for attempt in 0..10 {
        // The e-mail address names the same account.
        let name = if attempt % 2 == 0 { &account.username } else { &account.email };
        let answer = service.post(LOGINS[attempt % LOGINS.len()]).json(&login(name, "wrong")).send().await;
        assert!([400, 401].contains(&answer.status), "{}", answer.text());
    }
    for path in LOGINS {
        let answer = service.post(path).json(&login(&account.username, PASSWORD)).send().await;
        assert_throttled(&answer, 300);
        service.post(path).json(&login(&other.username, PASSWORD)).send().await.with_status(200);
    }
    // Existing sessions are not affected.
    service.get("/auth/users/me/").bearer(&account.access).send().await.with_status(200);
}

#[tokio::test]
async fn an_unknown_name_is_limited_like_a_known_one() {
    let service = Service::running();
    let name = unique("nobody");
    for _ in 0..10 {
        service.post("/auth/login/").json(&login(&name, "wrong")).send().await.with_status(401);
    }
    assert_throttled(&service.post("/auth/login/").json(&login(&name, "wrong")).send().await, 300);
}

#[tokio::test]
async fn successful_logins_do_not_count() {
    let service = Service::running();
    let account = service.signup().await;
    for _ in 0..12 {
        let answer = service.post("/auth/jwt/create/").json(&login(&account.username, PASSWORD)).send().await;
        answer.with_status(200);
    }
}

#[tokio::test]
async fn guessing_the_password_with_a_stolen_session_is_limited_like_a_login() {
    let service = Service::running();
    let account = service.signup().await;
    let body = |current: &str| json!({"current_password": current, "new_password": "Vb7!panda-moon"});
    let set = |current: &'static str| {
        service.post("/auth/users/set_password/").bearer(&account.access).json(&body(current)).send()
    };
    for _ in 0..10 {
        set("wrong").await.is(400, &json!({"current_password": ["Invalid password."]}));
    }
    assert_throttled(&set(PASSWORD).await, 300);
}

#[tokio::test]
async fn known_and_unknown_addresses_get_three_reset_mails_an_hour() {
    let service = Service::running();
    let account = service.signup().await;
    for email in [account.email, format!("{}@example.com", unique("nobody"))] {
        let ask = || service.post("/auth/users/reset_password/").json(&json!({"email": email})).send();
        for _ in 0..3 {
            ask().await.with_status(204);
        }
        assert_throttled(&ask().await, 3_600);
    }
}

#[tokio::test]
async fn a_family_is_refreshed_sixty_times_a_minute() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let refresh =
        |account: &Account| service.post("/auth/jwt/refresh/").json(&json!({"refresh": account.refresh})).send();
    let mut throttled = None;
    // Twice as many requests, in case a minute ends in between.
    for _ in 0..121 {
        let answer = refresh(&account).await;
        if answer.status != 200 {
            throttled = Some(answer);
            break;
        }
    }
    assert_throttled(&throttled.expect("a limit"), 60);
    refresh(&other).await.with_status(200);
}

#[tokio::test]
async fn failures_from_elsewhere_do_not_lock_out_a_known_address() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "login_account=3/3600")]);
    let account = service.signup().await;
    let (home, elsewhere) = (unused_address(), unused_address());
    let attempt = |address: &str, password: &str| {
        let event = Event::new("POST", "/auth/login/").json(&login(&account.username, password));
        auth.invoke(event.source(address)).answer
    };
    attempt(&home, PASSWORD).with_status(200);
    for _ in 0..3 {
        attempt(&unused_address(), "wrong").with_status(401);
    }
    assert_throttled(&attempt(&elsewhere, PASSWORD), 3_600);
    attempt(&home, PASSWORD).with_status(200);
}

#[tokio::test]
async fn failed_logins_of_an_address_are_limited_over_all_names() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "login_address=3/300")]);
    let account = service.signup().await;
    let address = unused_address();
    let attempt = |name: &str, password: &str| {
        let event = Event::new("POST", "/auth/jwt/create/").json(&login(name, password));
        auth.invoke(event.source(&address)).answer
    };
    for _ in 0..3 {
        attempt(&unique("nobody"), "wrong").with_status(401);
    }
    assert_throttled(&attempt(&account.username, PASSWORD), 300);
}

#[tokio::test]
async fn signups_and_resets_of_an_address_are_limited() {
    let service = Service::running();
    let limits = "signup_address=2/3600,reset_address=2/3600";
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", limits)]);
    let (one, other) = (unused_address(), unused_address());
    let signup = |address: &str| {
        let body = json!({"username": unique("wren"), "password": PASSWORD});
        auth.invoke(Event::new("POST", "/auth/users/").source(address).json(&body)).answer
    };
    let reset = |address: &str| {
        let body = json!({"email": format!("{}@example.com", unique("nobody"))});
        auth.invoke(Event::new("POST", "/auth/users/reset_password/").source(address).json(&body)).answer
    };
    for _ in 0..2 {
        signup(&one).with_status(201);
        reset(&one).with_status(204);
    }
    assert_throttled(&signup(&one), 3_600);
    assert_throttled(&reset(&one), 3_600);
    signup(&other).with_status(201);
    reset(&other).with_status(204);
}

/// Each attempt comes from another address, so that only the counter of the account limits them.
#[tokio::test]
async fn three_hundred_failures_an_hour_lock_out_all_unknown_addresses() {
    let service = Service::running();
    // The default limits of a deployment.
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "")]);
    let (account, other) = (service.signup().await, service.signup().await);
    let attempt = |number: usize, address: &str, name: &str, password: &str| {
        let event = Event::new("POST", LOGINS[number % LOGINS.len()]).json(&login(name, password));
        auth.invoke(event.source(address)).answer
    };
    let home = unused_address();
    attempt(0, &home, &account.username, PASSWORD).with_status(200);
    for number in 0..300 {
        let name = if number % 2 == 0 { &account.username } else { &account.email };
        let answer = attempt(number, &unused_address(), name, "wrong");
        assert!([400, 401].contains(&answer.status), "{number}: {}", answer.text());
    }
    for number in 0..LOGINS.len() {
        assert_throttled(&attempt(number, &unused_address(), &account.username, PASSWORD), 3_600);
    }
    // Other accounts, addresses from which the account was used before, and existing sessions are not affected.
    attempt(0, &unused_address(), &other.username, PASSWORD).with_status(200);
    attempt(0, &home, &account.username, PASSWORD).with_status(200);
    let me = Event::new("GET", "/auth/users/me/").source(&unused_address()).bearer(&account.access);
    auth.invoke(me).answer.with_status(200);
    // A reset mail lets the owner in from any other address.
    let body = json!({"email": account.email});
    auth.invoke(Event::new("POST", "/auth/users/reset_password/").source(&unused_address()).json(&body))
        .answer
        .with_status(204);
    let mail = service.mail(&account.email, 1).await;
    let body = json!({"uid": mail.uid(), "token": mail.token(), "new_password": "Vb7!panda-moon"});
    let confirm = Event::new("POST", "/auth/users/reset_password_confirm/").source(&unused_address()).json(&body);
    auth.invoke(confirm).answer.with_status(204);
}

#[tokio::test]
async fn an_account_posts_at_most_a_hundred_and_twenty_times_a_minute() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let tweet = service.tweet(&account, "the first").await;
    let post = |account: &Account, message: &str| {
        service.post("/tweet").bearer(&account.access).json(&json!({"message": message})).send()
    };
    let mut throttled = None;
    // Twice as many requests, in case a minute ends in between; refused requests count too.
    for _ in 0..241 {
        let answer = post(&account, "").await;
        if answer.status != 400 {
            throttled = Some(answer);
            break;
        }
    }
    assert_throttled(&throttled.expect("a limit"), 60);
    assert_throttled(&post(&account, "hi").await, 60);
    post(&other, "hi").await.with_status(201);
    // Reads and deletions are not limited.
    let path = format!("/api/tweets/{}/", tweet["id"].as_str().expect("an id"));
    service.get(&path).bearer(&account.access).send().await.with_status(200);
    service.delete(&path).bearer(&account.access).send().await.with_status(204);
}

#[tokio::test]
async fn writes_that_fan_out_have_a_limit_of_their_own() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let mine = service.tweet(&account, "mine").await["id"].as_str().expect("an id").to_owned();
    let theirs = service.tweet(&other, "theirs").await["id"].as_str().expect("an id").to_owned();
    let limit = [("AVIARY_LIMITS", "spread_account=3/3600")];
    let (profiles, tweets) =
        (Function::start_with(&service, "profiles", &limit), Function::start_with(&service, "tweets", &limit));
    let by = |function: &Function, method: &str, path: &str| {
        let event = Event::new(method, path).bearer(&account.access).json(&json!({"message": "edited"}));
        function.invoke(event).answer
    };
    let person = format!("/api/profiles/{}", other.id);
    by(&profiles, "POST", &format!("{person}/follow/")).with_status(200);
    by(&tweets, "POST", &format!("/api/tweets/{theirs}/retweet/")).with_status(200);
    by(&tweets, "PUT", &format!("/api/tweets/{mine}/")).with_status(200);
    for (function, method, path) in [
        (&profiles, "POST", format!("{person}/follow/")),
        (&profiles, "POST", format!("{person}/mute/")),
        (&profiles, "POST", format!("{person}/block/")),
        (&tweets, "POST", format!("/api/tweets/{theirs}/retweet/")),
        (&tweets, "PUT", format!("/api/tweets/{mine}/")),
    ] {
        assert_throttled(&by(function, method, &path), 3600);
    }
    for (function, method, path) in [
        (&profiles, "DELETE", format!("{person}/follow/")),
        (&tweets, "POST", format!("/api/tweets/{theirs}/like/")),
        (&tweets, "DELETE", format!("/api/tweets/{theirs}/retweet/")),
    ] {
        by(function, method, &path).with_status(200);
    }
}

#[tokio::test]
async fn files_in_requests_count_as_bytes_of_uploads() {
    let service = Service::running();
    let account = service.signup().await;
    let photo = jpeg(64, 64, 1);
    let setting = format!("upload_bytes_account={}/3600", 2 * photo.len());
    let limit = [("AVIARY_LIMITS", &*setting)];
    let (profiles, tweets) =
        (Function::start_with(&service, "profiles", &limit), Function::start_with(&service, "tweets", &limit));
    let send = |function: &Function, method: &str, path: &str, field: &str| {
        let form = Form::default().text("message", "hi").file(field, "a.jpg", "image/jpeg", &photo);
        function.invoke(Event::new(method, path).bearer(&account.access).multipart(&form)).answer
    };
    send(&tweets, "POST", "/tweet", "imagelinks").with_status(201);
    send(&profiles, "PUT", "/profile/update", "image").with_status(200);
    assert_throttled(&send(&tweets, "POST", "/tweet", "imagelinks"), 3600);
    assert_throttled(&send(&profiles, "PUT", "/profile/update", "image"), 3600);
    // Requests without a file do not count.
    let text = Event::new("POST", "/tweet").bearer(&account.access).json(&json!({"message": "hi"}));
    tweets.invoke(text).answer.with_status(201);
}

#[tokio::test]
async fn the_write_limit_counts_every_credential_and_ends_with_its_window() {
    let service = Service::running();
    let tweets = Function::start_with(&service, "tweets", &[("AVIARY_LIMITS", "writes_account=2/5")]);
    let account = service.signup().await;
    let post = |credential: &str| {
        let event = Event::new("POST", "/tweet").source(&unused_address()).bearer(credential);
        tweets.invoke(event.json(&json!({"message": "hi"}))).answer
    };
    let mut throttled = None;
    for number in 0..7 {
        let credential = if number % 2 == 0 { &account.access } else { &account.device_token };
        let answer = post(credential);
        if answer.status != 201 {
            throttled = Some(answer);
            break;
        }
    }
    assert_throttled(&throttled.expect("a limit"), 5);
    e2e::eventually("the limit's end", async || (post(&account.access).status == 201).then_some(())).await;
}
