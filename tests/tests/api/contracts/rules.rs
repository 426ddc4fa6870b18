//! What holds for every endpoint.

mod bodies;
mod cookies;
mod cors;
mod errors;
mod events;
mod gateway;
mod headers;
mod json_values;
mod multipart;
mod paths;
