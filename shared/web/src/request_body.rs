//! `body!`: a request body as one list of fields, from which both its reader and its schema are made.

/// Declares a request body. Each field has a name, the type of its value, and the reader of [`Fields`](crate::Fields)
/// with the arguments that follow the name.
///
/// ```
/// use std::convert::Infallible;
///
/// use aviary_web::{Fields, Form, body};
///
/// fn text(text: &str) -> Result<String, Vec<Infallible>> {
///     Ok(text.to_owned())
/// }
///
/// body! {
///     /// A bird.
///     pub struct BirdBody {
///         /// Its name.
///         #[schema(example = "wren")]
///         name: String = required(text),
///         /// Where it was seen.
///         place: String = optional(text),
///         /// Whether it was heard there. It is read only with a place.
///         was_heard as "wasHeard": bool = boolean() if place.is_some(),
///         /// Its songs.
///         songs: usize = by([String], |fields, name| Some(fields.form().all(name).len())),
///     }
/// }
///
/// let form = Form::default();
/// let mut fields = Fields::of(&form);
/// let body = BirdBody::read(&mut fields);
/// assert_eq!((body.name, body.place, body.was_heard, body.songs), (None, None, None, Some(0)));
/// assert!(fields.finish(Some(())).is_err(), "the name is required");
/// ```
///
/// It makes a struct in which each field is an `Option`: a value that was read, or `None` if the field is absent or
/// wrong.
/// `read` reads the fields in their order, so errors are told in this order. `Fields::finish` then answers 400 with all
/// errors, or leaves only what is optional empty.
///
/// - Rules that need more than the text take it from parameters of the struct, or from fields that stand before:
///   `pub struct RenameBody(own: &Username) { … }` is read by `RenameBody::read(&mut fields, own)`.
/// - `as "wireName"` gives a field a name that is none of Rust's.
/// - `if condition` reads a field only then. Otherwise it is `None`, so the schema has it as optional.
///
/// Readers, and what the schema says of their fields:
///
/// | Reader | Schema |
/// |---|---|
/// | `required`, `required_email`, `birth_date` | a text, required |
/// | `optional`, `optional_in_forms`, `blankable`, `email` | a text |
/// | `boolean`, `required_boolean` | a boolean |
/// | `handed_on`, `required_handed_on` | a text that the route below reads under the name in the argument |
/// | `nested(Body, arguments…)` | another body, required |
/// | `by(Type, function)`, `required_by(Type, function)` | the type; `function` gets the fields and the name |
///
/// The types of `by` are those of Rust, `[Type]` for a list, and `File` and `[File]`, which come by multipart only.
///
/// A body whose parts are read one after the other is a body for each part, and [`joined_body!`](crate::joined_body) is
/// their common schema.
#[macro_export]
macro_rules! body {
    ($(#[$meta:meta])* $vis:vis struct $name:ident $(($($arg:ident: $arg_type:ty),+))? { $($fields:tt)+ }) => {
        $crate::body!(@field [$(#[$meta])* $vis $name ($($($arg: $arg_type),+)?)] [] [fields] $($fields)+);
    };

    // One field after the other: its declaration goes into the first list, its reading into the second.
    (@field $head:tt $declared:tt $read:tt
        $(#[$meta:meta])* $field:ident $(as $wire:literal)?: $type:ty =
            $reader:ident($($args:tt)*) $(if $condition:expr)? $(, $($rest:tt)*)?) => {
        $crate::body!(@reader $reader($($args)*)
            [$($condition)?] [$field [$($wire)?] $type] [$(#[$meta])*] $head $declared $read [$($($rest)*)?]);
    };

    // What the schema says of a field follows from its reader.
    (@reader required($($arg:expr),*) $($rest:tt)+) => {
        $crate::body!(@schema [value_type = String] required [required $(, $arg)*] $($rest)+);
    };
    (@reader required_email() $($rest:tt)+) => {
        $crate::body!(@schema [value_type = String] required [required_email] $($rest)+);
    };
    (@reader birth_date($arg:expr) $($rest:tt)+) => {
        $crate::body!(@schema [value_type = String] required [birth_date, $arg] $($rest)+);
    };
    (@reader boolean() $($rest:tt)+) => { $crate::body!(@schema [value_type = bool] optional [boolean] $($rest)+); };
    (@reader required_boolean() $($rest:tt)+) => {
        $crate::body!(@schema [value_type = bool] required [required_boolean] $($rest)+);
    };
    (@reader handed_on($name:expr) $($rest:tt)+) => {
        $crate::body!(@schema [value_type = String] optional [handed_on, $name] $($rest)+);
    };
    (@reader required_handed_on($name:expr) $($rest:tt)+) => {
        $crate::body!(@schema [value_type = String] required [handed_on, $name] $($rest)+);
    };
    (@reader nested($body:ident $(, $arg:expr)*) $($rest:tt)+) => {
        $crate::body!(@schema [value_type = $body] required
            [nested, |fields| Some($body::read(fields $(, $arg)*))] $($rest)+);
    };
    (@reader by($($by:tt)+) $($rest:tt)+) => { $crate::body!(@by optional [$($by)+] $($rest)+); };
    (@reader required_by($($by:tt)+) $($rest:tt)+) => { $crate::body!(@by required [$($by)+] $($rest)+); };
    (@reader $text:ident($($arg:expr),*) $($rest:tt)+) => {
        $crate::body!(@schema [value_type = String] optional [$text $(, $arg)*] $($rest)+);
    };

    (@by $need:ident [File, $function:expr] $($rest:tt)+) => {
        $crate::body!(@schema [value_type = String, format = Binary] $need [by, $function] $($rest)+);
    };
    (@by $need:ident [[File], $function:expr] $($rest:tt)+) => {
        $crate::body!(@schema [value_type = Vec<String>, format = Binary] $need [by, $function] $($rest)+);
    };
    (@by $need:ident [[$item:ty], $function:expr] $($rest:tt)+) => {
        $crate::body!(@schema [value_type = Vec<$item>] $need [by, $function] $($rest)+);
    };
    (@by $need:ident [$type:ty, $function:expr] $($rest:tt)+) => {
        $crate::body!(@schema [value_type = $type] $need [by, $function] $($rest)+);
    };

    // A field is required if its reader demands it in every request.
    (@schema [$($schema:tt)+] required $read:tt [] $($rest:tt)+) => {
        $crate::body!(@declare [$($schema)+, required = true] $read [] $($rest)+);
    };
    (@schema [$($schema:tt)+] $need:ident $read:tt $condition:tt $($rest:tt)+) => {
        $crate::body!(@declare [$($schema)+, required = false] $read $condition $($rest)+);
    };

    (@declare [$($schema:tt)+] [$call:ident $(, $arg:expr)*] $condition:tt [$field:ident [$($wire:literal)?] $type:ty]
        [$($meta:tt)*] $head:tt [$($declared:tt)*] [$reader:ident $($read:tt)*] [$($rest:tt)*]) => {
        $crate::body!(@field $head
            [$($declared)* $($meta)* #[schema($($schema)+ $(, rename = $wire)?)] $field: Option<$type>,]
            [$reader $($read)* {
                $field = $condition $reader.$call($crate::body!(@name $field $($wire)?) $(, $arg)*)
            }]
            $($rest)*);
    };

    (@field [$(#[$meta:meta])* $vis:vis $name:ident ($($arg:ident: $arg_type:ty),*)]
        [$($(#[$field_meta:meta])* $field:ident: $type:ty,)*]
        [$reader:ident $({ $read:ident = $condition:tt $call:expr })*]) => {
        $(#[$meta])*
        #[derive(Debug, utoipa::ToSchema)]
        $vis struct $name { $($(#[$field_meta])* $vis $field: $type,)* }

        impl $name {
            /// Reads the fields in their order. What is wrong with them is kept by `fields`.
            $vis fn read($reader: &mut $crate::Fields<'_> $(, $arg: $arg_type)*) -> Self {
                $(let $read = $crate::body!(@if $condition $call);)*
                Self { $($read),* }
            }
        }
    };

    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $wire:literal) => { $wire };
    (@if [] $call:expr) => { $call };
    (@if [$condition:expr] $call:expr) => { if $condition { $call } else { None } };
}

/// Declares the common schema of bodies whose fields are read one after the other, such as those that tell which
/// session a request is about before those that tell what to do there.
///
/// ```
/// use std::convert::Infallible;
///
/// use aviary_web::{body, joined_body};
///
/// fn text(text: &str) -> Result<String, Vec<Infallible>> {
///     Ok(text.to_owned())
/// }
///
/// body! {
///     /// Where.
///     pub struct PlaceFields {
///         /// The place.
///         place: String = optional(text),
///     }
/// }
/// body! {
///     /// What.
///     pub struct BirdFields {
///         /// The bird.
///         bird: String = required(text),
///     }
/// }
/// joined_body! {
///     /// A bird at a place.
///     pub struct SightingBody: BirdFields, PlaceFields;
/// }
/// ```
#[macro_export]
macro_rules! joined_body {
    ($(#[doc = $doc:literal])+ $vis:vis struct $name:ident: $($part:ty),+;) => {
        $(#[doc = $doc])+
        #[derive(Debug)]
        $vis struct $name;

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $crate::openapi::joined(concat!($($doc),+), [$(<$part as utoipa::PartialSchema>::schema()),+])
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn schemas(
                schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>,
            ) {
                $(<$part as utoipa::ToSchema>::schemas(schemas);)+
            }
        }
    };
}

#[cfg(test)]
mod tests;
