//! The causes that can end credentials.

use e2e::{Account, Call, Forge, PASSWORD, Service, claims_of, now, unique};
use serde_json::{Value, json};

use super::held_credentials::HeldCredentials;

const NEW: &str = "Vb7!panda-moon";

/// The credential of the signup that makes the request.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    Access,
    Device,
    Web,
}

/// A session in the list of sessions.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Family,
    Device,
    Web,
    OtherFamily,
}

/// A request, or a change by an administrator.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cause {
    SetPassword(By),
    EditPassword(By),
    ChangePassword(By),
    ConfirmReset,
    SetUsername,
    ChangeEmail,
    DeleteMe(By),
    DeleteUser,
    DeleteByName(By),
    DeleteByNameAsStaff,
    Deactivate,
    DeactivateAndActivate,
    LogoutAll(By),
    EndOthers(By),
    EndOne(By, Kind),
    LogoutWithRefreshToken,
    TokenLogout(By),
    Logout,
    DelLogout,
    LogoutWithCookiesAndAccessToken,
    LogoutWithAccessToken,
    LogoutWithRefresh,
    RefreshTokenReuse,
    UnknownRefreshToken,
}

impl By {
    pub(super) fn call(self, call: Call, account: &Account) -> Call {
        match self {
            Self::Access => call.bearer(&account.access),
            Self::Device => call.bearer(&account.device_token),
            Self::Web => call.cookies(&account.cookies).header("x-csrftoken", &account.cookies.csrf),
        }
    }
}

impl Cause {
    /// Lets the cause happen. A new username or token replaces the old one in `held`.
    pub(super) async fn happen(self, service: &Service, held: &mut HeldCredentials) {
        match self {
            Self::SetUsername => rename(service, held).await,
            Self::RefreshTokenReuse => reuse_refresh_token(service, held).await,
            _ => {
                if let Some((call, status)) = self.request(service, held).await {
                    call.send().await.with_status(status);
                }
            }
        }
    }

    /// The request and the status of its answer; `None` if an administrator does it.
    async fn request(self, service: &Service, held: &HeldCredentials) -> Option<(Call, u16)> {
        let own = &held.own;
        Some(match self {
            Self::SetUsername | Self::RefreshTokenReuse => return None,
            Self::SetPassword(by) => {
                let body = json!({"current_password": PASSWORD, "new_password": NEW});
                (by.call(service.post("/auth/users/set_password/").json(&body), own), 204)
            }
            Self::EditPassword(by) => {
                let body = json!({"update_password": true, "current_password": PASSWORD, "new_password": NEW});
                (by.call(service.put("/api/auth/user/edit/").json(&body), own), 202)
            }
            Self::ChangePassword(by) => {
                let body = json!({"password": PASSWORD, "new_password": NEW, "new_password2": NEW});
                let path = format!("/api/auth/change-password/{}/", own.username);
                (by.call(service.patch(&path).json(&body), own), 200)
            }
            Self::ConfirmReset => {
                let body = json!({"uid": held.mail.uid(), "token": held.mail.token(), "new_password": NEW});
                (service.post("/auth/users/reset_password_confirm/").json(&body), 204)
            }
            Self::ChangeEmail => {
                let body = json!({"email": format!("{}@example.com", unique("new"))});
                (By::Access.call(service.patch("/auth/users/me/").json(&body), own), 200)
            }
            Self::DeleteMe(by) => {
                let call = service.delete("/auth/users/me/").json(&json!({"current_password": PASSWORD}));
                (by.call(call, own), 204)
            }
            Self::DeleteUser => {
                let call = service.delete("/api/auth/user/delete/").json(&json!({"refresh_token": own.refresh}));
                (call.authorization(&format!("JWT {}", own.access)), 204)
            }
            Self::DeleteByName(by) => (by.call(delete_by_name(service, own), own), 204),
            Self::DeleteByNameAsStaff => {
                let staff = service.signup().await;
                set_principal(service, &staff, "staff", &json!({"BOOL": true})).await;
                (By::Access.call(delete_by_name(service, own), &staff), 204)
            }
            // No endpoint does it yet; an administrator's endpoint will write this.
            Self::Deactivate => {
                set_active(service, own, false).await;
                return None;
            }
            Self::DeactivateAndActivate => {
                set_active(service, own, false).await;
                set_active(service, own, true).await;
                return None;
            }
            Self::LogoutAll(by) => (by.call(service.post("/api/auth/user/logout_all/"), own), 205),
            Self::EndOthers(by) => (by.call(service.delete("/api/auth/sessions/"), own), 204),
            Self::EndOne(by, kind) => {
                let path = format!("/api/auth/sessions/{}/", session(service, held, kind).await);
                (by.call(service.delete(&path), own), 204)
            }
            Self::LogoutWithRefreshToken => {
                (service.post("/api/auth/user/logout/").json(&json!({"refresh_token": own.refresh})), 205)
            }
            Self::TokenLogout(by) => (by.call(service.post("/auth/token/logout/"), own), 204),
            Self::Logout => (By::Web.call(service.post("/api/auth/logout/"), own), 200),
            Self::DelLogout => (By::Web.call(service.post("/api/auth/del-logout/"), own), 200),
            Self::LogoutWithCookiesAndAccessToken => {
                (service.post("/api/auth/logout/").cookies(&own.cookies).bearer(&own.access), 200)
            }
            Self::LogoutWithAccessToken => (service.post("/api/auth/logout/").bearer(&own.access), 200),
            Self::LogoutWithRefresh => {
                (service.post("/api/auth/logout/").json(&json!({"refresh": held.other.refresh})), 200)
            }
            // A refresh token of the family that the service never issued.
            Self::UnknownRefreshToken => {
                let mut claims = claims_of(&own.refresh);
                claims["jti"] = json!("0123456789abcdef0123456789abcdef");
                let stolen = Forge::with_the_key_of(service).await.sign(&claims);
                (service.post("/auth/jwt/refresh/").json(&json!({"refresh": stolen})), 401)
            }
        })
    }
}

