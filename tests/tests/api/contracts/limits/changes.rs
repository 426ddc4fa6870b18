//! Limits of changes of an account: its name, its address, and those that are refused because they are taken.

use e2e::limits::{assert_throttled, unused_address};
use e2e::{Account, Answer, Event, Function, PASSWORD, Service, unique};
use serde_json::{Value, json};

fn patch(auth: &Function, account: &Account, body: &Value) -> Answer {
    auth.invoke(Event::new("PATCH", "/auth/users/me/").bearer(&account.access).json(body)).answer
}

fn name() -> Value {
    json!({"username": unique("wren")})
}

fn taken_name(of: &Account) -> Value {
    json!({"username": of.username})
}

#[tokio::test]
async fn changes_of_the_username_are_limited_over_all_forms() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "username_changes_account=3/3600")]);
    let (account, other) = (service.signup().await, service.signup().await);
    let same = json!({"username": account.username});
    patch(&auth, &account, &same).with_status(200);
    patch(&auth, &account, &name()).with_status(200);
    let edit = Event::new("PUT", "/api/auth/user/edit/").bearer(&account.access).json(&name());
    assert!(auth.invoke(edit.clone()).answer.status < 300);
    let set = json!({"current_password": PASSWORD, "new_username": unique("wren")});
    let set = Event::new("POST", "/auth/users/set_username/").bearer(&account.access).json(&set);
    auth.invoke(set.clone()).answer.with_status(204);
    for answer in [patch(&auth, &account, &name()), auth.invoke(edit).answer] {
        // The second edit would set the name of before, which is a change too.
        assert_throttled(&answer, 3_600);
    }
    // Changes that leave the name as it is go on.
    patch(&auth, &account, &json!({})).with_status(200);
    patch(&auth, &other, &name()).with_status(200);
}

#[tokio::test]
async fn changes_of_the_address_are_limited() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "address_changes_account=2/86400")]);
    let (account, other) = (service.signup().await, service.signup().await);
    let address = || json!({"email": format!("{}@example.com", unique("wren"))});
    for _ in 0..2 {
        patch(&auth, &account, &address()).with_status(200);
    }
    assert_throttled(&patch(&auth, &account, &address()), 86_400);
    patch(&auth, &account, &name()).with_status(200);
    patch(&auth, &other, &address()).with_status(200);
}

/// Every change mails a stranger, and accounts cost nothing.
#[tokio::test]
async fn changes_of_the_address_are_limited_by_the_clients_address_too() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "reset_address=2/3600")]);
    let (here, elsewhere) = (unused_address(), unused_address());
    let change = async |source: &str| {
        let account = service.signup().await;
        let body = json!({"email": format!("{}@example.com", unique("wren"))});
        let event = Event::new("PATCH", "/auth/users/me/").source(source).bearer(&account.access).json(&body);
        auth.invoke(event).answer
    };
    for _ in 0..2 {
        change(&here).await.with_status(200);
    }
    assert_throttled(&change(&here).await, 3_600);
    change(&elsewhere).await.with_status(200);
    // Mails of resets count with them.
    let reset = Event::new("POST", "/auth/users/reset_password/").source(&here);
    assert_throttled(&auth.invoke(reset.json(&json!({"email": "nobody@example.com"}))).answer, 3_600);
}

/// A change that is written and refused costs more than the request that is counted.
#[tokio::test]
async fn a_change_over_its_limit_is_refused_from_memory() {
    let service = Service::running();
    let limits = "address_changes_account=1/86400,username_changes_account=1/3600";
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", limits)]);
    let account = service.signup().await;
    for change in [|| json!({"email": format!("{}@example.com", unique("wren"))}), name] {
        patch(&auth, &account, &change()).with_status(200);
        for _ in 0..10 {
            assert_eq!(patch(&auth, &account, &change()).status, 429);
        }
    }
    let refused = service.audit_trail(&account.id).await;
    let refused = refused.iter().filter(|event| event.contains("\"refused\"")).count();
    // The memory lasts for five seconds.
    assert!((2..=6).contains(&refused), "{refused}");
}

