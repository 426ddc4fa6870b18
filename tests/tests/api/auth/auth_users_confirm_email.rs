//! `POST /auth/users/confirm_email/`: in a deployment that confirms addresses, a new one is pending until its mailbox
//! says so. The tests start their own function with that setting; its mails are sent by the running worker.

use e2e::limits::{assert_throttled, unused_address};
use e2e::{Account, Answer, Event, Function, Mail, PASSWORD, Service, unique};
use serde_json::{Value, json};

const CONFIRM: &str = "Confirm your Aviary address";
const ASKED: &str = "Your Aviary address is about to change";

/// A function that confirms addresses.
pub(super) struct Confirming {
    pub(super) service: Service,
    pub(super) auth: Function,
}

impl Confirming {
    pub(super) fn start() -> Self {
        let service = Service::running();
        let auth = Function::start_with(&service, "auth", &[("AVIARY_CONFIRM_ADDRESS", "true")]);
        Self { service, auth }
    }

    fn send(&self, event: Event) -> Answer {
        self.auth.invoke(event.source(&unused_address())).answer
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Event::new("POST", path).json(body))
    }

    fn change(&self, account: &Account, body: &Value) -> Answer {
        self.send(Event::new("PATCH", "/auth/users/me/").bearer(&account.access).json(body))
    }

    /// Asks for a new address, with the password.
    pub(super) fn ask(&self, account: &Account, email: &str) {
        let answer = self.change(account, &json!({"email": email, "current_password": PASSWORD})).with_status(200);
        assert_eq!((answer.field("email"), answer.field("pending_email")), (account.email.clone(), email.to_owned()));
    }

    pub(super) fn confirm(&self, mail: &Mail) -> Answer {
        self.post("/auth/users/confirm_email/", &json!({"uid": mail.uid(), "token": mail.token()}))
    }

    fn confirm_with(&self, mail: &Mail, password: &str) -> Answer {
        let body = json!({"uid": mail.uid(), "token": mail.token(), "current_password": password});
        self.post("/auth/users/confirm_email/", &body)
    }

    fn undo(&self, mail: &Mail) -> Answer {
        self.post("/auth/users/undo_email/", &json!({"uid": mail.uid(), "token": mail.token()}))
    }

    fn me(&self, account: &Account) -> Answer {
        self.send(Event::new("GET", "/auth/users/me/").bearer(&account.access))
    }

    fn login(&self, name: &str) -> Answer {
        self.post("/auth/token/login/", &json!({"username": name, "password": PASSWORD}))
    }

    fn signup(&self, username: &str, email: &str) -> Answer {
        self.post("/auth/users/", &json!({"username": username, "email": email, "password": PASSWORD}))
    }
}

pub(super) fn address() -> String {
    format!("{}@example.com", unique("new"))
}

fn wrong_token() -> Value {
    json!({"token": ["Invalid token for given user."]})
}

fn email_taken() -> Value {
    json!({"email": ["A user with that email already exists."]})
}

#[tokio::test]
async fn an_address_is_pending_until_its_mailbox_confirms_it() {
    let confirming = Confirming::start();
    let (account, new) = (confirming.service.signup().await, address());
    confirming.ask(&account, &new);
    let me = json!({
        "email": account.email, "id": account.id, "username": account.username, "pending_email": new,
    });
    confirming.me(&account).is(200, &me);
    let named = Event::new("GET", &format!("/api/auth/{}/", account.username)).bearer(&account.access);
    assert_eq!(confirming.send(named).with_status(200).field("pending_email"), new);
    confirming.login(&new).with_status(400);

    let mail = confirming.service.mail_about(&new, CONFIRM).await;
    assert!(!mail.text.contains(&account.username) && !mail.text.contains(&account.email), "{}", mail.text);
    confirming.confirm(&mail).with_status(204);
    let me = json!({"email": new, "id": account.id, "username": account.username});
    confirming.me(&account).is(200, &me);
    confirming.confirm(&mail).is(400, &wrong_token());
    confirming.login(&new).with_status(200);
    confirming.login(&account.email).with_status(400);
    // The old address is held.
    confirming.signup(&unique("wren"), &account.email).is(400, &email_taken());
}

#[tokio::test]
async fn user_edit_asks_for_an_address_too_and_renames_at_once() {
    let confirming = Confirming::start();
    let (account, new, name) = (confirming.service.signup().await, address(), unique("renamed"));
    let body = json!({"username": name, "email": new, "current_password": PASSWORD});
    let edit = Event::new("PUT", "/api/auth/user/edit/").bearer(&account.access).json(&body);
    let answer = confirming.send(edit);
    assert!([200, 202].contains(&answer.status), "{}", answer.text());
    assert_eq!(
        (answer.field("username"), answer.field("email"), answer.field("pending_email")),
        (name, account.email, new.clone())
    );
    let mail = confirming.service.mail_about(&new, CONFIRM).await;
    confirming.confirm(&mail).with_status(204);
}

