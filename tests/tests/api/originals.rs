//! What the documents' own front-ends call: for each a client that acts as the front-end does, screen by screen, and the
//! rules of its routes.

mod raven;
