//! `POST /api/tweets/<id>/report/`.

use aviary_auth::Unconfirmed;
use aviary_model::ReportTarget;
use aviary_representation::{ReportBody, ReportForm, ReportResponse, report};
use aviary_web::{ApiError, PathText, Payload};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;
use http::StatusCode;

use crate::state::TweetsState;

/// Reports a tweet to the administration. Reporting it again changes nothing. Three round trips.
#[utoipa::path(post, path = "/api/tweets/{id}/report", tag = "tweets", request_body = ReportBody,
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 201, description = "The tweet is reported", body = ReportResponse),
        (status = 200, description = "The caller has reported it before", body = ReportResponse),
        (status = 400, description = "Unknown reason, or too long a note"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown tweet"),
    ))]
pub async fn report_tweet(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<ReportResponse>), ApiError> {
    let case = async {
        match id.parse() {
            Ok(id) => state.reports.case(ReportTarget::Tweet(id)).await,
            Err(_) => Ok(None),
        }
    };
    let read = try_join(state.tweet(&id), case);
    let (caller, (tweet, case)) = unconfirmed.with_form(&form).confirm_with(read).await?;
    let tweet = tweet.ok_or_else(ApiError::not_found)?;
    let form = ReportForm::parse(&form)?;
    let about = (ReportTarget::Tweet(tweet.id), tweet.author);
    report(&state.reports, caller.user, about, form, case, (state.clock.now(), state.entropy.as_ref())).await
}
