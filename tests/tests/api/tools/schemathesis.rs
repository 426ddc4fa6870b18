//! The OpenAPI document against the running service: schemathesis makes requests from it, right and wrong ones, and judges
//! the answers.
//!
//! It needs the program, so it is ignored unless asked for (`docs/testing.md`).

use std::process::Command;

use e2e::{PASSWORD, Service, unique};
use serde_json::json;
use xtask::workspace::Workspace;

/// What an answer must be: no failure of the service, and as the document says.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
    response_schema_conformance";
/// Each run's time in seconds.
const SECONDS: &str = "75";
/// What would end the caller's account or session, and so the test of the rest.
const ENDS_THE_CALLER: [&str; 6] = [
    "delete_api_auth_delete_by_username",
    "delete_api_auth_user_delete",
    "delete_auth_users_me",
    "post_api_auth_del_logout",
    "post_api_auth_logout",
    "post_api_auth_user_logout_all",
];

fn run(service: &Service, arguments: &[String]) {
    let program = std::env::var("OPENAPI_TEST_SCHEMATHESIS").expect("OPENAPI_TEST_SCHEMATHESIS names the program");
    let folder = tempfile::tempdir().unwrap();
    let root = Workspace::locate().unwrap().root().to_owned();
    let mut command = Command::new(&program);
    command.current_dir(folder.path()).env("SCHEMATHESIS_HOOKS", root.join("tests/openapi/requests.py"));
    command.arg("run").arg(root.join("docs/openapi.json")).args(["--url", &service.url]);
    command.args(["--checks", CHECKS, "--max-time", SECONDS, "--seed", "1", "--warnings", "off", "--no-color"]);
    command.args(["--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--generation-database", "none"]);
    let output = command.args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "needs schemathesis"]
fn anonymous_requests_are_answered_as_documented() {
    run(&Service::running(), &[]);
}

#[tokio::test]
#[ignore = "needs schemathesis"]
async fn requests_of_a_caller_are_answered_as_documented() {
    let service = Service::running();
    let user = service.signup_as(&unique("schemathesis")).await;
    let body = json!({"username": user.username, "password": PASSWORD});
    let login = service.post("/auth/login/").json(&body).send().await.with_status(200);
    let mut arguments = vec!["--header".to_owned(), format!("Authorization: Bearer {}", login.field("token"))];
    for id in ENDS_THE_CALLER {
        arguments.extend(["--exclude-operation-id".to_owned(), id.to_owned()]);
    }
    tokio::task::spawn_blocking(move || run(&service, &arguments)).await.unwrap();
}
