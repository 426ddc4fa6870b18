//! `/admin/reports/…`: the queue of what people reported.

use e2e::acts::people::sign_up_staff;
use e2e::ids::id_of;
use e2e::{Account, Browser, Service, eventually};
use serde_json::json;

/// A tweet of a new author that two people have reported.
async fn reported_tweet(service: &Service, text: &str) -> (Account, String) {
    let author = service.signup().await;
    let tweet = id_of(&service.tweet(&author, text).await);
    for (reason, note) in [("abuse", "It hurts <me>."), ("spam", "")] {
        let reporter = service.signup().await;
        let body = json!({"reason": reason, "note": note});
        service.post_as(&reporter, &format!("/api/tweets/{tweet}/report/"), &body).await.with_status(201);
    }
    (author, format!("tweet:{tweet}"))
}

async fn queued(browser: &Browser, state: &str, target: &str) {
    eventually(&format!("{target} is {state}"), async || {
        let page = browser.clone().get(&format!("/admin/reports/?state={state}")).await.with_status(200).text();
        page.contains(&format!("/admin/reports/{target}/")).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_case_shows_what_was_reported_by_how_many_and_why() {
    let service = Service::running();
    let staff = sign_up_staff(&service).await;
    let (author, target) = reported_tweet(&service, "something to report").await;
    let mut browser = Browser::signed_in(&service, &staff).await;
    queued(&browser, "open", &target).await;
    let page = browser.get(&format!("/admin/reports/{target}/")).await.with_status(200).text();
    for wanted in
        ["something to report", &author.username, "<strong>2</strong>", "abuse 1", "spam 1", "It hurts &lt;me&gt;."]
    {
        assert!(page.contains(wanted), "{wanted} is not in {page}");
    }
    browser.get("/admin/reports/tweet:019a0000-0000-7000-8000-0000000000aa/").await.with_status(404);
}

#[tokio::test]
async fn a_case_is_dismissed_and_opens_again_with_the_next_report() {
    let service = Service::running();
    let staff = sign_up_staff(&service).await;
    let (_, target) = reported_tweet(&service, "harmless").await;
    let mut browser = Browser::signed_in(&service, &staff).await;
    browser.post_through("/admin/act/", &[("act", "dismiss"), ("target", &target), ("next", "/admin/reports/")]).await;
    queued(&browser, "closed", &target).await;
    let trail = service.audit_trail(&target).await;
    assert!(trail.len() == 1 && trail[0].contains("report_dismissed") && trail[0].contains(&staff.id), "{trail:?}");
    let again = browser.post_through("/admin/act/", &[("act", "dismiss"), ("target", &target)]).await.text();
    assert!(again.contains("it is not there any more"), "{again}");

    let reporter = service.signup().await;
    let path = format!("/api/tweets/{}/report/", target.strip_prefix("tweet:").unwrap());
    service.post_as(&reporter, &path, &json!({"reason": "other"})).await.with_status(201);
    queued(&browser, "open", &target).await;
}

#[tokio::test]
async fn an_author_is_warned_by_mail() {
    let service = Service::running();
    let staff = sign_up_staff(&service).await;
    let (author, target) = reported_tweet(&service, "rude words").await;
    let mut browser = Browser::signed_in(&service, &staff).await;
    browser.post_through("/admin/act/", &[("act", "warn"), ("target", &target)]).await;
    let mail = service.mail_about(&author.email, "A warning about your Aviary account").await;
    assert!(mail.text.contains("one of your tweets") && !mail.text.contains("rude words"), "{}", mail.text);
    queued(&browser, "closed", &target).await;
}

#[tokio::test]
async fn an_author_is_deactivated_and_the_case_says_so() {
    let service = Service::running();
    let staff = sign_up_staff(&service).await;
    let (author, target) = reported_tweet(&service, "worse words").await;
    let mut browser = Browser::signed_in(&service, &staff).await;
    browser.post_through("/admin/act/", &[("act", "deactivate_author"), ("target", &target)]).await;
    service.get_as(&author, "/auth/users/me/").await.with_status(401);
    let page = browser.get(&format!("/admin/reports/{target}/")).await.with_status(200).text();
    assert!(page.contains("author deactivated"), "{page}");
}

#[tokio::test]
async fn what_was_reported_is_taken_down_and_its_case_goes_with_it() {
    let service = Service::running();
    let staff = sign_up_staff(&service).await;
    let (_, target) = reported_tweet(&service, "the worst words").await;
    let mut browser = Browser::signed_in(&service, &staff).await;
    let fields = [("act", "delete"), ("target", target.as_str()), ("next", "/admin/reports/")];
    let question = browser.post_through("/admin/act/", &fields).await.text();
    assert!(question.contains("the worst words"), "{question}");
    browser.post_through("/admin/delete/", &fields[1..]).await;
    let trail = service.audit_trail(&target).await.join("\n");
    assert!(trail.contains("tweet_deleted") && trail.contains("report_taken_down"), "{trail}");
    eventually("the case is removed", async || {
        let left = service.dynamodb().mentions("SocialTable", &target).await;
        left.is_empty().then_some(())
    })
    .await;
}
