//! Sets as they are sent.

use aviary_model::{Encoding, Entropy, SetId};
use aviary_web::{ApiError, Fields};

use crate::content::NewSet;
use crate::params::list;
use crate::unit::{MAX_BYTES, Units};
use crate::work::{self, Budget, MAX_WORK, TooMuchWork};

const REQUIRED: &str = "This field is required.";

/// Reads `set_id` (made if it is not sent), `integers` and `encoding` of a request.
pub(crate) fn set(mut fields: Fields<'_>, entropy: &dyn Entropy) -> Result<NewSet, ApiError> {
    let id = fields.optional("set_id", SetId::parse);
    let encoding = fields.optional("encoding", Encoding::parse);
    let form = fields.form();
    let units = match list(form, "integers") {
        None => {
            fields.error("integers", REQUIRED);
            None
        }
        Some(json) => match units(&json, encoding, &mut Budget::default()) {
            Ok(units) => Some(units),
            Err(messages) => {
                messages.iter().for_each(|message| fields.error("integers", message));
                None
            }
        },
    };
    let (encoding, units, json) = fields.finish(units)?;
    let id = match id {
        Some(id) => id,
        None => made_id(entropy)?,
    };
    Ok(NewSet { id, encoding, units, json })
}

/// Units as they will be kept: by their indexes, in one encoding. `budget` is what the request has left for work; it is
/// asked before a number is read.
pub(crate) fn units(
    json: &str,
    encoding: Option<Encoding>,
    budget: &mut Budget,
) -> Result<(Encoding, u64, String), Vec<String>> {
    if json.len() > MAX_BYTES {
        return Err(vec![too_large()]);
    }
    let work = work::rewriting(json, encoding.unwrap_or(Encoding::Base64));
    budget.spend(work).map_err(|TooMuchWork(work)| vec![too_much_work(work)])?;
    let (units, encoding) = Units::read(json, encoding)?;
    let count = u64::try_from(units.as_slice().len()).unwrap_or(u64::MAX);
    let json = units.write(encoding).ok_or_else(|| vec![too_large()])?;
    Ok((encoding, count, json))
}

pub(crate) fn made_id(entropy: &dyn Entropy) -> Result<SetId, ApiError> {
    Ok(SetId::made(u64::from_le_bytes(entropy.bytes::<8>()?)))
}

fn too_much_work(work: u64) -> String {
    format!(
        "Numbers of this size would take too much work to read and write: an estimated {work} steps; a request may take {MAX_WORK}."
    )
}

fn too_large() -> String {
    format!("A set may have {MAX_BYTES} bytes.")
}
