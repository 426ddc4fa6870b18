//! What the documents' own front-ends call beside the documents. The handlers here only translate names and shapes; the
//! work is done by the product's own routes.

pub mod document_001;

pub(crate) use document_001::routes::routes_001;