/// They tell whose a name or an address is. Beyond their limit no change is tried, because its refusal would tell too.
#[tokio::test]
async fn refusals_because_a_name_is_taken_are_limited_and_spend_nothing_else() {
    let service = Service::running();
    let limits = "taken_names_account=3/3600,username_changes_account=1/3600,address_changes_account=1/3600,\
        other_writes_account=2/3600";
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", limits)]);
    let (account, third, other) = (service.signup().await, service.signup().await, service.signup().await);
    let taken_address = json!({"email": other.email});
    patch(&auth, &account, &taken_name(&other)).with_status(400);
    patch(&auth, &account, &taken_address).with_status(400);
    patch(&auth, &account, &name()).with_status(200);
    // The name may change once, so this is the limit of names.
    assert_throttled(&patch(&auth, &account, &name()), 3_600);
    patch(&auth, &account, &taken_address).with_status(400);
    for body in [&taken_address, &json!({"email": format!("{}@example.com", unique("wren"))})] {
        assert_throttled(&patch(&auth, &account, body), 3_600);
    }
    patch(&auth, &account, &json!({})).with_status(200);
    assert_throttled(&patch(&auth, &account, &json!({})), 3_600);
    patch(&auth, &third, &taken_name(&other)).with_status(400);
}

/// Otherwise mistakes, or somebody else's mailbox, would use up the changes of a day.
#[tokio::test]
async fn a_change_that_is_refused_counts_nothing() {
    let service = Service::running();
    let limits = "username_changes_account=1/3600,address_changes_account=1/3600,reset_email=1/3600";
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", limits), ("AVIARY_CONFIRM_ADDRESS", "true")]);
    let (account, other) = (service.signup().await, service.signup().await);
    let address = format!("{}@example.com", unique("wren"));
    let wanted = unique("wren");
    let edit = |fields: Value| {
        let mut body = json!({"username": wanted, "email": address, "update_password": true,
            "current_password": PASSWORD, "new_password": "Vb7!panda-moon"});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        auth.invoke(Event::new("PUT", "/api/auth/user/edit/").bearer(&account.access).json(&body)).answer
    };
    edit(json!({"new_password": "12345678"})).with_status(400);
    edit(json!({"current_password": "wrong"})).with_status(400);
    edit(json!({"email": "no address"})).with_status(400);
    edit(json!({"username": other.username})).with_status(400);
    edit(json!({})).with_status(202);
    // It has counted all three, the mail to the new address too.
    let again = format!("{}@example.com", unique("wren"));
    assert_throttled(&patch(&auth, &account, &json!({"email": again})), 3_600);
    assert_throttled(&patch(&auth, &account, &name()), 3_600);
    assert_throttled(&patch(&auth, &other, &json!({"email": address})), 3_600);
    patch(&auth, &other, &json!({"email": again})).with_status(200);
}

/// A signup proves no mailbox. Whoever signs up with a stranger's address, changes it and deletes the account, again and
/// again, must not make us mail the stranger without end.
#[tokio::test]
async fn a_mailbox_gets_so_many_mails_that_undo_changes_from_all_accounts_together() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "undo_email=2/86400")]);
    let stranger = format!("{}@example.com", unique("stranger"));
    let change = async || {
        let name = unique("wren");
        let signup = json!({"username": name, "email": stranger, "password": PASSWORD});
        service.post("/auth/users/").json(&signup).send().await.with_status(201);
        let login = service.post("/auth/jwt/create/").json(&json!({"username": name, "password": PASSWORD}));
        let access = login.send().await.with_status(200).field("access");
        let away = json!({"email": format!("{}@example.com", unique("wren"))});
        let changed = auth.invoke(Event::new("PATCH", "/auth/users/me/").bearer(&access).json(&away)).answer;
        let delete = Event::new("DELETE", "/auth/users/me/").bearer(&access);
        auth.invoke(delete.json(&json!({"current_password": PASSWORD}))).answer.with_status(204);
        changed
    };
    for _ in 0..2 {
        change().await.with_status(200);
    }
    assert_throttled(&change().await, 86_400);
}