#[tokio::test]
async fn a_pending_address_is_nobodys_and_no_way_to_a_reset() {
    let confirming = Confirming::start();
    let (account, new) = (confirming.service.signup().await, address());
    confirming.ask(&account, &new);
    confirming.service.mail_about(&new, CONFIRM).await;
    confirming.post("/auth/users/reset_password/", &json!({"email": new})).with_status(204);
    // When a later mail has arrived, the earlier one would have arrived too.
    confirming.post("/auth/users/reset_password/", &json!({"email": account.email})).with_status(204);
    confirming.service.mail_about(&account.email, "Reset your Aviary password").await;
    assert_eq!(confirming.service.mails(&new).await.len(), 1);
}

/// A stolen access token without the password gets no further than a pending address.
#[tokio::test]
async fn without_the_password_in_the_request_the_confirmation_asks_for_it() {
    let confirming = Confirming::start();
    let (account, evil) = (confirming.service.signup().await, address());
    confirming.change(&account, &json!({"email": evil})).with_status(200);
    let mail = confirming.service.mail_about(&evil, CONFIRM).await;
    let error = |text: &str| json!({"current_password": [text]});
    confirming.confirm(&mail).is(400, &error("This field is required."));
    confirming.confirm_with(&mail, "").is(400, &error("This field is required."));
    confirming.confirm_with(&mail, "wrong").is(400, &error("Invalid password."));
    assert_eq!(confirming.me(&account).field("email"), account.email);
    confirming.confirm_with(&mail, PASSWORD).with_status(204);
    assert_eq!(confirming.me(&account).field("email"), evil);
}

#[tokio::test]
async fn a_wrong_password_in_the_request_changes_nothing() {
    let confirming = Confirming::start();
    let account = confirming.service.signup().await;
    let body = json!({"email": address(), "current_password": "wrong"});
    confirming.change(&account, &body).is(400, &json!({"current_password": ["Invalid password."]}));
    assert!(confirming.me(&account).json().get("pending_email").is_none());
}

#[tokio::test]
async fn a_later_request_replaces_the_pending_address() {
    let confirming = Confirming::start();
    let (account, first, second) = (confirming.service.signup().await, address(), address());
    confirming.ask(&account, &first);
    let first = confirming.service.mail_about(&first, CONFIRM).await;
    confirming.change(&account, &json!({"email": second})).with_status(200);
    confirming.confirm(&first).is(400, &wrong_token());
    // The first request had the password, the second had not.
    let second = confirming.service.mail_about(&second, CONFIRM).await;
    confirming.confirm(&second).is(400, &json!({"current_password": ["This field is required."]}));
    // A change of the name alone leaves it pending, and so does the address that the account has.
    let body = json!({"username": unique("renamed"), "email": account.email});
    assert!(confirming.change(&account, &body).with_status(200).json()["pending_email"].is_string());
    confirming.confirm_with(&second, PASSWORD).with_status(204);
}

#[tokio::test]
async fn an_address_is_pending_for_a_day() {
    let confirming = Confirming::start();
    let (account, new) = (confirming.service.signup().await, address());
    confirming.ask(&account, &new);
    let mail = confirming.service.mail_about(&new, CONFIRM).await;
    let (pk, tables) = (format!("U#{}", account.id), confirming.service.dynamodb());
    let mut pending = tables.get("AccountsTable", &pk, "USER").await["pending"].clone();
    pending["M"]["until"] = json!({"N": ((e2e::now() - 1) * 1_000).to_string()});
    tables.set("AccountsTable", &pk, "USER", "pending", &pending).await;
    assert!(confirming.me(&account).json().get("pending_email").is_none());
    confirming.confirm(&mail).is(400, &wrong_token());
}

#[tokio::test]
async fn the_old_addresss_link_stops_a_pending_change_and_ends_every_session() {
    let confirming = Confirming::start();
    let (account, new) = (confirming.service.signup().await, address());
    confirming.ask(&account, &new);
    let notice = confirming.service.mail_about(&account.email, ASKED).await;
    assert!(!notice.text.contains(&new));
    let mail = confirming.service.mail_about(&new, CONFIRM).await;
    confirming.undo(&notice).with_status(204);
    confirming.me(&account).with_status(401);
    confirming.confirm(&mail).is(400, &wrong_token());
    confirming.undo(&notice).is(400, &wrong_token());
    confirming.login(&account.email).with_status(200);
}

