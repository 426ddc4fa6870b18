//! The `docs` function: the front door, the OpenAPI document, and the page that shows it. It has no state, calls no other
//! service, and answers unknown paths.
//!
//! | URL | File |
//! |---|---|
//! | `/` | `root.rs` |
//! | `/docs/` | `docs.rs` |
//! | `/docs/assets/<name>` | `docs_assets.rs` |
//! | `/openapi.json` | `openapi_json.rs` |

mod accepts;
mod page;
mod routes;
mod served_file;

pub mod docs;
pub mod docs_assets;
pub mod openapi_json;
pub mod root;

pub use routes::routes;
