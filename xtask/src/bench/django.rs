//! `auth` beside Django with djoser and simplejwt: the CPU that one request costs each of them.
//!
//! Both get the same requests, made of the same sample events, one right after the other.

mod peer;
mod request;
mod table;

use std::path::Path;

use anyhow::{Context as _, Result};

use super::{
    context::Context,
    events::Event,
    measure_operation,
    operation::Operation,
    operations,
    process::FunctionProcess,
    session::{Session, body_of, member, once},
};
use crate::{console, workspace::Workspace};

use peer::Peer;
use table::{Beneath, Row};

/// The most tokens of which each is verified once.
const NEW_TOKENS: u32 = 500;
const NEW_TOKEN: &str = "jwt/verify, new token";
/// Logins whose refresh tokens are used for the first time. Each takes the peer a third of a second.
const LOGINS: u32 = 20;
const FIRST_USE: &str = "jwt/refresh, first use";
/// The compared operations, and how many times the CPU of ours Django's shall be at least.
const COMPARED: [(&str, Option<f64>); 7] = [
    ("users/me", Some(5.0)),
    ("jwt/verify", Some(10.0)),
    (NEW_TOKEN, None),
    (FIRST_USE, Some(4.0)),
    // The same token again, within the half minute in which a client may repeat a lost request.
    ("jwt/refresh", Some(4.0)),
    ("unknown path", None),
    ("jwt/create", None),
];
/// Paths that only the peer has. They show what is beneath its other figures.
const EMPTY_VIEW: &str = "/nothing/";
const GUNICORN: &str = "/gunicorn/";

/// Measures both with this many requests of each kind, and returns the table. `programs` is the folder of the peer's
/// programs; its database will be in `folder`.
pub(super) fn compare(context: &mut Context<'_>, programs: &Path, folder: &Path, requests: u32) -> Result<String> {
    console::step("Starting Django");
    let peer = Peer::start(context, programs, folder)?;
    console::step("Making an account and tokens at both");
    let tokens = requests.min(NEW_TOKENS);
    let theirs = operations_of_peer(context, &peer, tokens)?;
    let ours = operations_of_auth(context, tokens)?;

    let mut function = FunctionProcess::start(context, "auth")?;
    let mut rows = Vec::new();
    for (name, goal) in COMPARED {
        console::step(&format!("Measuring {name}"));
        let django = peer.cpu(context, find(&theirs, name)?, requests)?;
        let figures = measure_operation(context, &mut function, find(&ours, name)?, requests)?;
        rows.push(Row { name, requests: figures.requests, django, ours: figures.cpu, goal });
    }
    console::step("Measuring what Django and gunicorn take by themselves");
    let empty_view = peer.cpu(context, find(&theirs, EMPTY_VIEW)?, requests)?;
    let gunicorn = peer.cpu(context, find(&theirs, GUNICORN)?, requests)?;
    function.stop(context)?;
    peer.stop(context)?;
    let about = peer::about(context.workspace, programs)?;
    Ok(table::text(&rows, &Beneath { empty_view, gunicorn }, &about))
}

/// Signs up at the peer and makes the requests to it.
fn operations_of_peer(context: &mut Context<'_>, peer: &Peer, tokens: u32) -> Result<Vec<Operation>> {
    let workspace = context.workspace;
    let read = |name: &str| Event::read(workspace, name);
    let signup = read("auth-signup")?.with("/api/auth/signup/", "/auth/users/");
    peer.answer(context, &Operation::fixed("signup", 201, &signup), 0)?;
    let login = Operation::fixed("jwt/create", 200, &read("auth-jwt-create")?);
    let logins = (0..LOGINS).map(|number| Session::of(&serde_json::from_str(&peer.answer(context, &login, number)?)?));
    let logins: Vec<_> = logins.collect::<Result<_>>()?;
    let session = logins.first().context("there is no login")?;
    let refresh = Operation::fixed("jwt/refresh", 200, &session.fill(read("auth-jwt-refresh")?));
    let new_token = |number| member(&serde_json::from_str(&peer.answer(context, &refresh, number)?)?, "access");
    let new_tokens = (0..tokens).map(new_token).collect::<Result<_>>()?;

    let mut operations = operations_of(workspace, session, new_tokens, &logins)?;
    for path in [EMPTY_VIEW, GUNICORN] {
        operations.push(Operation::fixed(path, 200, &read("auth-users-me-anonymous")?.with("/auth/users/me/", path)));
    }
    Ok(operations)
}

/// Signs up at `auth` and makes the requests to it.
fn operations_of_auth(context: &mut Context<'_>, tokens: u32) -> Result<Vec<Operation>> {
    let workspace = context.workspace;
    let session = Session::sign_up(context)?;
    let logins = once(context, "auth", Event::read(workspace, "auth-jwt-create")?, 200, LOGINS + 1)?;
    let mut logins: Vec<_> = logins.iter().map(|login| Session::of(&body_of(Some(login))?)).collect::<Result<_>>()?;
    // A refresh token serves for half a minute after its first use, so those that are measured are not used yet.
    let spent = logins.pop().context("there is no login")?.fill(Event::read(workspace, "auth-jwt-refresh")?);
    let answers = once(context, "auth", spent, 200, tokens)?;
    let new_tokens = answers.iter().map(|answer| member(&body_of(Some(answer))?, "access")).collect::<Result<_>>()?;
    operations_of(workspace, &session, new_tokens, &logins)
}

/// The operations of `auth`, one that verifies each of these tokens once, and one that refreshes each login once.
fn operations_of(
    workspace: &Workspace,
    session: &Session,
    new_tokens: Vec<String>,
    logins: &[Session],
) -> Result<Vec<Operation>> {
    let mut operations = operations::of("auth", workspace, session)?;
    let verify = Event::read(workspace, "auth-jwt-verify")?;
    let events: Vec<_> = new_tokens.iter().map(|token| verify.clone().with("ACCESS_TOKEN", token).to_bytes()).collect();
    operations.push(Operation::each(NEW_TOKEN, 200, events)?);
    let refresh = Event::read(workspace, "auth-jwt-refresh")?;
    let events: Vec<_> = logins.iter().map(|login| login.fill(refresh.clone()).to_bytes()).collect();
    operations.push(Operation::each(FIRST_USE, 200, events)?);
    Ok(operations)
}

fn find<'a>(operations: &'a [Operation], name: &str) -> Result<&'a Operation> {
    let found = operations.iter().find(|operation| operation.name == name);
    found.with_context(|| format!("bench has no operation `{name}`"))
}
