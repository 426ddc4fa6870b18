//! Rate limits, each on both sides: the last request within it, and the first one above.

mod accounts;
mod addresses;
mod changes;
mod confirmed;
mod families;
mod logins;
mod sessions;
