//! Which credentials each cause ends. The tables below are the contract; `checks` checks each sign at the endpoints.

mod causes;
mod checks;
mod held_credentials;

use causes::{By, Cause, Kind};
use e2e::{PASSWORD, Service};
use futures_util::StreamExt;
use held_credentials::HeldCredentials;
use serde_json::json;

/// A cause, and a sign for each credential: `+` valid, `-` ended, `i` its user is inactive, `g` its user is deleted.
/// First access token, refresh token, device token and web session of the signup, one of which makes the request; then
/// the same four of another login; then the access token of twelve hours of document 001, the token of a reset mail
/// sent before, and the password.
type Row = (Cause, &'static str);

/// The session that makes the request stays valid, whatever its kind. A reset is made by no session.
const PASSWORDS: &[Row] = &[
    (Cause::SetPassword(By::Access), "++-- ---- - - -"),
    (Cause::SetPassword(By::Device), "--+- ---- - - -"),
    (Cause::SetPassword(By::Web), "---+ ---- - - -"),
    (Cause::EditPassword(By::Access), "++-- ---- - - -"),
    (Cause::EditPassword(By::Device), "--+- ---- - - -"),
    (Cause::EditPassword(By::Web), "---+ ---- - - -"),
    (Cause::ChangePassword(By::Access), "++-- ---- - - -"),
    (Cause::ConfirmReset, "---- ---- - - -"),
    // Other changes end no session. But a reset mail to an address that is no longer the user's becomes invalid.
    (Cause::SetUsername, "++++ ++++ + + +"),
    (Cause::ChangeEmail, "++++ ++++ + - +"),
];

/// Deletion and deactivation end everything. An activation restores no session.
const ACCOUNTS: &[Row] = &[
    (Cause::DeleteMe(By::Access), "gggg gggg g g g"),
    (Cause::DeleteMe(By::Web), "gggg gggg g g g"),
    (Cause::DeleteUser, "gggg gggg g g g"),
    (Cause::DeleteByName(By::Access), "gggg gggg g g g"),
    (Cause::DeleteByName(By::Device), "gggg gggg g g g"),
    (Cause::DeleteByNameAsStaff, "gggg gggg g g g"),
    (Cause::Deactivate, "iiii iiii i i i"),
    (Cause::DeactivateAndActivate, "---- ---- - + +"),
];

/// The token of a reset mail is no session: after a lost device a user ends all sessions and may still use the mail.
const SESSIONS: &[Row] = &[
    (Cause::LogoutAll(By::Access), "---- ---- - + +"),
    (Cause::LogoutAll(By::Device), "---- ---- - + +"),
    (Cause::LogoutAll(By::Web), "---- ---- - + +"),
    (Cause::EndOthers(By::Access), "++-- ---- - + +"),
    (Cause::EndOthers(By::Device), "--+- ---- - + +"),
    (Cause::EndOthers(By::Web), "---+ ---- - + +"),
    (Cause::EndOne(By::Access, Kind::Family), "--++ ++++ + + +"),
    (Cause::EndOne(By::Access, Kind::Device), "++-+ ++++ + + +"),
    (Cause::EndOne(By::Access, Kind::Web), "+++- ++++ + + +"),
    (Cause::EndOne(By::Web, Kind::Web), "+++- ++++ + + +"),
    (Cause::EndOne(By::Device, Kind::OtherFamily), "++++ --++ + + +"),
    (Cause::LogoutWithRefreshToken, "--++ ++++ + + +"),
    (Cause::TokenLogout(By::Device), "++-+ ++++ + + +"),
    // As in djoser, a logout by another credential ends all device tokens.
    (Cause::TokenLogout(By::Access), "++-+ ++-+ + + +"),
    (Cause::TokenLogout(By::Web), "++-+ ++-+ + + +"),
    (Cause::Logout, "+++- ++++ + + +"),
    (Cause::DelLogout, "+++- ++++ + + +"),
    (Cause::LogoutWithCookiesAndAccessToken, "--+- ++++ + + +"),
    (Cause::LogoutWithAccessToken, "--++ ++++ + + +"),
    (Cause::LogoutWithRefresh, "++++ --++ + + +"),
    (Cause::RefreshTokenReuse, "--++ ++++ + + +"),
    (Cause::UnknownRefreshToken, "--++ ++++ + + +"),
];

/// Four rows at a time, because each sends many requests.
async fn assert_ends(rows: &[Row]) {
    let service = &Service::running();
    // The user whom all requests to the user service ask for.
    let witness = &service.signup().await.username;
    let wrong = futures_util::stream::iter(rows).map(|(cause, signs)| async move {
        let mut held = HeldCredentials::of(service).await;
        cause.happen(service, &mut held).await;
        let wrong = checks::violations(service, witness, &held, signs).await;
        wrong.into_iter().map(|text| format!("{cause:?}: {text}")).collect::<Vec<_>>()
    });
    let wrong: Vec<String> = wrong.buffered(4).concat().await;
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_new_password_ends_all_but_the_own_session() {
    assert_ends(PASSWORDS).await;
}

#[tokio::test]
async fn deletion_and_deactivation_end_every_credential() {
    assert_ends(ACCOUNTS).await;
}

#[tokio::test]
async fn the_end_of_a_session_ends_its_tokens_and_no_others() {
    assert_ends(SESSIONS).await;
}

/// Principal and user are read concurrently, and a deletion can come between the two reads.
#[tokio::test]
async fn a_user_deleted_during_a_request_is_not_found() {
    let service = Service::running();
    let account = service.signup().await;
    service.dynamodb().delete("AccountsTable", &format!("U#{}", account.id), "USER").await;
    let gone = json!({"detail": "User not found", "code": "user_not_found"});
    let body = json!({"current_password": PASSWORD, "new_password": "Vb7!panda-moon", "new_username": "x"});
    let calls = [
        service.get("/auth/users/me/"),
        service.put("/auth/users/me/").json(&body),
        service.delete("/auth/users/me/").json(&body),
        service.put("/api/auth/user/edit/").json(&body),
        service.delete("/api/auth/user/delete/"),
        service.post("/auth/users/set_password/").json(&body),
        service.post("/auth/users/set_username/").json(&body),
    ];
    for call in calls {
        call.bearer(&account.access).send().await.unauthorized(&gone);
    }
}

/// A deactivation leaves the session's items, whereas a request that ends a session has them swept.
#[tokio::test]
async fn an_ended_web_session_cannot_be_ended_again_with_a_valid_token() {
    let service = Service::running();
    let mut held = HeldCredentials::of(&service).await;
    Cause::DeactivateAndActivate.happen(&service, &mut held).await;
    let body = json!({"username": held.own.username, "password": PASSWORD});
    let access = service.post("/auth/jwt/create/").json(&body).send().await.with_status(200).field("access");
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    let call = service.post("/api/auth/del-logout/").cookies(&held.own.cookies).bearer(&access);
    call.send().await.unauthorized(&nobody);
    let call = service.post("/api/auth/logout/").cookies(&held.own.cookies);
    let call = call.header("x-csrftoken", &held.own.cookies.csrf);
    call.send().await.unauthorized(&nobody);
    service.get("/auth/users/me/").bearer(&access).send().await.with_status(200);
}
