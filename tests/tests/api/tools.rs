//! Programs that work on the running service: seeding it, and an operator's tasks.

mod operator_tasks;
mod seed;
