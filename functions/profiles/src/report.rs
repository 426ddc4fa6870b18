//! `POST /api/profiles/<id>/report/`.

use aviary_auth::Unconfirmed;
use aviary_model::{ReportTarget, UserId};
use aviary_representation::{ReportBody, ReportForm, ReportResponse, report};
use aviary_web::{ApiError, PathText, Payload};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;
use http::StatusCode;

use crate::state::ProfilesState;

/// Reports a profile to the administration. Reporting it again changes nothing. Three round trips.
#[utoipa::path(post, path = "/api/profiles/{id}/report", tag = "profiles", request_body = ReportBody,
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 201, description = "The profile is reported", body = ReportResponse),
        (status = 200, description = "The caller has reported it before", body = ReportResponse),
        (status = 400, description = "Unknown reason, or too long a note"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown user"),
    ))]
pub async fn report_profile(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<ReportResponse>), ApiError> {
    let user = id.parse::<UserId>().ok();
    let read = async {
        match user {
            Some(id) => try_join(state.profiles.by_id(id), state.reports.case(ReportTarget::Profile(id))).await,
            None => Ok((None, None)),
        }
    };
    let (caller, (profile, case)) = unconfirmed.with_form(&form).confirm_with(read).await?;
    let profile = profile.ok_or_else(ApiError::not_found)?;
    let form = ReportForm::parse(&form)?;
    let about = (ReportTarget::Profile(profile.id), profile.id);
    report(&state.reports, caller.user, about, form, case, (state.clock.now(), state.entropy.as_ref())).await
}
