//! Checks each sign of a row at the endpoints.

use e2e::{Account, Answer, Call, PASSWORD, Service, claims_of};
use serde_json::{Value, json};

use super::causes::By;
use super::held_credentials::HeldCredentials;

/// What became of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Valid,
    Ended,
    Inactive,
    Gone,
}

impl Fate {
    fn of(sign: char) -> Self {
        match sign {
            '+' => Self::Valid,
            '-' => Self::Ended,
            'i' => Self::Inactive,
            'g' => Self::Gone,
            other => panic!("`{other}` is not a sign"),
        }
    }
}

/// Checks every credential, and describes those that are not as their signs demand.
pub(super) async fn violations(service: &Service, witness: &str, held: &HeldCredentials, signs: &str) -> Vec<String> {
    let fates: Vec<Fate> = signs.chars().filter(|sign| *sign != ' ').map(Fate::of).collect();
    let fates: [Fate; 11] = fates.try_into().expect("eleven signs");
    let mut checks = Checks { service, witness, wrong: Vec::new() };
    for (whose, account, fates) in [("own", &held.own, &fates[..4]), ("other", &held.other, &fates[4..8])] {
        checks.access(&format!("the {whose} access token"), &account.access, fates[0]).await;
        checks.refresh(&format!("the {whose} refresh token"), &account.refresh, fates[1]).await;
        checks.device(&format!("the {whose} device token"), account, fates[2]).await;
        checks.web(&format!("the {whose} web session"), account, fates[3]).await;
    }
    checks.access("the access token of twelve hours", &held.long_access, fates[8]).await;
    checks.password(&held.own.username, fates[10]).await;
    // Last, because a reset ends everything else.
    checks.reset(held, fates[9]).await;
    checks.wrong
}

struct Checks<'a> {
    service: &'a Service,
    witness: &'a str,
    wrong: Vec<String>,
}

