//! What the documents' own front-ends call beside the documents. The handlers here only translate names and shapes.

pub mod avatar;
