//! Programs that work on the running service: seeding it, and an operator's tasks, and questions to a
//! deployed stage.

mod clients;
mod operator_tasks;
mod schemathesis;
mod seed;
mod smoke;
