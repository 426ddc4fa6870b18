//! The records of the stream of `social`: the difference between the table's items then and now.

use serde_json::Value;
use test_support::stream_record;

use crate::world::World;

impl World {
    /// A record for each item that changed since the last call.
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
                records.push(stream_record(&self.next_sequence_number(), old, new));
            }
        }
        records
    }

    /// The sequence number of the next record.
    pub(crate) fn next_sequence_number(&self) -> String {
        let mut events = self.events.lock().unwrap();
        *events += 1;
        format!("{:021}", *events)
    }
}
