//! Texts that a run prints when it is ready.

use std::path::Path;

use crate::{
    local::{Addresses, Plan, Watch},
    shell::quoted,
    tools::cargo_lambda,
};

/// What is printed when everything is ready.
pub(super) fn text(addresses: &Addresses, plan: &Plan, program: &Path) -> String {
    let api = &addresses.api;
    let curl = match &plan.tls {
        Some(tls) => format!("curl -sS --cacert {}", quoted(&tls.certificate.to_string_lossy())),
        None => "curl -sS".to_owned(),
    };
    format!(
        r#"
Aviary is ready at {api}

Try it in another terminal, line by line:

  TOKEN=$({curl} {api}/api/auth/signup/ -d username=ada$(date +%s) -d password1=plover-egret-41 -d password2=plover-egret-41 | sed 's/.*"token":"\([^"]*\)".*/\1/')
  {curl} {api}/auth/users/me/ -H "Authorization: Token $TOKEN"
  {curl} {api}/status/

`cargo xtask seed` fills it with people to look at, one of whom is staff.
The administration is at {api}/admin/ for staff; `cargo xtask staff NAME` makes a user staff.
The data is in {data} and stays between runs; `--fresh` starts empty.
Sample events go to a function with `{invocation} invoke` (see events/README.md).
Stop with Ctrl-C. What the functions log follows.
"#,
        data = plan.data.display(),
        invocation = cargo_lambda::invocation(program),
    )
}

/// What is printed when only the local AWS is ready.
pub(super) fn aws_only(addresses: &Addresses, plan: &Plan, watch: &Watch) -> String {
    format!(
        r#"
The local AWS is ready. Start the functions in another terminal, in {folder}:

  {line}

They answer at {api}, each after its first request has started it. Both files are written at every start: the first has
the routes of template.yaml, the second the functions' environment.
The data is in {data} and stays between runs; `--fresh` starts empty.
Stop both with Ctrl-C. What the local AWS logs follows.
"#,
        folder = watch.folder().display(),
        line = watch.line(),
        api = addresses.api,
        data = plan.data.display(),
    )
}
