//! The developers' commands: running Aviary on this machine, testing it, and what keeps its files in step.
//!
//! As a library it offers the parts that tests elsewhere can use, above all [`process`] and [`runtime_api`].

pub mod bench;
pub mod cli;
pub mod console;
pub mod endpoints;
pub mod local;
pub mod logs;
pub mod operate;
pub mod ports;
pub mod process;
pub mod routes;
pub mod run;
pub mod runtime_api;
pub mod seed;
pub mod test;
pub mod tls;
pub mod tools;
pub mod workspace;
