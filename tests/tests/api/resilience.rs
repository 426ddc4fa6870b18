//! What survives faults, races, key rotation and deletion.

mod faults;
mod killed_functions;
mod purge;
mod races;
mod rotation;
mod social_faults;
