//! Parses the set that a request contains.

use aviary_model::{Encoding, Entropy, SetId};
use aviary_web::{ApiError, Fields, body};

use crate::arithmetic::cost::{self, Budget, MAX_WORK, TooMuchWork};
use crate::arithmetic::unit::read::SentUnit;
use crate::arithmetic::unit::{MAX_SENT_BYTES, Units};
use crate::request::params::json_of_list;
use crate::set_storage::NewSet;

const REQUIRED: &str = "This field is required.";

body! {
    /// A set.
    pub(crate) struct SetFields {
        /// The set's id. A set of the session with this id is replaced. Generated if it is not sent.
        #[schema(example = "first_set")]
        set_id: SetId = optional(SetId::parse),
        /// The encoding of texts among the integers: `base64` (the default), `decimal` or `hex`; `number` if there are
        /// no texts.
        encoding: Encoding = optional(Encoding::parse),
        /// The set's units, in any order. Not needed with an upload.
        integers: (Encoding, u64, String) = by([SentUnit<'_>], |fields, name| read_units(fields, name, encoding)),
    }
}

/// Reads a set. Its id is generated if it is not sent.
pub(crate) fn parse_set(mut fields: Fields<'_>, entropy: &dyn Entropy) -> Result<NewSet, ApiError> {
    let body = SetFields::read(&mut fields);
    let (encoding, units, json) = fields.finish(body.integers)?;
    let id = match body.set_id {
        Some(id) => id,
        None => generate_id(entropy)?,
    };
    Ok(NewSet { id, encoding, units, json: json.into() })
}

fn read_units(fields: &mut Fields<'_>, name: &str, encoding: Option<Encoding>) -> Option<(Encoding, u64, String)> {
    let form = fields.form();
    let read = match json_of_list(form, name) {
        None => Err(vec![REQUIRED.to_owned()]),
        Some(json) => parse_units(&json, encoding, &mut Budget::default()),
    };
    read.map_err(|messages| messages.iter().for_each(|message| fields.error(name, message))).ok()
}

/// Parses units and writes them as they are stored: ordered by index, in one encoding. Returns the encoding, the number
/// of units, and their JSON. The work is taken from the request's `budget` before any number is read.
pub(crate) fn parse_units(
    json: &str,
    encoding: Option<Encoding>,
    budget: &mut Budget,
) -> Result<(Encoding, u64, String), Vec<String>> {
    if json.len() > MAX_SENT_BYTES {
        return Err(vec![too_large()]);
    }
    let work = cost::rewriting(json, encoding.unwrap_or(Encoding::Base64));
    budget.spend(work).map_err(|TooMuchWork(work)| vec![too_much_work(work)])?;
    let (units, encoding) = Units::read(json, encoding)?;
    let count = u64::try_from(units.as_slice().len()).unwrap_or(u64::MAX);
    let json = units.write(encoding).ok_or_else(|| vec![too_large()])?;
    Ok((encoding, count, json))
}

/// Generates an id for a set that is sent without one.
pub(crate) fn generate_id(entropy: &dyn Entropy) -> Result<SetId, ApiError> {
    Ok(SetId::made(u64::from_le_bytes(entropy.bytes::<8>()?)))
}

fn too_much_work(work: u64) -> String {
    format!(
        "Numbers of this size would take too much work to read and write: an estimated {work} steps; \
         a request may take {MAX_WORK}."
    )
}

fn too_large() -> String {
    format!("A set may have {MAX_SENT_BYTES} bytes.")
}
