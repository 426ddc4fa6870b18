//! Tests of the `social` table.

mod media_uploads;
mod profiles;
mod ranked;
mod reactions;
mod relation_costs;
mod relations;
mod reports;
mod search;
mod tweet_costs;
mod tweets;
