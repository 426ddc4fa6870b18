//! What the documents' own front-ends call beside the documents. A layer that translates names and shapes: it has no
//! store operation, no rule and no limit of its own (`docs/decisions/0022-originals-and-ranked-lists.md`).

pub mod avatar;
pub mod raven;
