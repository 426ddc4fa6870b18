//! What the stream of `social` would bring: the difference between what was there and what is.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use crate::world::{Item, World};

impl World {
    /// A record for each item that has changed since the last call.
    pub(crate) async fn records(&self) -> Vec<Value> {
        let now = self.items("SocialTable").await;
        let before = std::mem::replace(&mut *self.seen.lock().unwrap(), now.clone());
        let mut records = Vec::new();
        let mut keys: Vec<_> = before.keys().chain(now.keys()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let (old, new) = (before.get(key), now.get(key));
            if old != new {
                records.push(self.record(old, new));
            }
        }
        records
    }

    pub(crate) fn record(&self, old: Option<&Item>, new: Option<&Item>) -> Value {
        let mut events = self.events.lock().unwrap();
        *events += 1;
        let event = match (old, new) {
            (None, _) => "INSERT",
            (_, None) => "REMOVE",
            _ => "MODIFY",
        };
        let mut change = json!({
            "SequenceNumber": format!("{:021}", *events),
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        });
        for (name, image) in [("OldImage", old), ("NewImage", new)] {
            if let Some(image) = image {
                change[name] = as_json(&AttributeValue::M(image.clone()))["M"].clone();
            }
        }
        json!({
            "eventID": format!("event-{events}"),
            "eventName": event,
            "eventSource": "aws:dynamodb",
            "dynamodb": change,
        })
    }
}

/// An attribute in DynamoDB's JSON, as a stream's event has it.
fn as_json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(flag) => json!({ "BOOL": flag }),
        AttributeValue::Null(_) => json!({ "NULL": true }),
        AttributeValue::L(list) => json!({ "L": list.iter().map(as_json).collect::<Vec<_>>() }),
        AttributeValue::M(map) => {
            let sorted: BTreeMap<_, _> = map.iter().map(|(name, value)| (name, as_json(value))).collect();
            json!({ "M": sorted })
        }
        other => panic!("no item of ours has {other:?}"),
    }
}
