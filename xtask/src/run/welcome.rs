use std::path::Path;

use crate::{
    local::{Addresses, Plan},
    tools::find_on_path,
};

/// What a newcomer sees when everything is ready.
pub(super) fn text(addresses: &Addresses, plan: &Plan, cargo_lambda: &Path) -> String {
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

`cargo xtask seed` fills it with people to look at.
The data is in {data} and stays between runs; `--fresh` starts empty.
Sample events go to a function with {cargo_lambda} (see events/README.md).
Stop with Ctrl-C. What the functions log follows.
"#,
        data = plan.data.display(),
        cargo_lambda = invocation(cargo_lambda),
    )
}

/// How `cargo lambda` is called here: by its path where cargo would not find it.
fn invocation(cargo_lambda: &Path) -> String {
    match find_on_path("cargo-lambda") {
        Some(found) if found == cargo_lambda => "`cargo lambda invoke`".to_owned(),
        _ => format!("`{} lambda invoke`", quoted(&cargo_lambda.to_string_lossy())),
    }
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    if path.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c)) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_a_space_is_quoted() {
        assert_eq!(quoted("/a/b.pem"), "/a/b.pem");
        assert_eq!(quoted("/it's a/b.pem"), r"'/it'\''s a/b.pem'");
    }
}
