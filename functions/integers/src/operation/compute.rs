//! Reads the operands of an equation and computes its result.

use aviary_auth::{AccountCounts, Caller};
use aviary_model::{Encoding, SetId};
use aviary_store::{OpenSession, StoredSet};
use aviary_web::ApiError;
use bytestring::ByteString;
use futures_util::{StreamExt, TryStreamExt};

use crate::arithmetic::cost;
use crate::arithmetic::equation::Equation;
use crate::arithmetic::evaluate::{Evaluation, EvaluationError};
use crate::arithmetic::unit::{MAX_STORED_BYTES, Units};
use crate::operation::work::Work;
use crate::request::bytes::ReadBytes;
use crate::set_storage::{NewSet, read};
use crate::state::IntegersState;

/// How many sets are read concurrently.
const CONCURRENT_READS: usize = 8;
/// The most units of all sets of an equation together.
const MAX_OPERAND_UNITS: u64 = 1_000_000;
/// The most bytes of all sets of an equation together.
const MAX_OPERAND_BYTES: u64 = 192 << 20;

/// Computes the result of an equation. The bytes of the operands are counted before they are read. The work of parsing
/// them, computing and writing the result is taken from `work`; each part is estimated before it is done.
pub(super) async fn compute(
    state: &IntegersState,
    caller: &Caller,
    open: &OpenSession,
    (equation, id): (&Equation, SetId),
    work: &mut Work<'_>,
) -> Result<NewSet, ApiError> {
    let refused = |error: EvaluationError| ApiError::field("equation", error);
    let operands = read_operands(state, caller, open, &equation.sets).await?;
    let reading = operands.iter().map(|(set, json)| cost::reading(json, set.encoding));
    work.spend(reading.fold(0, u64::saturating_add)).await?;
    let encoding = operands.first().map_or(Encoding::Number, |(set, _)| set.encoding);
    let operands = operands.into_iter().map(|(set, json)| parse_stored(&set, &json)).collect::<Result<Vec<_>, _>>()?;
    let sets: Vec<&Units> = operands.iter().collect();
    let evaluation = Evaluation::of(equation, &sets).map_err(refused)?;
    work.spend(evaluation.work).await?;
    let result = evaluation.run().map_err(refused)?;
    work.spend(result.writing_cost(encoding)).await?;
    let units = u64::try_from(result.as_slice().len()).unwrap_or(u64::MAX);
    let json = result.write(encoding);
    let too_large = || {
        ApiError::field(
            "equation",
            format!("The result would be too large; its JSON may have {MAX_STORED_BYTES} bytes."),
        )
    };
    Ok(NewSet { id, encoding, units, json: json.ok_or_else(too_large)?.into() })
}

/// Reads the sets that an equation names, in its order. Their sizes are checked before their units are read.
async fn read_operands(
    state: &IntegersState,
    caller: &Caller,
    open: &OpenSession,
    names: &[String],
) -> Result<Vec<(StoredSet, ByteString)>, ApiError> {
    let ids = names.iter().map(|name| SetId::parse(name)).collect::<Result<Vec<_>, _>>();
    let ids = ids.map_err(|_| ApiError::internal("an equation names an invalid set id"))?;
    let mut found = state.integers.sets(open, &ids).await?;
    let mut ordered: Vec<StoredSet> = Vec::with_capacity(ids.len());
    for id in &ids {
        let position = found.iter().position(|set| set.id == *id).ok_or_else(|| unknown(id))?;
        ordered.push(found.swap_remove(position));
    }
    let units: u64 = ordered.iter().map(|set| set.units).sum();
    let bytes: u64 = ordered.iter().map(|set| set.bytes).sum();
    if units > MAX_OPERAND_UNITS || bytes > MAX_OPERAND_BYTES {
        let bound = format!("{MAX_OPERAND_UNITS} units and {MAX_OPERAND_BYTES} bytes");
        return Err(ApiError::field("equation", format!("The sets of an equation may have {bound} together.")));
    }
    let counted = ReadBytes::count(state, caller, bytes, AccountCounts::default()).await?;
    let reads = ordered.into_iter().map(|set| read_operand(state, open, set, &counted));
    futures_util::stream::iter(reads).buffered(CONCURRENT_READS).try_collect().await
}

async fn read_operand(
    state: &IntegersState,
    open: &OpenSession,
    set: StoredSet,
    bytes: &ReadBytes<'_>,
) -> Result<(StoredSet, ByteString), ApiError> {
    let id = set.id.clone();
    read(state, open, set, bytes).await?.ok_or_else(|| unknown(&id))
}

fn parse_stored(set: &StoredSet, json: &str) -> Result<Units, ApiError> {
    let units = Units::read(json, Some(set.encoding)).map(|(units, _)| units);
    units.map_err(|errors| ApiError::internal(format!("a stored set does not parse: {errors:?}")))
}

fn unknown(id: &SetId) -> ApiError {
    ApiError::field("equation", format!("There is no set \"{}\" in this session.", id.as_str()))
}
