//! The limit of a request's row, as it applies to the request.

use aviary_web::{ApiError, Client, RowLimit};
use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::limits::settings::{CountedBy, Limit};
use crate::limits::{Limiter, network};

/// Whom the request's row counts.
#[derive(Clone, Debug)]
pub(crate) enum RowCount {
    /// Nobody, or somebody whom the flow of the route counts.
    None,
    /// The caller's account.
    Account(Limit),
    /// The client's address.
    Address(Limit, String),
}

impl RowCount {
    /// Reads the row's limit, which [`aviary_web::Routes`] gave to the request.
    ///
    /// # Errors
    /// 500 if the route is not in a table of routes.
    pub(crate) async fn of(parts: &mut Parts, limiter: &Limiter) -> Result<Self, ApiError> {
        let RowLimit(limit) = RowLimit::from_request_parts(parts, &()).await?;
        Ok(match limit.map(|limit| limiter.limits.of_row(limit)) {
            None | Some(CountedBy::Flow) => Self::None,
            Some(CountedBy::Account(limit)) => Self::Account(limit),
            Some(CountedBy::Address(limit)) => {
                Self::Address(limit, network(&Client::from_request_parts(parts, &()).await?.address))
            }
        })
    }

    /// The limit of the caller's account.
    pub(crate) fn of_account(&self) -> Option<Limit> {
        match self {
            Self::Account(limit) => Some(*limit),
            Self::None | Self::Address(..) => None,
        }
    }
}

impl Limiter {
    /// Counts the client's address, if the row limits it. One round trip, else none.
    ///
    /// # Errors
    /// 429 above the limit.
    pub(crate) async fn count_address(&self, row: &RowCount) -> Result<(), ApiError> {
        match row {
            RowCount::Address(limit, network) => self.count_within(network, *limit).await,
            RowCount::None | RowCount::Account(_) => Ok(()),
        }
    }
}
