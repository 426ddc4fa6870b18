//! Typed clients, made from the OpenAPI document as docs/clients.md shows: they are checked and work against the service.
//!
//! They need the generators, so these tests are ignored unless asked for (`docs/testing.md`).

use std::path::{Path, PathBuf};
use std::process::Command;

use e2e::Service;
use tempfile::TempDir;
use xtask::workspace::Workspace;

/// A folder with the document and a client's source.
fn folder(source: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = Workspace::locate().unwrap().root().to_owned();
    for file in [root.join("docs/openapi.json"), root.join("tests/openapi").join(source)] {
        std::fs::copy(&file, folder.path().join(file.file_name().unwrap())).unwrap();
    }
    folder
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is needed, see docs/testing.md"))
}

fn run(folder: &Path, program: &Path, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let (said, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{} {arguments:?}: {said}\n{wrong}", program.display());
}

#[test]
#[ignore = "needs node and npm packages"]
fn a_client_in_typescript_works() {
    let folder = folder("client.ts");
    let modules = folder.path().join("node_modules");
    std::fs::create_dir_all(modules.join("@types")).unwrap();
    // Each package is in a folder of its own, with what it needs.
    let installed: Vec<PathBuf> = std::env::split_paths(&variable("CLIENT_TEST_NODE")).collect();
    for name in ["openapi-typescript", "openapi-fetch", "typescript", "@types/node"] {
        let found = installed.iter().map(|one| one.join("node_modules").join(name)).find(|path| path.is_dir());
        std::os::unix::fs::symlink(found.unwrap_or_else(|| panic!("no {name}")), modules.join(name)).unwrap();
    }
    let node = |arguments: &[&str]| run(folder.path(), Path::new("node"), arguments);
    node(&["node_modules/openapi-typescript/bin/cli.js", "openapi.json", "--output", "api.d.ts"]);
    std::fs::write(folder.path().join("package.json"), r#"{"type": "module"}"#).unwrap();
    node(&[
        "node_modules/typescript/bin/tsc",
        "--strict",
        "--target",
        "es2022",
        "--module",
        "nodenext",
        "--skipLibCheck",
        "client.ts",
    ]);
    node(&["client.js", &Service::running().url]);
}

#[test]
#[ignore = "needs packages from PyPI"]
fn a_client_in_python_works() {
    let folder = folder("client.py");
    let programs = PathBuf::from(variable("CLIENT_TEST_PYTHON"));
    let python = programs.join("python");
    let root = Workspace::locate().unwrap().root().to_owned();
    let narrow = root.join("tests/openapi/narrow.py");
    run(folder.path(), &python, &[narrow.to_str().unwrap(), "openapi.json", "narrow.json"]);
    let generator = programs.join("openapi-python-client");
    std::fs::write(folder.path().join("config.yml"), "post_hooks: []\n").unwrap();
    let generate = ["generate", "--path", "narrow.json", "--output-path", "aviary", "--meta", "none", "--config"];
    run(folder.path(), &generator, &[&generate[..], &["config.yml"]].concat());
    run(folder.path(), &python, &["-m", "mypy", "--strict", "client.py"]);
    run(folder.path(), &python, &["client.py", &Service::running().url]);
}
