//! `GET` and `POST /admin/login/`: a form for name and password. Only staff get a session here.

use aviary_accounts::{audit, authenticate, open_web};
use aviary_auth::PasswordText;
use aviary_model::NameKey;
use aviary_web::{Client, Cookies, Form, Params, Payload, SessionCookies, Value};
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, Method, StatusCode};
use maud::html;

use crate::page::{bare_page, headers};
use crate::query::{next, text};
use crate::refusal::Refusal;
use crate::state::AdminState;

const WRONG: &str = "The name or the password is wrong, or the account is deactivated.";

/// Shows the login. No round trip.
#[utoipa::path(get, path = "/admin/login", tag = "administration",
    params(("next" = Option<String>, Query, description = "Where to go after the login")),
    responses((status = 200, description = "The form", content_type = "text/html")))]
pub async fn show_login(
    State(state): State<AdminState>,
    cookies: Cookies,
    Params(query): Params,
) -> Result<Response, Refusal> {
    form_page(&state, StatusCode::OK, &cookies, &query, None)
}

/// Signs in a member of staff by name or address and password. Three round trips.
#[utoipa::path(post, path = "/admin/login", tag = "administration", responses(
    (status = 303, description = "Signed in; the response sets cookies"),
    (status = 401, description = "The form again: name or password is wrong", content_type = "text/html"),
    (status = 403, description = "The account is not staff, or the form is of another site", content_type =
        "text/html"),
    (status = 429, description = "Too many failed logins", content_type = "text/html"),
))]
pub async fn login(
    State(state): State<AdminState>,
    client: Client,
    cookies: Cookies,
    method: Method,
    sent: HeaderMap,
    Payload(form): Payload,
) -> Result<Response, Refusal> {
    state.authenticator.trusted.check_form(&method, &sent, &client, &form)?;
    let name = text(&form, "username").unwrap_or_default();
    let password = match form.get("password") {
        Some(Value::Text(password)) if !password.is_empty() => PasswordText::attempt(password).ok(),
        _ => None,
    };
    let Some(password) = password.filter(|_| !name.is_empty() && !name.contains('\0')) else {
        return form_page(&state, StatusCode::BAD_REQUEST, &cookies, &form, Some("Type a name and a password."));
    };
    let signed_in = authenticate(&state.account, &client, &NameKey::of(&name), password).await?;
    let Some(signed_in) = signed_in else {
        return form_page(&state, StatusCode::UNAUTHORIZED, &cookies, &form, Some(WRONG));
    };
    if !signed_in.principal.staff {
        // It keeps its count as a failed login, so nobody tries passwords here more often than elsewhere.
        audit(&state.account, &client, "administration_refused", Some(signed_in.user.id)).await;
        let text = "This account is not staff.";
        return form_page(&state, StatusCode::FORBIDDEN, &cookies, &form, Some(text));
    }
    let (_, fresh) = open_web(&state.account, &client, signed_in).await?;
    Ok((Extension(fresh), Redirect::to(&next(&form))).into_response())
}

fn form_page(
    state: &AdminState,
    status: StatusCode,
    cookies: &Cookies,
    sent: &Form,
    problem: Option<&str>,
) -> Result<Response, Refusal> {
    // A browser without the cookie gets one with the form that repeats it.
    let fresh = match &cookies.csrf {
        Some(_) => None,
        None => Some(SessionCookies::new(state.account.entropy.as_ref())?),
    };
    // Nobody has a longer name or address.
    let name: String = text(sent, "username").unwrap_or_default().chars().take(254).collect();
    let csrf = cookies.csrf.as_ref().or(fresh.as_ref().map(|fresh| &fresh.csrf)).map_or("", |csrf| csrf.expose());
    let body = html! {
        @if let Some(problem) = problem { p.note.bad role="alert" #problem { (problem) } }
        form method="post" action="/admin/login/" {
            input type="hidden" name="csrfmiddlewaretoken" value=(csrf);
            input type="hidden" name="next" value=(next(sent));
            label for="username" { "Username or mail address" }
            input #username type="text" name="username" value=(name)
                autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus;
            label for="password" { "Password" }
            input #password type="password" name="password" autocomplete="current-password" required
                aria-describedby=[problem.map(|_| "problem")];
            button type="submit" { "Sign in" }
        }
    };
    let page = (status, headers(None), bare_page("Sign in", &body).into_string()).into_response();
    Ok(match fresh {
        Some(fresh) => (Extension(fresh), page).into_response(),
        None => page,
    })
}
