//! What clients see of people, tweets and comments, defined once for all functions.
//!
//! Functions do not depend on each other, so a shape that several of them show belongs here. [`aviary_web::Page`] wraps
//! lists of them.

mod brief;
mod comment;
mod counts;
mod follow;
mod links;
mod people_search;
mod person;
mod profile;
mod report;
mod tweet;

pub use brief::{Brief, Related};
pub use comment::ShownComment;
pub use counts::{one_less, one_more, with_own};
pub use follow::{FOLLOWS_ONESELF, followed};
pub use links::{Links, picture_url};
pub use people_search::PeopleSearch;
pub use person::{Author, Person};
pub use profile::ShownProfile;
pub use report::{ReportBody, ReportForm, ReportResponse, report};
pub use tweet::{OwnReactions, ShownMedia, ShownTweet};
