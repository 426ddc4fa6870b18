//! Reading and admitting requests: their fields, their session, their uploads, their idempotency keys.

pub(crate) mod admit;
pub(crate) mod bytes;
pub(crate) mod params;
pub(crate) mod parse_set;
pub(crate) mod session_ref;
pub(crate) mod upload_input;
