//! Reports of tweets, comments and profiles: their form and their answer, which three endpoints share.

use aviary_model::{Entropy, ReportId, ReportNote, ReportReason, ReportTarget, Timestamp, UserId};
use aviary_store::{Case, Filed, Report, Reports};
use aviary_web::{ApiError, Fields, Form, body};
use axum::Json;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

body! {
    /// A report.
    pub struct ReportBody {
        /// `spam`, `abuse`, `illegal` or `other`.
        reason: ReportReason = required(ReportReason::parse),
        /// What the administration should know, up to 1,000 characters.
        note: ReportNote = blankable(ReportNote::parse),
    }
}

/// The report of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportResponse {
    /// The report's id.
    pub id: String,
}

/// A valid report, before it is known who wrote it and what it is about.
#[derive(Debug)]
pub struct ReportForm {
    reason: ReportReason,
    note: ReportNote,
}

impl ReportForm {
    /// Reads the fields.
    ///
    /// # Errors
    /// 400 with the errors by field.
    pub fn parse(form: &Form) -> Result<Self, ApiError> {
        let mut fields = Fields::of(form);
        let ReportBody { reason, note } = ReportBody::read(&mut fields);
        fields.finish(reason.map(|reason| Self { reason, note: note.unwrap_or_default() }))
    }
}

/// Writes the caller's report about something of its author, whose case was read before. One round trip.
///
/// # Errors
/// When DynamoDB does not answer.
pub async fn report(
    reports: &Reports,
    reporter: UserId,
    (target, author): (ReportTarget, UserId),
    form: ReportForm,
    case: Option<Case>,
    (now, entropy): (Timestamp, &dyn Entropy),
) -> Result<(StatusCode, Json<ReportResponse>), ApiError> {
    let ReportForm { reason, note } = form;
    let id = ReportId::new(now, entropy)?;
    let report = Report { id, reporter, target, author, reason, note, created_at: now };
    let (status, id) = match reports.file(&report, case).await? {
        Filed::New => (StatusCode::CREATED, id),
        Filed::Before(id) => (StatusCode::OK, id),
    };
    Ok((status, Json(ReportResponse { id: id.to_string() })))
}
