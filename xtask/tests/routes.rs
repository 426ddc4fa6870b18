//! Cargo.toml has the routes that template.yaml deploys.
#![allow(clippy::unwrap_used)]

use xtask::{routes, workspace::Workspace};

#[test]
fn the_local_routes_are_those_of_the_template() {
    let current = routes::are_current(&Workspace::locate().unwrap()).unwrap();
    assert!(current, "`cargo xtask routes` writes the routes of template.yaml into Cargo.toml");
}
