//! Rules that hold for every endpoint or for many: each file checks one rule over the whole service.

mod audit_trail;
mod deployment_bounds;
mod documented_statuses;
mod dynamodb_round_trips;
mod examples;
mod fields;
mod forgeries;
mod idempotency;
mod idempotent_posts;
mod limits;
mod openapi;
mod recorded_bodies;
mod roles;
pub(crate) mod routes;
mod rules;
mod sample_events;
mod session_invalidation;
mod trusted_proxy;
