//! `body!`: a request body as one list of fields, from which both its reader and its schema are made.

/// Declares a request body. Each field has a name, the type of its value, and the reader of [`Fields`](crate::Fields) with
/// the arguments that follow the name.
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
///     }
/// }
///
/// let form = Form::default();
/// let mut fields = Fields::of(&form);
/// let body = BirdBody::read(&mut fields);
/// assert_eq!((body.name, body.place), (None, None));
/// assert!(fields.finish(Some(())).is_err(), "the name is required");
/// ```
///
/// It makes a struct in which each field is an `Option`: a value that was read, or `None` if the field is absent or wrong.
/// `read` reads the fields in their order, so errors are told in this order. `Fields::finish` then answers 400 with all
/// errors, or leaves only what is optional empty. Rules that need more than the text take it from parameters of the struct:
/// `pub struct RenameBody(own: &Username) { … }` is read by `RenameBody::read(&mut fields, own)`.
///
/// Readers: `required`, `optional`, `optional_in_forms`, `blankable`, `email`, `required_email`, `birth_date`, `boolean`, and
/// `nested(Type, arguments…)` for another body.
#[macro_export]
macro_rules! body {
    ($(#[$meta:meta])* $vis:vis struct $name:ident $(($($arg:ident: $arg_type:ty),+))? { $($fields:tt)+ }) => {
        $crate::body!(@field [$(#[$meta])* $vis $name ($($($arg: $arg_type),+)?)] [] [fields] $($fields)+);
    };

    // One field after the other: its declaration goes into the first list, its reading into the second.
    (@field $head:tt [$($declared:tt)*] [$reader:ident $($read:tt)*]
        $(#[$meta:meta])* $field:ident: $type:ty = nested($body:ident $(, $arg:expr)*) $(, $($rest:tt)*)?) => {
        $crate::body!(@field $head
            [$($declared)* $(#[$meta])* #[schema(value_type = $body, required = true)] $field: Option<$type>,]
            [$reader $($read)* {
                $field: $reader.nested(stringify!($field), |fields| Some($body::read(fields $(, $arg)*))),
            }]
            $($($rest)*)?);
    };
    (@field $head:tt [$($declared:tt)*] [$reader:ident $($read:tt)*]
        $(#[$meta:meta])* $field:ident: $type:ty = $kind:ident($($arg:expr),*) $(, $($rest:tt)*)?) => {
        $crate::body!(@kind $kind $head [$($declared)*] [$(#[$meta])*] [$field: Option<$type>,]
            [$reader $($read)* { $field: $reader.$kind(stringify!($field) $(, $arg)*), }]
            $($($rest)*)?);
    };

    // What the schema says of a field follows from its reader.
    (@kind required $($rest:tt)+) => { $crate::body!(@declare [value_type = String, required = true] $($rest)+); };
    (@kind required_email $($rest:tt)+) => { $crate::body!(@declare [value_type = String, required = true] $($rest)+); };
    (@kind birth_date $($rest:tt)+) => { $crate::body!(@declare [value_type = String, required = true] $($rest)+); };
    (@kind boolean $($rest:tt)+) => { $crate::body!(@declare [value_type = bool, required = false] $($rest)+); };
    (@kind $text:ident $($rest:tt)+) => { $crate::body!(@declare [value_type = String, required = false] $($rest)+); };

    (@declare [$($schema:tt)*] $head:tt [$($declared:tt)*] [$($meta:tt)*] [$($field:tt)*] $read:tt $($rest:tt)*) => {
        $crate::body!(@field $head [$($declared)* $($meta)* #[schema($($schema)*)] $($field)*] $read $($rest)*);
    };

    (@field [$(#[$meta:meta])* $vis:vis $name:ident ($($arg:ident: $arg_type:ty),*)]
        [$($(#[$field_meta:meta])* $field:ident: $type:ty,)*] [$reader:ident $({ $($read:tt)* })*]) => {
        $(#[$meta])*
        #[derive(Debug, utoipa::ToSchema)]
        $vis struct $name { $($(#[$field_meta])* $vis $field: $type,)* }

        impl $name {
            /// Reads the fields in their order. What is wrong with them is kept by `fields`.
            $vis fn read($reader: &mut $crate::Fields<'_> $(, $arg: $arg_type)*) -> Self {
                Self { $($($read)*)* }
            }
        }
    };
}
