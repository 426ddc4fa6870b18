//! The local front: processes start, die and end as on Lambda, and requests arrive and are answered as by API Gateway.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod gateway;
mod http;
mod processes;
mod stage;
