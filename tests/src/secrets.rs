//! Which secrets the tests used, and what the functions that they start write. `cargo xtask test` looks for the first
//! in the second.

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::{LazyLock, Mutex};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::client::Answer;

/// Names of fields whose values may stand in no log: by the last word of the name, and what they are.
const FIELDS: [(&[&str], &str); 4] = [
    (&["password", "password1", "password2"], "a password"),
    (&["token", "access", "refresh", "csrfmiddlewaretoken"], "a token"),
    (&["email"], "an address"),
    (&["message", "content", "text", "bio", "biography", "note", "alt", "description"], "a text"),
];

/// Names of cookies that are secrets.
const COOKIES: [&str; 2] = ["sessionid", "csrftoken"];

/// What this process has noted already.
static NOTED: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

/// Notes the secrets of a request.
pub(crate) fn of_request<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>, body: &[u8]) {
    if file("AVIARY_TEST_SECRETS").is_none() {
        return;
    }
    for (name, value) in headers {
        match name {
            "authorization" => note("a token", value.split_once(' ').map_or(value, |(_, credential)| credential)),
            "cookie" => value.split(';').for_each(of_cookie),
            _ => {}
        }
    }
    match serde_json::from_slice(body) {
        Ok(json) => of_json(&json),
        Err(_) => of_form(body),
    }
}

/// Notes the secrets of an event.
pub(crate) fn of_event(event: &Value) {
    let text = |value: &'_ Value| value.as_str().unwrap_or_default().to_owned();
    let cookies: Vec<String> = event["cookies"].as_array().into_iter().flatten().map(text).collect();
    let cookies = cookies.iter().map(|cookie| ("cookie", cookie.as_str()));
    let headers = event["headers"].as_object().into_iter().flatten();
    let headers = headers.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
    let body = text(&event["body"]);
    let body = match event["isBase64Encoded"].as_bool() {
        Some(true) => BASE64_STANDARD.decode(body).unwrap_or_default(),
        _ => body.into_bytes(),
    };
    of_request(headers.chain(cookies), &body);
}

/// Notes the secrets of an answer. Messages of errors are none.
pub(crate) fn of_answer(answer: &Answer) {
    if file("AVIARY_TEST_SECRETS").is_none() {
        return;
    }
    answer.headers.iter().filter(|(name, _)| name == "set-cookie").for_each(|(_, cookie)| of_cookie(cookie));
    if answer.status < 300
        && let Ok(json) = serde_json::from_slice::<Value>(&answer.body)
    {
        of_json(&json);
    }
}

/// Appends what a function wrote to the file that `cargo xtask test` names.
pub(crate) fn of_output(function: &str, line: &str) {
    append("AVIARY_TEST_OUTPUT", &json!([function, line]));
}

fn of_cookie(cookie: &str) {
    let pair = cookie.split(';').next().unwrap_or_default().trim();
    if let Some((name, value)) = pair.split_once('=').filter(|(name, _)| COOKIES.contains(name)) {
        note(if name == "sessionid" { "a session" } else { "a token" }, value);
    }
}

fn of_json(value: &Value) {
    match value {
        Value::Array(values) => values.iter().for_each(of_json),
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(text) => of_field(name, text),
                    inner => of_json(inner),
                }
            }
        }
        _ => {}
    }
}

/// A form of either kind. The parts that tests send are short enough to be taken apart by hand.
fn of_form(body: &[u8]) {
    let text = String::from_utf8_lossy(body);
    if !text.starts_with("--") {
        return form_urlencoded::parse(body).for_each(|(name, value)| of_field(&name, &value));
    }
    for part in text.split("Content-Disposition: form-data; name=\"").skip(1) {
        if let Some((name, value)) = part.split_once("\"\r\n\r\n") {
            of_field(name, value.split("\r\n--").next().unwrap_or_default());
        }
    }
}

fn of_field(name: &str, value: &str) {
    let last_word = name.rsplit(['_', '.']).next().unwrap_or_default();
    if let Some((_, kind)) = FIELDS.iter().find(|(names, _)| names.contains(&last_word)) {
        note(kind, value);
    }
}

fn note(kind: &str, secret: &str) {
    let is_new = NOTED.lock().is_ok_and(|mut noted| noted.insert(secret.to_owned()));
    if is_new {
        append("AVIARY_TEST_SECRETS", &json!([kind, secret]));
    }
}

fn file(variable: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(variable)
}

/// One write for a line, so that lines of several processes stay whole.
fn append(variable: &str, line: &Value) {
    let Some(path) = file(variable) else { return };
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes())).expect("a file of `cargo xtask test`");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_taken_apart() {
        of_form(b"password=one%21two+%zz&x=3");
        of_form(b"--b\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nthree four\r\n--b--\r\n");
        of_json(&json!({"profile": [{"new_password": "five", "name": "six"}]}));
        let noted = NOTED.lock().expect("the list");
        for secret in ["one!two %zz", "three four", "five"] {
            assert!(noted.contains(secret), "{secret}");
        }
        assert!(!noted.contains("3") && !noted.contains("six"));
    }
}
