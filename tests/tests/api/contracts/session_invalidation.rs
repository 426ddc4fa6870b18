//! What ends when: for each cause, what becomes of everything that the user held before. The tables below are the
//! contract; `checks` says what each sign means at which endpoint.

mod causes;
mod checks;
mod held_credentials;

use causes::{By, Cause, Kind};
use e2e::{PASSWORD, Service};
use futures_util::StreamExt;
use held_credentials::Held;
use serde_json::json;

/// A cause, and a sign for each thing that was held: `+` it goes on, `-` it has ended, `i` its user is inactive, `g` its
/// user is gone. First four things of the session that may be the request's own: access token, refresh token, device
/// token, web session (all of one signup); the same four of another login; then document 001's access token of twelve
/// hours, a reset's token mailed before, and the password as it was.
type Row = (Cause, &'static str);

/// The own session goes on, whatever kind it is; a reset knows no own session.
const PASSWORDS: &[Row] = &[
    (Cause::SetPassword(By::Access), "++-- ---- - - -"),
    (Cause::SetPassword(By::Device), "--+- ---- - - -"),
    (Cause::SetPassword(By::Web), "---+ ---- - - -"),
    (Cause::EditPassword(By::Access), "++-- ---- - - -"),
    (Cause::EditPassword(By::Device), "--+- ---- - - -"),
    (Cause::EditPassword(By::Web), "---+ ---- - - -"),
    (Cause::ConfirmReset, "---- ---- - - -"),
    // What is no change of the password ends nothing; but a mail to an address that is no longer the user's does not count.
    (Cause::SetUsername, "++++ ++++ + + +"),
    (Cause::ChangeEmail, "++++ ++++ + - +"),
];

/// Deletion and deactivation leave nothing; what was ended by them does not come back.
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

/// A reset's token is no session: who lost their device ends all sessions and may then still use the mail.
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
    // As djoser: with another credential all device tokens.
    (Cause::TokenLogout(By::Access), "++-+ ++-+ + + +"),
    (Cause::TokenLogout(By::Web), "++-+ ++-+ + + +"),
    (Cause::Logout, "+++- ++++ + + +"),
    (Cause::DelLogout, "+++- ++++ + + +"),
    (Cause::LogoutBesideAnAccessToken, "+++- ++++ + + +"),
    (Cause::Theft, "--++ ++++ + + +"),
    (Cause::Guess, "--++ ++++ + + +"),
];

/// A few rows at a time: the local gateway does not bear many requests at once.
async fn assert_ends(rows: &[Row]) {
    let service = &Service::running();
    // Whom the user service is asked about by everybody.
    let witness = &service.signup().await.username;
    let wrong = futures_util::stream::iter(rows).map(|(cause, signs)| async move {
        let mut held = Held::of(service).await;
        cause.happen(service, &mut held).await;
        let wrong = checks::wrong(service, witness, &held, signs).await;
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
async fn a_deletion_and_a_deactivation_end_everything() {
    assert_ends(ACCOUNTS).await;
}

#[tokio::test]
async fn a_session_ends_with_its_tokens_and_with_no_others() {
    assert_ends(SESSIONS).await;
}

/// The principal is read beside the user, and a deletion can come between the two.
#[tokio::test]
async fn who_is_deleted_while_a_request_is_under_way_is_gone() {
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

/// Nothing has swept its items here, as something does where a request ends it.
#[tokio::test]
async fn a_web_session_that_has_ended_cannot_be_ended_again_beside_a_token_that_counts() {
    let service = Service::running();
    let mut held = Held::of(&service).await;
    Cause::DeactivateAndActivate.happen(&service, &mut held).await;
    let body = json!({"username": held.own.username, "password": PASSWORD});
    let access = service.post("/auth/jwt/create/").json(&body).send().await.with_status(200).field("access");
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    for path in ["/api/auth/logout/", "/api/auth/del-logout/"] {
        let call = service.post(path).cookies(&held.own.cookies).bearer(&access);
        call.send().await.unauthorized(&nobody);
    }
    service.get("/auth/users/me/").bearer(&access).send().await.with_status(200);
}
