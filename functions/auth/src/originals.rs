//! What the documents' own front-ends call beside the documents, named by paths like `endpoints/`.

pub mod auth_users_by_id;
