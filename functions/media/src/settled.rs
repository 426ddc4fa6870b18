//! Media whose events cost nothing any more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aviary_model::MediaId;

/// How many are remembered. Then it begins anew.
const MOST: usize = 10_000;
/// So many late events of a media item are handled by each process.
const HANDLED: u32 = 8;

/// Late events of media, counted by this process: of those that were decided long ago, and of those that are gone.
/// Whoever sends a form again and again keeps the function busy for as short as can be, because others wait behind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settled(Arc<Mutex<HashMap<MediaId, u32>>>);

impl Settled {
    /// Whether no further event is handled.
    pub(crate) fn contains(&self, media: MediaId) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&media).is_some_and(|events| *events >= HANDLED)
    }

    /// Counts an event.
    pub(crate) fn count(&self, media: MediaId) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        *known.entry(media).or_default() += 1;
    }
}
