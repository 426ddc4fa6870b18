//! `/admin/users/…`: finding accounts and acting on them.

use e2e::acts::people::sign_up_staff;
use e2e::{Account, Answer, Browser, PASSWORD, Service, eventually, unique};
use serde_json::json;

/// Does something to one account by the button on its page, and returns the page that follows.
async fn act(browser: &mut Browser, account: &Account, act: &str) -> Answer {
    let (target, next) = (format!("user:{}", account.id), format!("/admin/users/{}/", account.id));
    browser.post_through("/admin/act/", &[("act", act), ("target", &target), ("next", &next)]).await
}

/// The names of the events of the audit trail about this account that staff caused.
async fn staff_events(service: &Service, account: &Account, staff: &Account) -> Vec<String> {
    let events = service.audit_trail(&account.id).await;
    let events = events.iter().map(|event| serde_json::from_str::<serde_json::Value>(event).unwrap());
    events
        .filter(|event| event["actor.id"] == staff.id.as_str() && event["user.id"] == account.id.as_str())
        .map(|event| event["event"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_user_is_found_by_the_beginning_of_a_name_or_an_address() {
    let service = Service::running();
    let staff = sign_up_staff(&service).await;
    let user = service.signup_as(&unique("Kestrel")).await;
    let mut browser = Browser::signed_in(&service, &staff).await;
    let first = |text: &str, count: usize| text.chars().take(count).collect::<String>();
    for wanted in [user.username.to_uppercase(), first(&user.username, 16), first(&user.email, 14)] {
        let found = async || {
            let mut browser = browser.clone();
            let page = browser.get(&format!("/admin/users/?q={wanted}")).await.with_status(200).text();
            page.contains(&format!("/admin/users/{}/", user.id)).then_some(page)
        };
        let page = eventually("the user is found", found).await;
        assert!(page.contains(&user.username) && page.contains(&user.email), "{page}");
    }
    let none = browser.get("/admin/users/?q=nobody-is-called-so").await.with_status(200).text();
    assert!(none.contains("Nobody has a name"), "{none}");
}

#[tokio::test]
async fn the_list_has_three_orders_and_pages() {
    let service = Service::running();
    let staff = sign_up_staff(&service).await;
    for _ in 0..21 {
        service.signup().await;
    }
    let mut browser = Browser::signed_in(&service, &staff).await;
    for order in ["newest", "oldest", "name"] {
        let first = browser.get(&format!("/admin/users/?order={order}")).await.with_status(200).text();
        let link = first.split("rel=\"next\" href=\"").nth(1).expect("a next page").split('"').next().unwrap();
        let second = browser.get(&link.replace("&amp;", "&")).await.with_status(200).text();
        assert!(second.contains("First page"), "{order}");
        assert_ne!(first, second, "{order}");
    }
}

#[tokio::test]
async fn a_page_shows_what_an_operator_needs() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    service.tweet(&user, "hello from the <user>").await;
    let sets =
        json!({"session_id": "mine", "integer_sets": [{"set_id": "a", "integers": [{"index": 0, "X": 1, "q": 1}]}]});
    service.post_as(&user, "/integers/session/", &sets).await.with_status(201);
    let mut browser = Browser::signed_in(&service, &staff).await;
    let page = browser.get(&format!("/admin/users/{}/", user.id)).await.with_status(200).text();
    for wanted in [
        user.username.as_str(),
        user.email.as_str(),
        "active",
        "device token",
        "refresh family",
        "web session",
        "hello from the &lt;user&gt;",
        "signup",
        "mine",
    ] {
        assert!(page.contains(wanted), "{wanted} is not in {page}");
    }
    for secret in [&user.access, &user.refresh, &user.device_token, &user.cookies.session] {
        assert!(!page.contains(secret.as_str()), "a secret");
    }
    assert!(!page.contains("argon2"), "a password hash");
    browser.get("/admin/users/019a0000-0000-7000-8000-0000000000aa/").await.with_status(404);
    browser.get("/admin/users/x/").await.with_status(404);
}

#[tokio::test]
async fn a_deactivated_user_is_refused_at_once_and_a_reactivation_revives_no_session() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    let mut browser = Browser::signed_in(&service, &staff).await;
    let page = act(&mut browser, &user, "deactivate").await.text();
    assert!(page.contains("Done for 1 entry.") && page.contains("deactivated"), "{page}");
    let inactive = json!({"detail": "User is inactive", "code": "user_inactive"});
    service.get_as(&user, "/auth/users/me/").await.unauthorized(&inactive);
    service.get("/auth/users/me/").bearer(&user.device_token).send().await.with_status(401);
    service.get("/auth/users/me/").cookies(&user.cookies).send().await.with_status(401);
    let login = json!({"username": user.username, "password": PASSWORD});
    service.post("/auth/jwt/create/").json(&login).send().await.with_status(401);

    act(&mut browser, &user, "reactivate").await;
    service.get_as(&user, "/auth/users/me/").await.with_status(401);
    service.post("/auth/jwt/create/").json(&login).send().await.with_status(200);
    assert_eq!(staff_events(&service, &user, &staff).await, ["deactivated", "reactivated"]);
    let activity = service.get("/api/auth/activity/").bearer(&login_of(&service, &user).await).send().await.text();
    assert!(activity.contains("deactivated"), "{activity}");
}

async fn login_of(service: &Service, user: &Account) -> String {
    let login = json!({"username": user.username, "password": PASSWORD});
    service.post("/auth/jwt/create/").json(&login).send().await.with_status(200).field("access")
}

#[tokio::test]
async fn all_sessions_of_a_stolen_account_end_and_its_owner_gets_a_reset() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    let mut browser = Browser::signed_in(&service, &staff).await;
    act(&mut browser, &user, "sign_out").await;
    service.get_as(&user, "/auth/users/me/").await.with_status(401);
    act(&mut browser, &user, "send_reset").await;
    let mail = service.mail_about(&user.email, "Reset your Aviary password").await;
    assert!(!mail.uid().is_empty() && !mail.token().is_empty());
    assert_eq!(staff_events(&service, &user, &staff).await, ["sessions_ended", "password_reset_asked"]);
}

