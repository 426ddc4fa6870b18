//! The common schema of bodies that are read one after the other ([`joined_body!`](crate::joined_body)).

use utoipa::openapi::{ObjectBuilder, RefOr, Schema};

/// An object with the fields of all parts, in their order. A part that is no object of its own adds nothing.
pub fn joined<const N: usize>(description: &str, parts: [RefOr<Schema>; N]) -> RefOr<Schema> {
    let mut joined = ObjectBuilder::new().description(Some(description.trim()));
    for part in parts {
        let RefOr::T(Schema::Object(part)) = part else { continue };
        for (name, schema) in part.properties {
            joined = joined.property(name, schema);
        }
        for name in part.required {
            joined = joined.required(name);
        }
    }
    RefOr::T(Schema::Object(joined.build()))
}
