//! What only the gateway and each function's own door can get wrong. These checks read.

use anyhow::{Result, ensure};
use serde_json::json;

use super::client::{Call, Stage};
use super::people::Person;
use super::report::Report;

/// A foreign page's origin. No deployment lists it.
const FOREIGN: &str = "https://www.example.com";

pub(super) fn checks(stage: &Stage, report: &mut Report) -> Result<()> {
    report.check("the status, with and without a slash", || {
        for path in ["/status", "/status/"] {
            stage.send(Call::get(path))?.expect(200)?.containing(r#""status":"ok""#)?;
        }
        Ok(())
    })?;
    report.check("unknown paths, of any prefix and of none, have our own 404", || {
        for path in ["/no-such-path", "/api/tweets/no/such/path/", "/auth/no-such-path", "/integers/no-such-path"] {
            let answer = stage.send(Call::get(path))?.expect(404)?.containing(r#""detail":"Not found.""#)?;
            answer.with_header("x-request-id", "")?.with_header("x-content-type-options", "nosniff")?;
        }
        Ok(())
    })?;
    report.check("another method has our own 405", || {
        let answer = stage.send(Call::new("DELETE", "/auth/jwt/create/"))?.expect(405)?;
        answer.with_header("allow", "POST").map(drop)
    })?;
    report.check("the front door, for people and for programs", || {
        stage.send(Call::get("/"))?.expect(200)?.containing(r#"href="/docs/""#)?;
        let answer = stage.send(Call::get("/").header("accept", "application/json"))?.expect(200)?;
        answer.text("/documentation").map(drop)
    })?;
    report.check("the documentation and the OpenAPI document", || {
        stage.send(Call::get("/docs/"))?.expect(200)?.with_header("content-security-policy", "default-src")?;
        let version = stage.send(Call::get("/openapi.json"))?.expect(200)?.text("/openapi")?;
        ensure!(version.starts_with("3.1"), "/openapi.json is of version {version}");
        Ok(())
    })?;
    report.check("the administration asks for a login", || {
        stage.send(Call::get("/admin/"))?.expect(303)?.with_header("location", "/admin/login/").map(drop)
    })?;
    report.check("the public keys", || {
        stage.send(Call::get("/.well-known/jwks.json"))?.expect(200)?.text("/keys/0/kid").map(drop)
    })?;
    report.check("a caller without credentials", || {
        for path in ["/auth/users/me", "/auth/users/me/", "/api/notifications/", "/api/users/somebody/"] {
            let answer = stage.send(Call::get(path))?.expect(401)?.with_header("www-authenticate", "Bearer")?;
            answer.containing("Authentication credentials were not provided.")?;
        }
        Ok(())
    })?;
    report.check("a form is read by the function", || {
        let answer = stage.send(Call::post("/auth/jwt/create/").urlencoded("username="))?.expect(400)?;
        answer.value("/password/0").map(drop)
    })?;
    report.check("a question mark in a path stays there", || {
        stage.send(Call::get("/api/users/a%3Fb"))?.expect(401)?.containing(r#""detail""#).map(drop)
    })?;
    report.check("a preflight is answered by the function, and lets no foreign page use cookies", || {
        let preflight = Call::new("OPTIONS", "/tweet")
            .header("origin", FOREIGN)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization");
        let answer = stage.send(preflight)?.expect(200)?.with_header("vary", "origin")?;
        let answer = answer.with_header("access-control-allow-methods", "POST")?;
        ensure!(answer.headers.get("access-control-allow-credentials").is_none(), "cookies are allowed to {FOREIGN}");
        Ok(())
    })
}

/// The last check, because with CloudFront in front of the API it is the only one that fails. `reader` has a set `b` of
/// integers; without one only the gateway is asked.
pub(super) fn get_with_a_body(stage: &Stage, report: &mut Report, reader: Option<&Person>) -> Result<()> {
    report.check("a body of a GET arrives", || {
        let form = Call::get("/integers/set/").json(&json!({"set_id": "b"}));
        match reader {
            Some(reader) => stage.send(form.by(&reader.token))?.expect(200)?.containing(r#""set_id":"b""#).map(drop),
            None => stage.send(form)?.expect(401)?.containing(r#""detail""#).map(drop),
        }
    })
}
