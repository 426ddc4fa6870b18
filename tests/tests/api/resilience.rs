//! What survives faults, races, key rotation and deletion.

mod every_route;
mod faults;
mod purge;
mod races;
mod rotation;
mod social_faults;
