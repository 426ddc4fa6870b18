//! Makes counts, notifications and timelines of what people do, from the stream of `social`.
//!
//! A record comes at least once, in any batch: alone, with others, again. So nothing here may depend on the cut, and
//! everything can be done twice: a count leaves its record's mark, a notification is named after its cause, a job too,
//! and what a follow brought is written and removed under that follow's own id. What is answered as failed comes
//! again together with everything behind it, which is why what succeeded beside it does no harm the second time.

mod batch;
mod effects;
mod feed;
mod record;
mod telling;

pub use feed::Feed;
