//! Makes users staff, and takes it from them.

use aviary_model::NameKey;
use aviary_store::StoreError;

use crate::operator::Operator;

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// No user has the name or address.
    #[error("there is no user {0:?}")]
    Unknown(String),
    /// DynamoDB did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the user with this name or address staff, or no longer staff, and returns one line for the operator. Three
/// round trips.
///
/// # Errors
/// When no user has the name or address, or DynamoDB does not answer.
pub async fn set_staff(operator: &Operator, name: &str, staff: bool) -> Result<String, StaffError> {
    let unknown = || StaffError::Unknown(name.to_owned());
    let id = operator.accounts.owner_of(&NameKey::of(name)).await?.ok_or_else(unknown)?;
    let user = operator.accounts.by_id(id).await?.ok_or_else(unknown)?;
    let before = operator.credentials.set_staff(id, staff).await?.ok_or_else(unknown)?;
    let what = match (before.staff, staff) {
        (false, true) => "is staff now",
        (true, true) => "was staff already",
        (true, false) => "is no longer staff",
        (false, false) => "was not staff",
    };
    if before.staff != staff {
        operator.record(if staff { "staff_granted" } else { "staff_removed" }, id).await;
    }
    Ok(format!("{} ({id}) {what}.", user.username.as_str()))
}
