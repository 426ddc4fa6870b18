//! Several endpoints in one story, as a client uses them.

mod small_world;
mod twitter_client_flow;
