//! Tests of the table `accounts`.

mod change;
mod deletion;
mod former;
mod registration;
mod registration_race;
