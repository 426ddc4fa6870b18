//! What survives faults, races, key rotation and deletion.

mod every_route;
mod faults;
mod killed;
mod killed_functions;
mod purge;
mod races;
mod rotation;
mod social_faults;
