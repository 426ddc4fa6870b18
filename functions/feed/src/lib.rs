//! Derives counters, notifications and timelines from the stream of `social`.
//!
//! The stream delivers a record at least once, in any batch: alone, with others, or again. So no result may depend on how
//! records are batched, and every write can run twice: a count leaves a mark for its record, notifications and jobs are
//! named after their cause, and timeline entries carry the id of the follow that put them there. Lambda delivers a failed
//! record again together with all that follow it, so what succeeded in the first attempt runs a second time.

mod batch;
mod effects;
mod feed;
mod notifications;
mod record;

pub use feed::Feed;
