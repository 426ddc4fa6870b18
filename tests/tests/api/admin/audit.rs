//! `/admin/audit/`: the audit trail by user, event and time, and its live tail.

use e2e::acts::people::sign_up_staff;
use e2e::{Browser, Service, unique};
use serde_json::json;

#[tokio::test]
async fn events_are_found_by_user_event_and_time() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    let wrong = json!({"username": user.username, "password": "wrong"});
    service.post("/auth/jwt/create/").json(&wrong).send().await.with_status(401);
    let mut browser = Browser::signed_in(&service, &staff).await;
    for wanted in [&user.username, &user.email, &user.id] {
        let page = browser.get(&format!("/admin/audit/?user={wanted}")).await.with_status(200).text();
        assert!(page.contains(">signup<") && page.contains(">login_failed<"), "{page}");
    }
    let page = browser.get(&format!("/admin/audit/?user={}&event=login_failed", user.username)).await.text();
    assert!(page.contains(">login_failed<") && !page.contains(">signup<"), "{page}");

    let moment = |seconds: i64| {
        let at = aviary_model::Timestamp::from_millis((e2e::now() + seconds) * 1_000).to_string();
        at.chars().take(16).collect::<String>()
    };
    let now = format!("/admin/audit/?user={}&at={}&minutes=2", user.username, moment(0));
    assert!(browser.get(&now).await.with_status(200).text().contains(">signup<"));
    let before = format!("/admin/audit/?user={}&at={}&minutes=2", user.username, moment(-3_600));
    assert!(browser.get(&before).await.with_status(200).text().contains("Nothing was found."));
    for (query, words) in [
        (format!("user={}", unique("nobody")), "Nobody has this name or address."),
        ("event=Nope!".to_owned(), "small letters and underscores"),
        ("at=yesterday".to_owned(), "The moment is not like"),
    ] {
        let page = browser.get(&format!("/admin/audit/?{query}")).await.with_status(200).text();
        assert!(page.contains(words), "{query}: {page}");
    }
}

#[tokio::test]
async fn the_tail_shows_what_happens_meanwhile() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    let mut browser = Browser::signed_in(&service, &staff).await;
    let page = browser.get(&format!("/admin/audit/?user={}", user.id)).await.with_status(200).text();
    let rows = format!("/admin/audit/rows/?user={}", user.id);
    assert!(page.contains(&format!("hx-get=\"{rows}\"")) && page.contains("every 3s"), "{page}");
    assert!(!browser.get(&rows).await.with_status(200).text().contains(">logout<"));
    let body = json!({"refresh": user.refresh});
    service.post("/api/auth/logout/").json(&body).send().await.with_status(200);
    let tail = browser.get(&rows).await.with_status(200).text();
    assert!(tail.contains(">logout<") && !tail.contains("<html"), "{tail}");
}
