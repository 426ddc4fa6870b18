//! What survives faults, races, key rotation and deletion.

mod every_route;
mod faults;
mod killed;
mod purge;
mod races;
mod rotation;
mod social_faults;