#[tokio::test]
async fn one_session_can_be_ended() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    let mut browser = Browser::signed_in(&service, &staff).await;
    let page = browser.get(&format!("/admin/users/{}/", user.id)).await.with_status(200).text();
    let begin = format!("session:{}:", user.id);
    let ids: Vec<String> =
        page.match_indices(&begin).map(|(at, _)| page.get(at..at + begin.len() + 36).unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 3, "{page}");
    for target in &ids {
        browser.post_through("/admin/act/", &[("act", "end_session"), ("target", target)]).await;
    }
    for credential in [&user.access, &user.device_token] {
        service.get("/auth/users/me/").bearer(credential).send().await.with_status(401);
    }
    let again = browser.post_through("/admin/act/", &[("act", "end_session"), ("target", &ids[0])]).await.text();
    assert!(again.contains("it is not there any more"), "{again}");
}

#[tokio::test]
async fn staff_are_made_and_unmade_but_not_by_themselves() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    let mut browser = Browser::signed_in(&service, &staff).await;
    act(&mut browser, &user, "make_staff").await;
    let mut theirs = Browser::signed_in(&service, &user).await;
    theirs.get("/admin/").await.with_status(200);
    act(&mut browser, &user, "unmake_staff").await;
    theirs.get("/admin/").await.with_status(403);
    for verb in ["unmake_staff", "deactivate"] {
        let page = act(&mut browser, &staff, verb).await.text();
        assert!(page.contains("nobody can deactivate, delete or demote themselves"), "{verb}");
    }
    assert_eq!(staff_events(&service, &user, &staff).await, ["staff_granted", "staff_removed"]);
}

#[tokio::test]
async fn an_account_is_edited_by_the_rules_of_a_signup() {
    let service = Service::running();
    let (staff, user, other) = (sign_up_staff(&service).await, service.signup().await, service.signup().await);
    let mut browser = Browser::signed_in(&service, &staff).await;
    let path = format!("/admin/users/{}/edit/", user.id);
    let (name, email) = (unique("renamed"), format!("{}@example.com", unique("new")));
    let fields = [("username", name.as_str()), ("email", &email), ("alias", "New Name"), ("bio", "One\r\ntwo")];
    let page = browser.post_through(&path, &fields).await.text();
    assert!(page.contains("Done for 1 entry.") && page.contains("New Name"), "{page}");
    let me = service.get_as(&user, "/auth/users/me/").await.with_status(200);
    assert_eq!((me.field("username"), me.field("email")), (name.clone(), email.clone()));
    service.mail(&user.email, 1).await;

    let taken = [("username", other.username.as_str()), ("email", "nonsense"), ("alias", ""), ("bio", "")];
    let page = browser.post(&path, &taken).await.with_status(400).text();
    assert!(page.contains("Enter a valid email address.") && page.contains("value=\"nonsense\""), "{page}");
    let taken = [("username", other.username.as_str()), ("email", email.as_str()), ("alias", ""), ("bio", "")];
    let page = browser.post(&path, &taken).await.with_status(400).text();
    assert!(page.contains("A user with that username already exists."), "{page}");
    let events = staff_events(&service, &user, &staff).await;
    assert_eq!(events, ["username_changed", "email_changed", "profile_changed", "username_changed", "refused"]);
}

