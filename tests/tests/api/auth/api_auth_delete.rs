//! `DELETE /api/auth/delete/<username>/`.

use e2e::Service;
use serde_json::json;

#[tokio::test]
async fn only_the_owner_deletes_an_account() {
    let service = Service::running();
    let (account, stranger) = (service.signup().await, service.signup().await);
    let path = format!("/api/auth/delete/{}/", account.username);
    let forbidden = json!({"detail": "You do not have permission to perform this action."});
    service.delete(&path).send().await.with_status(401);
    service.delete(&path).bearer(&stranger.access).send().await.is(403, &forbidden);
    let done = service.delete(&path).bearer(&account.device_token).send().await.with_status(204);
    assert!(done.body.is_empty());
    service.delete(&path).bearer(&stranger.access).send().await.is(404, &json!({"detail": "Not found."}));
    service.get("/auth/users/me/").bearer(&account.access).send().await.with_status(401);
}