async fn rename(service: &Service, held: &mut HeldCredentials) {
    let name = unique("renamed");
    let body = json!({"current_password": PASSWORD, "new_username": name});
    let call = service.post("/auth/users/set_username/").json(&body);
    By::Access.call(call, &held.own).send().await.with_status(204);
    held.own.username = name;
}

/// Uses a copy of the first refresh token half a minute after its owner has used the second one.
async fn reuse_refresh_token(service: &Service, held: &mut HeldCredentials) {
    let refresh = |token: &str| service.post("/auth/jwt/refresh/").json(&json!({"refresh": token})).send();
    let second = refresh(&held.own.refresh).await.with_status(200).field("refresh");
    let pair = refresh(&second).await.with_status(200);
    let claims = claims_of(&second);
    let text = |name: &str| claims[name].as_str().expect("a text").to_owned();
    let since = json!({"N": ((now() - 31) * 1_000).to_string()});
    let current = json!({"L": [{"M": {"jti": {"S": text("jti")}, "since": since}}]});
    let (pk, sk) = (format!("U#{}", held.own.id), format!("S#{}", text("sid")));
    service.dynamodb().set("CredentialsTable", &pk, &sk, "current", &current).await;
    let copy = std::mem::replace(&mut held.own.refresh, second);
    held.own.access = pair.field("access");
    refresh(&copy).await.with_status(401);
}

fn delete_by_name(service: &Service, account: &Account) -> Call {
    service.delete(&format!("/api/auth/delete/{}/", account.username))
}

/// The id of a session, read from its own list of sessions.
async fn session(service: &Service, held: &HeldCredentials, kind: Kind) -> String {
    let (by, account) = match kind {
        Kind::Family => (By::Access, &held.own),
        Kind::Device => (By::Device, &held.own),
        Kind::Web => (By::Web, &held.own),
        Kind::OtherFamily => (By::Access, &held.other),
    };
    let list = by.call(service.get("/api/auth/sessions/"), account).send().await.with_status(200).json();
    let current = list["results"].as_array().unwrap().iter().find(|session| session["current"] == true).unwrap();
    current["id"].as_str().unwrap().to_owned()
}

/// Raises the epoch too, as every other end of access does.
async fn set_active(service: &Service, account: &Account, active: bool) {
    set_principal(service, account, "epoch", &json!({"N": "1"})).await;
    set_principal(service, account, "active", &json!({"BOOL": active})).await;
}

async fn set_principal(service: &Service, account: &Account, attribute: &str, value: &Value) {
    let pk = format!("U#{}", account.id);
    service.dynamodb().set("CredentialsTable", &pk, "PRINCIPAL", attribute, value).await;
}
