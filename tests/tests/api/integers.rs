//! Sets of encrypted integers: `/integers/…`.

mod bad_input;
mod bounds;
mod client_flow;
mod cost;
mod documented_client;
mod downloads;
mod equations;
mod faults;
mod numbers;
mod parameters;
mod removal;
mod repeats;
mod round_trips;
mod session;
mod set;
mod set_races;
mod upload;
