//! What document 003's own front-end calls beside the document: presence, friends, pictures. A friend is whom one follows.

pub mod avatar;
pub mod friends;
pub mod friends_add;
pub mod friends_remove;
pub mod status;
pub mod update_last_seen;
