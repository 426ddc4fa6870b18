//! Reads all sets of a session.

use aviary_store::OpenSession;
use aviary_web::ApiError;
use bytestring::ByteString;
use futures_util::{StreamExt, TryStreamExt};

use crate::request::bytes::ReadBytes;
use crate::response::SetList;
use crate::set_storage::read;
use crate::state::IntegersState;

/// How many sets are read concurrently.
const CONCURRENT_READS: usize = 8;

/// The sets of a session.
pub(super) struct ReadSets {
    /// Their JSON, as a list.
    pub(super) json: ByteString,
    pub(super) count: u32,
    /// Whether a single query returned all of them, and no set has an object.
    pub(super) in_one_query: bool,
}

/// Reads all sets. A set that is deleted during the read is left out. One round trip for each megabyte.
pub(super) async fn read_sets(
    state: &IntegersState,
    open: &OpenSession,
    bytes: &ReadBytes<'_>,
) -> Result<ReadSets, ApiError> {
    let mut list = SetList::default();
    let mut count = 0;
    let mut after = None;
    let mut in_one_query = true;
    loop {
        let page = state.integers.page(open, after.as_ref()).await?;
        in_one_query &= page.next.is_none() && page.sets.iter().all(|set| set.object().is_none());
        let reads = page.sets.into_iter().map(|set| read(state, open, set, bytes));
        let mut reads = futures_util::stream::iter(reads).buffered(CONCURRENT_READS);
        while let Some(found) = reads.try_next().await? {
            let Some((set, units)) = found else { continue };
            count += 1;
            list.push(&set.id, set.encoding, &units)?;
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    Ok(ReadSets { json: list.finish(), count, in_one_query })
}
