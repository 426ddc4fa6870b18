//! Exact arithmetic on encrypted integers. Pure: no request, no storage.

pub mod cost;
pub mod equation;
pub mod evaluate;
pub mod number;
pub mod polynomial;
pub mod unit;
