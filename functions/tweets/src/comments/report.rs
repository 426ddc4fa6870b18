//! `POST /api/tweets/comments/<id>/report/`.

use aviary_auth::Unconfirmed;
use aviary_model::ReportTarget;
use aviary_representation::{ReportBody, ReportForm, ReportResponse, report};
use aviary_web::{ApiError, PathText, Payload};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;
use http::StatusCode;

use crate::state::TweetsState;

/// Reports a comment to the administration. Reporting it again changes nothing. Three round trips.
#[utoipa::path(post, path = "/api/tweets/comments/{id}/report", tag = "comments", request_body = ReportBody,
    params(("id" = String, Path, description = "The comment's id")),
    responses(
        (status = 201, description = "The comment is reported", body = ReportResponse),
        (status = 200, description = "The caller has reported it before", body = ReportResponse),
        (status = 400, description = "Unknown reason, or too long a note"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown comment"),
    ))]
pub async fn report_comment(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<ReportResponse>), ApiError> {
    let case = async {
        match id.parse() {
            Ok(id) => state.reports.case(ReportTarget::Comment(id)).await,
            Err(_) => Ok(None),
        }
    };
    let read = try_join(state.comment(&id), case);
    let (caller, (comment, case)) = unconfirmed.with_form(&form).confirm_with(read).await?;
    let comment = comment.ok_or_else(ApiError::not_found)?;
    let form = ReportForm::parse(&form)?;
    let about = (ReportTarget::Comment(comment.id), comment.author);
    report(&state.reports, caller.user, about, form, case, (state.clock.now(), state.entropy.as_ref())).await
}
