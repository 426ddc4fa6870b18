//! Every file in `events/`, delivered to its function: through the local front's path for invocations, and by the
//! Runtime API alone.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use e2e::{Answer, Function, Service, event_files, unique};
use serde_json::Value;

/// Each file and the status of its answer, or 0 for events that are no HTTP requests.
const EVENTS: &[(&str, u16)] = &[
    ("admin-login-form.json", 200),
    ("admin-users-anonymous.json", 303),
    ("auth-signup.json", 201),
    ("auth-jwt-create.json", 200),
    ("auth-jwt-refresh.json", 200),
    ("auth-jwt-verify.json", 200),
    ("auth-login-wrong-password.json", 401),
    ("auth-login.json", 200),
    ("auth-malformed-json.json", 400),
    ("auth-preflight.json", 200),
    ("auth-register.json", 201),
    ("auth-signup-form.json", 201),
    ("auth-signup-invalid.json", 400),
    ("auth-unknown-path.json", 404),
    ("auth-users-me-anonymous.json", 401),
    ("auth-users-me.json", 200),
    ("docs-front-door.json", 200),
    ("docs-openapi.json", 200),
    ("docs-page.json", 200),
    ("docs-unknown-path.json", 404),
    ("integers-session-post.json", 201),
    ("integers-set-post.json", 201),
    ("integers-operation.json", 201),
    ("integers-operation-unknown-set.json", 400),
    ("integers-set-get.json", 200),
    ("integers-set-get-anonymous.json", 401),
    ("integers-session-delete.json", 200),
    ("feed-batch.json", 0),
    ("feed-follow.json", 0),
    ("feed-like.json", 0),
    ("feed-unlike.json", 0),
    ("keys-schedule.json", 0),
    ("media-tweet-picture.json", 0),
    ("media-upload.json", 0),
    ("notifications-list-anonymous.json", 401),
    ("notifications-list.json", 200),
    ("notifications-read.json", 200),
    ("notifications-unread.json", 200),
    ("profiles-block.json", 404),
    ("profiles-edit.json", 404),
    ("profiles-follow.json", 404),
    ("profiles-get-without-name.json", 400),
    ("profiles-get.json", 200),
    ("profiles-muted.json", 200),
    ("profiles-search.json", 200),
    ("profiles-update.json", 200),
    ("profiles-view.json", 404),
    ("status.json", 200),
    ("tweets-comment.json", 404),
    ("tweets-create.json", 201),
    ("tweets-delete.json", 404),
    ("tweets-get.json", 404),
    ("tweets-home.json", 200),
    ("tweets-like.json", 404),
    ("tweets-post-anonymous.json", 401),
    ("tweets-post-not-an-image.json", 400),
    ("tweets-post.json", 200),
    ("tweets-tag.json", 200),
    ("users-create-blank.json", 400),
    ("users-create.json", 201),
    ("users-get-anonymous.json", 401),
    ("users-get.json", 200),
    ("users-delete.json", 204),
    ("worker-batch.json", 0),
    ("worker-email-changed.json", 0),
    ("worker-mail-bounced.json", 0),
    ("worker-mail-complained.json", 0),
    ("worker-purge.json", 0),
    ("worker-reset-mail.json", 0),
    ("worker-schedule.json", 0),
    ("worker-sweep-sessions.json", 0),
];

const FUNCTIONS: [&str; 13] = [
    "admin",
    "auth",
    "docs",
    "feed",
    "integers",
    "keys",
    "media",
    "notifications",
    "profiles",
    "status",
    "tweets",
    "users",
    "worker",
];

/// The function is the first word of the file's name.
fn function_of(file: &str) -> &str {
    file.split(['-', '.']).next().unwrap()
}

/// The event of a file, with unused names and valid tokens.
fn prepared(file: &str, tail: &str, tokens: &BTreeMap<&str, String>) -> Value {
    let text = std::fs::read_to_string(event_files().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut text = with_tail(&text, tail);
    for (placeholder, token) in tokens {
        text = text.replace(placeholder, token);
    }
    let mut event: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    let is_form = event["headers"]["content-type"] == "application/x-www-form-urlencoded";
    if is_form && event["isBase64Encoded"] == true {
        let form = BASE64_STANDARD.decode(event["body"].as_str().unwrap()).unwrap();
        event["body"] = BASE64_STANDARD.encode(with_tail(&String::from_utf8(form).unwrap(), tail)).into();
    }
    event
}

fn with_tail(text: &str, tail: &str) -> String {
    ["wren", "marsh_tit", "marsh.tit", "dunnock"]
        .iter()
        .fold(text.to_owned(), |text, name| text.replace(name, &format!("{name}{tail}")))
}

/// Delivers all files, first the signup, whose tokens the others use.
async fn assert_all_are_answered(mut deliver: impl AsyncFnMut(&str, &Value) -> Vec<u8>) {
    let tail = unique("");
    let mut tokens = BTreeMap::new();
    for (file, status) in EVENTS {
        let output = deliver(function_of(file), &prepared(file, &tail, &tokens)).await;
        if *status == 0 {
            assert_nothing_failed(file, &output);
            continue;
        }
        let answer = Answer::of_function(&output);
        assert_eq!((*file, answer.status), (*file, *status), "{}", answer.text());
        if *file == "auth-signup.json" {
            tokens.insert("ACCESS_TOKEN", answer.field("access"));
            tokens.insert("REFRESH_TOKEN", answer.field("refresh"));
        }
    }
}

/// Demands that nothing would be delivered again: no record of a batch, no schedule and no event of an object has
/// failed.
fn assert_nothing_failed(file: &str, output: &[u8]) {
    let output: Value = serde_json::from_slice(output).unwrap();
    let failures = output.get("batchItemFailures").and_then(Value::as_array);
    assert!(output["errorType"].is_null() && failures.is_none_or(Vec::is_empty), "{file}: {output}");
    let is_batch = !file.contains("schedule") && !file.starts_with("media-");
    assert_eq!(failures.is_some(), is_batch, "{file}: {output}");
}

#[tokio::test]
async fn every_event_is_answered_through_the_local_gateway() {
    let service = Service::running();
    assert_all_are_answered(async |function, event| service.deliver(function, event).await).await;
}

#[tokio::test]
async fn every_event_is_answered_with_decoded_paths_as_on_aws() {
    let service = Service::running();
    let functions = FUNCTIONS.map(|name| (name, Function::start(&service, name)));
    assert_all_are_answered(async |name, event| {
        let (_, function) = functions.iter().find(|(function, _)| *function == name).unwrap();
        function.output(event)
    })
    .await;
}

#[test]
fn every_file_has_a_row_and_every_function_a_file() {
    let files = std::fs::read_dir(event_files()).unwrap();
    let files = files.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut files: Vec<String> = files.filter(|name| name.ends_with(".json")).collect();
    files.sort();
    let mut rows: Vec<&str> = EVENTS.iter().map(|(file, _)| *file).collect();
    rows.sort_unstable();
    assert_eq!(files, rows, "the files in events/ and the rows of this test");
    for function in FUNCTIONS {
        assert!(files.iter().any(|file| function_of(file) == function), "{function} has no event");
    }
}
