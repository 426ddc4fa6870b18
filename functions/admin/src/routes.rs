//! The routes of the function.

use aviary_web::{RouteLimit, RouteSpec, Routes, any, routes, staff};

use crate::state::AdminState;
use crate::{
    act, assets, audit, comment, comments, dashboard, delete, functions, integers, integers_session, login, logout,
    media, profiles, report, reports, tweet, tweets, uploads, user, users, users_edit,
};

/// Every route of the function. Round trips are stated with the look-up of the cookie, since nothing else is accepted.
#[must_use]
pub fn routes() -> Routes<AdminState> {
    actions(pages(Routes::default()))
}

fn pages(routes: Routes<AdminState>) -> Routes<AdminState> {
    let list = staff().round_trips(4);
    let longer = staff().round_trips(5);
    routes
        .add(any(), routes!(login::show_login))
        .add(any(), routes!(assets::asset))
        .add(list, routes!(dashboard::show_dashboard))
        .add(list, routes!(users::list_users))
        .add(list, routes!(user::show_user))
        .add(list, routes!(profiles::list_profiles))
        .add(list, routes!(tweets::list_tweets))
        .add(list, routes!(tweet::show_tweet))
        .add(list, routes!(comments::list_comments))
        .add(list, routes!(comment::show_comment))
        .add(list, routes!(media::list_media))
        .add(list, routes!(uploads::list_uploads))
        .add(longer, routes!(reports::list_reports))
        .add(longer, routes!(report::show_report))
        .add(longer, routes!(integers::list_integers))
        .add(longer, routes!(integers_session::show_session))
        .add(staff().round_trips(2), routes!(functions::show_functions))
        .add(list, routes!(audit::show_audit))
        .add(list, routes!(audit::audit_rows))
        .add(longer, routes!(delete::ask))
}

fn actions(routes: Routes<AdminState>) -> Routes<AdminState> {
    let signs_in = any().limit(RouteLimit::Logins).repeatable("Every login opens a session.").round_trips(3);
    routes
        .add(signs_in, routes!(login::login))
        .add(writes("The session ends once."), routes!(logout::logout))
        .add(writes("Each action leads to a state, however often it is sent."), routes!(act::act))
        .add(writes("What is gone can't be deleted again."), routes!(delete::delete_all))
        .add(writes("The same change again changes nothing."), routes!(users_edit::edit_user))
}

fn writes(because: &'static str) -> RouteSpec {
    staff().repeatable(because).limit(RouteLimit::OtherWritesAccount).round_trips(8)
}