impl Checks<'_> {
    async fn access(&mut self, what: &str, token: &str, fate: Fate) {
        let refusal = match fate {
            Fate::Valid => None,
            Fate::Ended => Some(blacklisted_credential()),
            Fate::Inactive => Some(inactive()),
            Fate::Gone => Some(gone()),
        };
        self.everywhere(what, refusal, |call| call.bearer(token)).await;
        // Of a short one `verify` checks only signature and expiry, of a long one its session and user too.
        let claims = claims_of(token);
        let is_long = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap() > 300;
        let refusal = match fate {
            _ if !is_long => None,
            Fate::Valid => None,
            Fate::Ended => Some(blacklisted_in_body()),
            Fate::Inactive => Some(inactive()),
            Fate::Gone => Some(gone()),
        };
        for path in ["/auth/jwt/verify/", "/api/jwt/verify/"] {
            let answer = self.service.post(path).json(&json!({"token": token})).send().await;
            let what = format!("{what} at {path}");
            match &refusal {
                None => self.expect(&what, &answer, 200, &json!({})),
                Some(refusal) => self.expect(&what, &answer, 401, refusal),
            }
        }
    }

    async fn device(&mut self, what: &str, account: &Account, fate: Fate) {
        let ended = json!({"detail": "Invalid token."});
        self.session(what, account, By::Device, fate, &ended).await;
    }

    async fn web(&mut self, what: &str, account: &Account, fate: Fate) {
        let ended = json!({"detail": "Authentication credentials were not provided."});
        self.session(what, account, By::Web, fate, &ended).await;
    }

    /// Only a JWT says that its user is gone or inactive: before the purge of a deleted account as after it, nothing else
    /// has a text of its own.
    async fn session(&mut self, what: &str, account: &Account, by: By, fate: Fate, ended: &Value) {
        let refusal = (fate != Fate::Valid).then(|| ended.clone());
        self.everywhere(what, refusal, |call| by.call(call, account)).await;
    }

    async fn refresh(&mut self, what: &str, token: &str, fate: Fate) {
        let ended = blacklisted_in_body();
        for path in ["/auth/jwt/refresh/", "/api/jwt/refresh/", "/api/auth/refresh_token/"] {
            let answer = self.service.post(path).json(&json!({"refresh": token})).send().await;
            match fate {
                Fate::Valid => self.expect_status(&format!("{what} at {path}"), &answer, 200),
                _ => self.expect(&format!("{what} at {path}"), &answer, 401, &ended),
            }
        }
        for path in ["/auth/jwt/verify/", "/api/jwt/verify/"] {
            let answer = self.service.post(path).json(&json!({"token": token})).send().await;
            match fate {
                Fate::Valid => self.expect(&format!("{what} at {path}"), &answer, 200, &json!({})),
                _ => self.expect(&format!("{what} at {path}"), &answer, 401, &ended),
            }
        }
        if fate != Fate::Valid {
            let path = "/api/auth/user/logout/";
            let answer = self.service.post(path).json(&json!({"refresh_token": token})).send().await;
            self.expect(&format!("{what} at {path}"), &answer, 400, &ended);
        }
    }

    async fn password(&mut self, username: &str, fate: Fate) {
        let body = json!({"username": username, "password": PASSWORD});
        let answer = self.service.post("/auth/jwt/create/").json(&body).send().await;
        match fate {
            Fate::Valid => self.expect_status("the password", &answer, 200),
            _ => {
                let refusal = json!({"detail": "No active account found with the given credentials"});
                self.expect("the password", &answer, 401, &refusal);
            }
        }
    }

    async fn reset(&mut self, held: &HeldCredentials, fate: Fate) {
        let body = json!({"uid": held.mail.uid(), "token": held.mail.token(), "new_password": "Other7!panda-moon"});
        let answer = self.service.post("/auth/users/reset_password_confirm/").json(&body).send().await;
        let what = "the reset's token";
        match fate {
            Fate::Valid => self.expect_status(what, &answer, 204),
            Fate::Ended | Fate::Inactive => {
                self.expect(what, &answer, 400, &json!({"token": ["Invalid token for given user."]}));
            }
            Fate::Gone => {
                self.expect(what, &answer, 400, &json!({"uid": ["Invalid user id or user doesn't exist."]}));
            }
        }
    }

    /// A request to each function that requires a caller: it must succeed, or get this refusal.
    async fn everywhere(&mut self, what: &str, refusal: Option<Value>, with: impl Fn(Call) -> Call) {
        let service = self.service;
        let user = format!("/api/users/{}/", self.witness);
        let set = json!({"set_id": "here", "integers": [{"index": 0, "X": 1, "q": 1}]});
        let calls = [
            ("auth", service.get("/auth/users/me/"), 200),
            ("users", service.get(&user), 200),
            ("profiles", service.put("/profile/update").json(&json!({"bio": "still here"})), 200),
            ("integers", service.post("/integers/set/").json(&set), 201),
            ("tweets", service.post("/api/tweets/").json(&json!({"message": "still here"})), 201),
        ];
        for (function, call, status) in calls {
            let answer = with(call).send().await;
            let what = format!("{what} at {function}");
            match &refusal {
                None => self.expect_status(&what, &answer, status),
                Some(refusal) => self.expect(&what, &answer, 401, refusal),
            }
        }
    }

    fn expect_status(&mut self, what: &str, answer: &Answer, status: u16) {
        if answer.status != status {
            self.wrong.push(format!("{what}: {} {} instead of {status}", answer.status, answer.text()));
        }
    }

    fn expect(&mut self, what: &str, answer: &Answer, status: u16, json: &Value) {
        let challenged = answer.header("www-authenticate") == Some("Bearer realm=\"api\"");
        if (answer.status, answer.text()) != (status, json.to_string()) {
            self.wrong.push(format!("{what}: {} {} instead of {status} {json}", answer.status, answer.text()));
        } else if challenged != (status == 401) {
            self.wrong.push(format!("{what}: a 401 has a challenge, and nothing else has"));
        }
    }
}

fn blacklisted_credential() -> Value {
    json!({
        "detail": "Given token not valid for any token type",
        "code": "token_not_valid",
        "messages": [{"token_class": "AccessToken", "token_type": "access", "message": "Token is blacklisted"}],
    })
}

fn blacklisted_in_body() -> Value {
    json!({"detail": "Token is blacklisted", "code": "token_not_valid"})
}

fn inactive() -> Value {
    json!({"detail": "User is inactive", "code": "user_inactive"})
}

fn gone() -> Value {
    json!({"detail": "User not found", "code": "user_not_found"})
}
