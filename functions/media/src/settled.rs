//! Media whose events cost nothing any more.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use aviary_model::MediaId;

/// How many are remembered. Then it begins anew.
const MOST: usize = 10_000;

/// Media that were decided long ago as this process knows. Whoever sends a form again and again keeps the function busy
/// for as short as can be: others wait behind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settled(Arc<Mutex<HashSet<MediaId>>>);

impl Settled {
    pub(crate) fn contains(&self, media: MediaId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&media)
    }

    pub(crate) fn add(&self, media: MediaId) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(media);
    }
}
