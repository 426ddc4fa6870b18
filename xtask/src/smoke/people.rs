//! The accounts of a run: made, signed in and removed.

use anyhow::{Result, ensure};
use serde_json::json;

use super::client::{Call, Stage};
use super::report::Report;

/// SES's simulator: its mailboxes take mails also in an account that may not send to strangers, and neither answers nor
/// bounces count against the account. What follows the plus is ours.
const SIMULATOR: &str = "simulator.amazonses.com";

/// What becomes of mails to a person.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mailbox {
    Takes,
    Bounces,
}

/// Somebody who has an account from the signup on.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) id: String,
    /// A device token.
    pub(super) token: String,
    password: String,
}

impl Person {
    /// A new name and password. Nothing is sent.
    pub(super) fn new(mailbox: Mailbox) -> Result<Self> {
        let name = format!("smoke{}", random::<6>()?);
        let kind = match mailbox {
            Mailbox::Takes => "success",
            Mailbox::Bounces => "bounce",
        };
        let email = format!("{kind}+{name}@{SIMULATOR}");
        let password = format!("{}-Wren", random::<16>()?);
        Ok(Self { name, email, id: String::new(), token: String::new(), password })
    }

    /// Signs up and in, by routes of two documents.
    pub(super) fn sign_up(&mut self, stage: &Stage) -> Result<()> {
        let Self { name, email, password, .. } = &*self;
        let form = json!({"username": name, "email": email, "password": password});
        let login = json!({"username": name, "password": password});
        self.id = stage.send(Call::post("/auth/register/").json(&form))?.expect(201)?.text("/user/id")?;
        self.token = stage.send(Call::post("/auth/token/login").json(&login))?.expect(200)?.text("/auth_token")?;
        Ok(())
    }

    /// Removes the account, whether or not the signup went through, and proves that it is gone.
    pub(super) fn remove(&self, stage: &Stage) -> Result<()> {
        let login = json!({"username": self.name, "password": self.password});
        let login = stage.send(Call::post("/auth/token/login/").json(&login))?;
        if login.status == 400 {
            return Ok(());
        }
        let token = login.expect(200)?.text("/auth_token")?;
        let deletion = Call::new("DELETE", "/auth/users/me/").by(&token);
        stage.send(deletion.json(&json!({"current_password": self.password})))?.expect(204)?;
        stage.send(Call::get("/auth/users/me/").by(&token))?.expect(401)?;
        stage.send(Call::get(format!("/profile?username={}", self.name)))?.expect(404).map(drop)
    }
}

/// Cookies and tokens, as clients of different documents have them.
pub(super) fn sessions(stage: &Stage, report: &mut Report, person: &Person) -> Result<()> {
    let login = || json!({"username": person.name, "password": person.password});
    report.check("a login gives cookies, which read, but do not write without the CSRF token", || {
        let answer = stage.send(Call::post("/api/auth/login/").json(&login()))?.expect(200)?;
        let cookies: Vec<&str> =
            answer.headers.get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok()).collect();
        ensure!(cookies.len() == 2, "{} cookies instead of 2", cookies.len());
        for cookie in &cookies {
            ensure!(!stage.is_secure() || cookie.contains("; Secure"), "a cookie is not `Secure`");
        }
        let pairs: Vec<&str> = cookies.iter().filter_map(|cookie| cookie.split(';').next()).collect();
        let csrf = pairs.iter().find_map(|pair| pair.strip_prefix("csrftoken=")).unwrap_or_default();
        let cookie = pairs.join("; ");
        stage.send(Call::get("/auth/users/me/").cookie(&cookie))?.expect(200)?.containing(&person.id)?;
        let logout = || Call::post("/api/auth/logout/").cookie(&cookie).header("origin", stage.origin());
        stage.send(logout())?.expect(403)?.containing("CSRF Failed")?;
        stage.send(logout().header("x-csrftoken", csrf))?.expect(200)?;
        stage.send(Call::get("/auth/users/me/").cookie(&cookie))?.expect(401).map(drop)
    })?;
    report.check("a JWT is made, verified and refreshed", || {
        let answer = stage.send(Call::post("/auth/jwt/create/").json(&login()))?.expect(200)?;
        let (access, refresh) = (answer.text("/access")?, answer.text("/refresh")?);
        stage.send(Call::post("/auth/jwt/verify").json(&json!({"token": access})))?.expect(200)?;
        let answer = stage.send(Call::post("/auth/jwt/refresh/").json(&json!({"refresh": refresh})))?.expect(200)?;
        let bearer = format!("Bearer {}", answer.text("/access")?);
        let me = stage.send(Call::get("/auth/users/me/").header("authorization", bearer))?.expect(200)?;
        me.containing(&person.id).map(drop)
    })
}

/// So many random bytes in hex.
#[allow(clippy::disallowed_methods, reason = "each run makes other names, and passwords that nobody can guess")]
fn random<const BYTES: usize>() -> Result<String> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
