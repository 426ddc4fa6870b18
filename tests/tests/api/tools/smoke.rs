//! `deploy/smoke`, which asks a deployed stage whether it works. The local service has to pass it too.

use std::process::Output;

use e2e::Service;
use xtask::workspace::Workspace;

fn smoke(url: &str) -> Output {
    let workspace = Workspace::locate().expect("the workspace");
    let script = workspace.template().with_file_name("deploy").join("smoke");
    workspace.command(script).arg(url).output().expect("bash and curl")
}

#[test]
fn the_local_service_passes_the_questions_to_a_deployed_one() {
    let service = Service::running();
    let output = smoke(&service.url);
    let (said, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{wrong}");
    assert!(said.ends_with("All as expected.\n"), "{said}");
}

#[test]
fn another_service_does_not_pass() {
    // Nobody listens on the port of discarded messages.
    assert!(!smoke("http://127.0.0.1:9").status.success());
}
