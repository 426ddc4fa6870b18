//! Compares the media in the bucket with the items that name them: objects that no item knows, and items whose object is
//! missing.

use std::collections::HashSet;
use std::io::{self, Write};
use std::time::Duration;

use aviary_media::{Bucket, MediaError, MediaPart, ObjectKey};
use aviary_store::StoreError;

use crate::operator::Operator;

/// What is done with what is found.
#[derive(Clone, Copy, Debug)]
pub struct SweepingMedia {
    /// Whether objects that no item knows are removed.
    pub repair: bool,
    /// How long an object must be unknown. Files of a request are stored before the item that names them.
    pub pause: Duration,
}

/// Why a sweep stopped.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// DynamoDB did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// S3 did not answer.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// The result can't be printed.
    #[error("cannot print the result: {0}")]
    Print(#[from] io::Error),
}

/// The result of a sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MediaSummary {
    /// Objects in the bucket.
    pub objects: usize,
    /// Objects that no item knows.
    pub unknown: usize,
    /// Of these, those that were removed.
    pub removed: usize,
    /// Objects that an item names and that do not exist.
    pub missing: usize,
}

impl MediaSummary {
    /// Whether every object has an item, or was removed, and every item its objects.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.unknown == self.removed && self.missing == 0
    }
}

impl std::fmt::Display for MediaSummary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { objects, unknown, removed, missing } = self;
        write!(f, "{objects} objects: {unknown} that no item names, {removed} of them removed; {missing} missing.")
    }
}

/// Lists all media in the bucket, reads the whole `social` table twice, and prints what does not fit.
///
/// # Errors
/// When DynamoDB or S3 does not answer.
pub async fn sweep_media(
    operator: &Operator,
    bucket: &Bucket,
    sweeping: SweepingMedia,
    out: &mut impl Write,
) -> Result<MediaSummary, SweepError> {
    let before = listed(bucket).await?;
    let named = named(operator).await?;
    let mut unknown: Vec<&String> = before.difference(&named).collect();
    let mut missing: Vec<&String> = named.difference(&before).collect();
    if !unknown.is_empty() || !missing.is_empty() {
        tokio::time::sleep(sweeping.pause).await;
    }
    // What changed meanwhile is no finding.
    let (now_named, now) = (self::named(operator).await?, listed(bucket).await?);
    unknown.retain(|key| now.contains(*key) && !now_named.contains(*key));
    missing.retain(|key| !now.contains(*key) && now_named.contains(*key));
    unknown.sort();
    missing.sort();
    let mut summary =
        MediaSummary { objects: before.len(), unknown: unknown.len(), missing: missing.len(), removed: 0 };
    for key in unknown {
        let removed = match key.parse::<ObjectKey>() {
            Ok(key) if sweeping.repair => bucket.delete(&[key]).await.map(|()| true)?,
            _ => false,
        };
        summary.removed += usize::from(removed);
        writeln!(out, "{key}: no item names it{}", if removed { "; removed" } else { "" })?;
    }
    for key in missing {
        writeln!(out, "{key}: an item names it, and it does not exist")?;
    }
    Ok(summary)
}

async fn listed(bucket: &Bucket) -> Result<HashSet<String>, SweepError> {
    let mut keys = HashSet::new();
    for part in MediaPart::ALL {
        let mut after = None;
        loop {
            let page = bucket.media_keys(part, after.as_deref()).await?;
            keys.extend(page.keys);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(keys)
}

async fn named(operator: &Operator) -> Result<HashSet<String>, SweepError> {
    let (mut keys, mut from) = (HashSet::new(), None);
    loop {
        from = operator.media_names.walk(&mut keys, from).await?;
        if from.is_none() {
            return Ok(keys);
        }
    }
}