#[tokio::test]
async fn the_old_addresss_link_takes_a_confirmed_change_back() {
    let confirming = Confirming::start();
    let (account, new) = (confirming.service.signup().await, address());
    confirming.ask(&account, &new);
    let notice = confirming.service.mail_about(&account.email, ASKED).await;
    confirming.confirm(&confirming.service.mail_about(&new, CONFIRM).await).with_status(204);
    confirming.undo(&notice).with_status(204);
    confirming.me(&account).with_status(401);
    confirming.login(&account.email).with_status(200);
    confirming.login(&new).with_status(400);
    confirming.service.mail_about(&new, "Your Aviary address was changed back").await;
    confirming.signup(&unique("wren"), &new).with_status(201);
}

/// A thief's account with a stranger's address: the stranger is not kept out, and nothing of the account is theirs.
#[tokio::test]
async fn a_stranger_whose_address_is_pending_elsewhere_signs_up_with_it() {
    let confirming = Confirming::start();
    let (thief, victim) = (confirming.service.signup().await, address());
    confirming.ask(&thief, &victim);
    let mail = confirming.service.mail_about(&victim, CONFIRM).await;
    confirming.signup(&unique("victim"), &victim).with_status(201);
    confirming.confirm(&mail).is(400, &email_taken());
    confirming.login(&victim).with_status(200);
    assert_eq!(confirming.me(&thief).field("email"), thief.email);
}

#[tokio::test]
async fn an_address_that_another_account_has_or_holds_can_not_be_asked_for() {
    let confirming = Confirming::start();
    let (account, other) = (confirming.service.signup().await, confirming.service.signup().await);
    let ask = |email: &str| confirming.change(&account, &json!({"email": email, "current_password": PASSWORD}));
    for taken in [other.email.to_uppercase(), other.email.clone()] {
        ask(&taken).is(400, &email_taken());
    }
    let new = address();
    confirming.ask(&other, &new);
    confirming.confirm(&confirming.service.mail_about(&new, CONFIRM).await).with_status(204);
    ask(&other.email).is(400, &email_taken());
}

#[tokio::test]
async fn a_removal_and_a_first_address_need_no_old_mailbox() {
    let confirming = Confirming::start();
    let (account, new) = (confirming.service.signup().await, address());
    assert_eq!(confirming.change(&account, &json!({"email": ""})).with_status(200).field("email"), "");
    confirming.service.mail_about(&account.email, "Your Aviary address was changed").await;
    let answer = confirming.change(&account, &json!({"email": new})).with_status(200);
    assert_eq!((answer.field("email"), answer.field("pending_email")), (String::new(), new.clone()));
    let mail = confirming.service.mail_about(&new, CONFIRM).await;
    confirming.confirm_with(&mail, PASSWORD).with_status(204);
    assert_eq!(confirming.me(&account).field("email"), new);
}

/// Nobody can make the service mail a stranger as often as they like.
#[tokio::test]
async fn mails_to_a_new_address_count_as_its_resets() {
    let confirming = Confirming::start();
    let stranger = address();
    for _ in 0..3 {
        let account = confirming.service.signup().await;
        confirming.change(&account, &json!({"email": stranger})).with_status(200);
    }
    let account = confirming.service.signup().await;
    assert_throttled(&confirming.change(&account, &json!({"email": stranger})), 3_600);
    assert!(confirming.me(&account).json().get("pending_email").is_none());
    assert_throttled(&confirming.post("/auth/users/reset_password/", &json!({"email": stranger})), 3_600);
}

#[tokio::test]
async fn without_a_sender_an_address_changes_at_once() {
    let service = Service::running();
    let settings = [("AVIARY_CONFIRM_ADDRESS", "true"), ("AVIARY_MAIL_FROM", "")];
    let auth = Function::start_with(&service, "auth", &settings);
    let (account, new) = (service.signup().await, address());
    let change = Event::new("PATCH", "/auth/users/me/").bearer(&account.access).json(&json!({"email": new}));
    let me = json!({"email": new, "id": account.id, "username": account.username});
    auth.invoke(change).answer.is(200, &me);
}

/// Somebody with the old password asked for the address; the owner has a new password since.
#[tokio::test]
async fn what_the_old_password_asked_for_needs_the_new_one() {
    let confirming = Confirming::start();
    let (account, new, password) = (confirming.service.signup().await, address(), unique("Owner-has-it-"));
    confirming.ask(&account, &new);
    let mail = confirming.service.mail_about(&new, CONFIRM).await;
    let change = json!({"current_password": PASSWORD, "new_password": password});
    let change = Event::new("POST", "/auth/users/set_password/").bearer(&account.access).json(&change);
    confirming.send(change).with_status(204);
    confirming.confirm(&mail).with_status(400);
    confirming.confirm_with(&mail, PASSWORD).with_status(400);
    assert_eq!(confirming.me(&account).with_status(200).field("email"), account.email);
    confirming.confirm_with(&mail, &password).with_status(204);
}
