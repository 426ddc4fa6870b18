//! Is DynamoDB there?

use serde::de::IgnoredAny;

use crate::item::Key;
use crate::{Credentials, StoreError};

impl Credentials {
    /// Reads a key that nothing is kept under. One step.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.db.get::<IgnoredAny>(&self.table, Key::new("HEALTH", "HEALTH")).await.map(|_| ())
    }
}
