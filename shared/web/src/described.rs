//! An annotated handler: what a start needs of it, and its documentation as functions that only `cargo xtask openapi` and
//! tests call.
//!
//! `utoipa` makes an operation of OpenAPI from each annotation. For a function with fifty routes that is a million
//! instructions, and no request needs it.

use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter};
use http::Method;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{HttpMethod, Operation};
use utoipa::openapi::schema::Schema;

/// The schemas that an operation names.
pub(crate) type Schemas = Vec<(String, RefOr<Schema>)>;

/// How the documentation of a handler is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Documentation {
    /// Its operation of OpenAPI.
    pub(crate) operation: fn() -> Operation,
    /// The tags of its annotation, which are not in the operation.
    pub(crate) tags: fn() -> Vec<&'static str>,
    /// Adds the schemas that the operation names.
    pub(crate) schemas: fn(&mut Schemas),
}

/// An annotated handler, made by [`routes!`](crate::routes).
#[derive(Debug)]
pub struct Described<S> {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) documentation: Documentation,
    pub(crate) router: MethodRouter<S>,
}

impl<S: Clone + Send + Sync + 'static> Described<S> {
    /// A handler with the annotation `D` of `utoipa::path`.
    pub fn of<D, H, T>(handler: H) -> Self
    where
        D: utoipa::Path + utoipa::__dev::SchemaReferences + utoipa::__dev::Tags<'static>,
        H: Handler<T, S>,
        T: 'static,
    {
        let (method, filter) = method_of(D::methods().first());
        Self {
            method,
            path: D::path(),
            documentation: Documentation { operation: D::operation, tags: D::tags, schemas: D::schemas },
            router: MethodRouter::new().on(filter, handler),
        }
    }
}

/// The method of an annotation. Each has one; utoipa's type is a list.
fn method_of(method: Option<&HttpMethod>) -> (Method, MethodFilter) {
    match method {
        Some(HttpMethod::Put) => (Method::PUT, MethodFilter::PUT),
        Some(HttpMethod::Post) => (Method::POST, MethodFilter::POST),
        Some(HttpMethod::Patch) => (Method::PATCH, MethodFilter::PATCH),
        Some(HttpMethod::Delete) => (Method::DELETE, MethodFilter::DELETE),
        // The service answers HEAD and OPTIONS itself, so what is left is GET.
        _ => (Method::GET, MethodFilter::GET),
    }
}

/// An annotated handler for [`Routes::add`](crate::Routes::add): `routes!(module::handler)`.
///
/// It is what `utoipa_axum::routes!` is, but the documentation is not made before somebody asks for it.
#[macro_export]
macro_rules! routes {
    (@ [$($module:tt)*] $head:ident :: $($rest:tt)+) => { $crate::routes!(@ [$($module)* $head ::] $($rest)+) };
    (@ [$($module:tt)*] $handler:ident) => {
        $crate::paste! {
            $crate::Described::of::<$($module)* [<__path_ $handler>], _, _>($($module)* $handler)
        }
    };
    ($($path:tt)+) => { $crate::routes!(@ [] $($path)+) };
}