#[tokio::test]
async fn several_accounts_are_deactivated_and_deleted_after_a_look_at_what_goes() {
    let service = Service::running();
    let staff = sign_up_staff(&service).await;
    let (first, second) = (service.signup().await, service.signup().await);
    let mut browser = Browser::signed_in(&service, &staff).await;
    let targets = [format!("user:{}", first.id), format!("user:{}", second.id)];
    let fields = |act: &'static str| {
        [("act", act), ("target", targets[0].as_str()), ("target", targets[1].as_str()), ("next", "/admin/users/")]
    };
    let page = browser.post_through("/admin/act/", &fields("deactivate")).await.text();
    assert!(page.contains("Done for 2 entries."), "{page}");
    for user in [&first, &second] {
        service.get_as(user, "/auth/users/me/").await.with_status(401);
    }
    let question = browser.post_through("/admin/act/", &fields("delete")).await.text();
    assert!(question.contains(&first.username) && question.contains(&second.username), "{question}");
    assert!(!question.contains("Your password"), "the login is fresh");
    let page = browser.post_through("/admin/delete/", &fields("delete")[1..]).await.text();
    assert!(page.contains("Done for 2 entries."), "{page}");
    browser.get(&format!("/admin/users/{}/", first.id)).await.with_status(404);
    service
        .post("/auth/jwt/create/")
        .json(&json!({"username": first.username, "password": PASSWORD}))
        .send()
        .await
        .with_status(401);
    assert_eq!(staff_events(&service, &second, &staff).await, ["deactivated", "account_deleted"]);
    let nothing = browser.post_through("/admin/act/", &[("act", "deactivate")]).await.text();
    assert!(nothing.contains("nothing was ticked"), "{nothing}");
}

/// Makes a login older than a fresh one is.
async fn make_old(service: &Service, staff: &Account) {
    let pk = format!("U#{}", staff.id);
    let sessions = service.dynamodb().mentions("CredentialsTable", &pk).await;
    for session in sessions.iter().filter(|item| item["sk"]["S"].as_str().is_some_and(|sk| sk.starts_with("S#"))) {
        let sk = session["sk"]["S"].as_str().unwrap();
        let long_ago = json!({"N": (e2e::now() * 1_000 - 16 * 60_000).to_string()});
        service.dynamodb().set("CredentialsTable", &pk, sk, "created_at", &long_ago).await;
    }
}

#[tokio::test]
async fn an_old_login_needs_the_password_to_delete() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    let mut browser = Browser::signed_in(&service, &staff).await;
    make_old(&service, &staff).await;
    let target = format!("user:{}", user.id);
    let question = browser.get(&format!("/admin/delete/?target={target}")).await.with_status(200).text();
    assert!(question.contains("Your password"), "{question}");
    for password in ["", "wrong"] {
        let page =
            browser.post("/admin/delete/", &[("target", &target), ("password", password)]).await.with_status(403);
        assert!(page.text().contains("The password is missing or wrong."), "{}", page.text());
    }
    service.get_as(&user, "/auth/users/me/").await.with_status(200);
    browser.post_through("/admin/delete/", &[("target", &target), ("password", PASSWORD)]).await;
    service.get_as(&user, "/auth/users/me/").await.with_status(401);
    let trail = service.audit_trail(&staff.id).await;
    assert_eq!(trail.iter().filter(|event| event.contains("password_check_failed")).count(), 1);
}

/// Otherwise a stolen cookie would be worth every account: a new address gets the mail that resets its password.
#[tokio::test]
async fn an_old_login_changes_nobodys_name_address_or_staff() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    let mut browser = Browser::signed_in(&service, &staff).await;
    make_old(&service, &staff).await;
    let path = format!("/admin/users/{}/edit/", user.id);
    let (name, email) = (unique("renamed"), format!("{}@example.com", unique("thief")));
    let wanted = [
        [("username", name.as_str()), ("email", user.email.as_str()), ("alias", "")],
        [("username", user.username.as_str()), ("email", email.as_str()), ("alias", "")],
    ];
    for fields in &wanted {
        let page = browser.post(&path, fields).await.with_status(400).text();
        assert!(page.contains("older than 15 minutes") && page.contains("Your password"), "{page}");
        let wrong = [&fields[..], &[("password", "wrong")]].concat();
        browser.post(&path, &wrong).await.with_status(400);
    }
    for verb in ["make_staff", "unmake_staff"] {
        let page = act(&mut browser, &user, verb).await.text();
        assert!(page.contains("your login is older than 15 minutes"), "{verb}: {page}");
    }
    let me = service.get_as(&user, "/auth/users/me/").await.with_status(200);
    assert_eq!((me.field("username"), me.field("email")), (user.username.clone(), user.email.clone()));
    // What shows is no way in.
    let shown = [("username", user.username.as_str()), ("email", user.email.as_str()), ("alias", "Calm")];
    assert!(browser.post_through(&path, &shown).await.text().contains("Done for 1 entry."));
    let with_password = [&wanted[1][..], &[("password", PASSWORD)]].concat();
    assert!(browser.post_through(&path, &with_password).await.text().contains("Done for 1 entry."));
    assert_eq!(service.get_as(&user, "/auth/users/me/").await.with_status(200).field("email"), email);
    let events = staff_events(&service, &user, &staff).await;
    assert_eq!(events, ["profile_changed", "email_changed", "profile_changed"]);
}
