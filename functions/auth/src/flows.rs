//! What several endpoints share: each file holds one flow, or one part of a request, and is named after it.

pub(crate) mod account_by_name;
pub(crate) mod address_change;
pub(crate) mod confirm_email;
pub(crate) mod form_fields;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod mail_page;
pub(crate) mod mailed_token;
pub(crate) mod own_account;
pub(crate) mod refresh_token;
pub(crate) mod reset_password;
pub(crate) mod signup;
pub(crate) mod undo_email;
