//! The `docs` function.

use std::process::ExitCode;

use docs_function::routes;

fn main() -> ExitCode {
    aviary_web::run(|_start| async move { Ok(routes().into_router(())) })
}
