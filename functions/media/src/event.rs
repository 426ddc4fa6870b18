//! The event of a new object, as EventBridge delivers it.

use serde::Deserialize;
use serde_json::Value;

/// A new object in the bucket.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct NewObject {
    pub(crate) key: String,
    pub(crate) size: u64,
    /// What S3 calls this version of it.
    pub(crate) etag: String,
}

/// The event is of another kind.
#[derive(Debug, thiserror::Error)]
#[error("the event is not that of a new object")]
pub(crate) struct UnknownEvent;

impl NewObject {
    /// Reads an event.
    pub(crate) fn read(event: &Value) -> Result<Self, UnknownEvent> {
        let is_new = event.get("detail-type").and_then(Value::as_str) == Some("Object Created");
        let object = event.pointer("/detail/object").filter(|_| is_new).ok_or(UnknownEvent)?;
        Self::deserialize(object).map_err(|_| UnknownEvent)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_new_objects_are_read() {
        let object = json!({"key": "incoming/media/x/y", "size": 3, "etag": "abc", "sequencer": "1"});
        let event = |kind: &str| json!({"detail-type": kind, "source": "aws.s3", "detail": {"object": object}});
        let read = NewObject::read(&event("Object Created")).ok();
        assert_eq!(read, Some(NewObject { key: "incoming/media/x/y".to_owned(), size: 3, etag: "abc".to_owned() }));
        for other in
            [event("Object Deleted"), json!({}), json!({"detail-type": "Object Created", "detail": {"object": 1}})]
        {
            assert!(NewObject::read(&other).is_err(), "{other}");
        }
    }
}
