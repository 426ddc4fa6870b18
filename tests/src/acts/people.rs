//! Accounts and what they do to each other.

use serde_json::{Value, json};

use crate::client::{Account, Answer, Service};

/// Requests a relation, or its end by `DELETE`: `follow`, `block` or `mute`.
pub async fn relate(service: &Service, method: &str, caller: &Account, verb: &str, id: &str) -> Answer {
    service.call(method, &format!("/api/profiles/{id}/{verb}/")).bearer(&caller.access).send().await
}

/// Lets one account follow another.
pub async fn follow(service: &Service, caller: &Account, other: &Account) {
    relate(service, "POST", caller, "follow", &other.id).await.with_status(200);
}

/// Lets one account block another.
pub async fn block(service: &Service, blocker: &Account, blocked: &Account) {
    relate(service, "POST", blocker, "block", &blocked.id).await.with_status(200);
}

/// The profile of the account with this id, as the viewer sees it.
pub async fn view_profile(service: &Service, viewer: &Account, id: &str) -> Value {
    let path = format!("/api/profiles/view_profile/{id}/");
    service.get(&path).bearer(&viewer.access).send().await.with_status(200).json()
}

/// A new account that is staff. The table is written to as the operator's task does it.
pub async fn sign_up_staff(service: &Service) -> Account {
    let account = service.signup().await;
    let pk = format!("U#{}", account.id);
    service.dynamodb().set("CredentialsTable", &pk, "PRINCIPAL", "staff", &json!({"BOOL": true})).await;
    account
}
