//! The check that authors still exist, which reactions and comments make concurrently with their write.

use aviary_model::UserId;
use aviary_store::{PageData, PageKeys};
use aviary_web::ApiError;

use crate::state::TweetsState;

/// Runs `write` concurrently with a read of these authors' profiles. One round trip.
///
/// The content of a deleted account stays stored until the purge removes it, with all that was done to it meanwhile.
/// Until then it is hidden.
///
/// # Errors
/// 404 if one of the authors is deleted. `write` has run all the same.
pub(crate) async fn with_author_check<T>(
    state: &TweetsState,
    caller: UserId,
    authors: impl IntoIterator<Item = UserId>,
    write: impl Future<Output = T>,
) -> Result<(PageData, T), ApiError> {
    let authors: Vec<UserId> = authors.into_iter().collect();
    let keys = authors.iter().fold(PageKeys::by(Some(caller)), |keys, author| keys.person(*author));
    let (page_data, written) = futures_util::join!(state.page_reads.read(&keys), write);
    let page_data = page_data?;
    let exists = |author: &UserId| page_data.profile(*author).is_some();
    if authors.iter().all(exists) { Ok((page_data, written)) } else { Err(ApiError::not_found()) }
}
