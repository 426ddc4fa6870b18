//! `GET /api/auth/<username>/`.

use e2e::{Service, unique};
use serde_json::json;

#[tokio::test]
async fn only_the_owner_sees_an_account() {
    let service = Service::running();
    let (account, stranger) = (service.signup().await, service.signup().await);
    let shown = json!({"username": account.username, "password": "argon2id$********", "email": account.email});
    let forbidden = json!({"detail": "You do not have permission to perform this action."});
    let not_found = json!({"detail": "Not found."});
    for name in [account.username.clone(), account.username.to_uppercase()] {
        let path = format!("/api/auth/{name}/");
        service.get(&path).bearer(&account.access).send().await.is(200, &shown);
        service.get(&path).bearer(&stranger.access).send().await.is(403, &forbidden);
    }
    for name in [unique("nobody"), "%20".to_owned(), "a%2Fb".to_owned(), "%FF".to_owned(), "n".repeat(3_000)] {
        service.get(&format!("/api/auth/{name}/")).bearer(&account.access).send().await.is(404, &not_found);
    }
    // An e-mail address is not a username.
    for caller in [&account, &stranger] {
        service.get(&format!("/api/auth/{}/", account.email)).bearer(&caller.access).send().await.is(404, &not_found);
    }
    let staff = service.signup().await;
    let pk = format!("U#{}", staff.id);
    service.dynamodb().set("CredentialsTable", &pk, "PRINCIPAL", "staff", &json!({"BOOL": true})).await;
    let path = format!("/api/auth/{}/", account.username);
    service.get(&path).bearer(&staff.access).send().await.is(200, &shown);
    service.get(&format!("/api/auth/{}/", account.email)).bearer(&staff.access).send().await.is(404, &not_found);
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    service.get(&format!("/api/auth/{}/", account.username)).send().await.unauthorized(&nobody);
}
