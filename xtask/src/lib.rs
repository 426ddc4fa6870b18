//! The developers' commands (`cargo xtask`): running Aviary on this machine, testing it and measuring it.
//!
//! Other crates' tests use parts of it as a library, above all [`process`] and [`runtime_api`].

pub mod bench;
pub mod cli;
pub mod console;
pub mod endpoints;
pub mod faults;
mod form;
pub mod front;
pub mod load;
pub mod local;
pub mod logs;
pub mod openapi;
pub mod operate;
pub mod ports;
pub mod process;
pub mod run;
pub mod runtime_api;
pub mod seed;
pub mod shell;
pub mod smoke;
pub mod test;
pub mod tls;
pub mod tools;
pub mod workspace;
