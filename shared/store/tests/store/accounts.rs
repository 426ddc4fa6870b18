//! Tests of the table `accounts`.

mod change;
mod deletion;
mod registration;
mod registration_race;
