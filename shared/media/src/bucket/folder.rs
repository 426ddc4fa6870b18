//! Removing everything that one owner has in the bucket.

use super::Bucket;
use crate::{Folder, MediaError};

impl Bucket {
    /// Removes all objects of a folder, whatever their names; one request to S3 if there are none, two for each
    /// 1,000. Answers how many there were. Repeating it is harmless.
    ///
    /// # Errors
    ///
    /// [`MediaError`]; some of the objects may be gone then.
    pub async fn delete_all(&self, folder: &Folder) -> Result<usize, MediaError> {
        let mut removed = 0;
        loop {
            let list = self.client.list_objects_v2().bucket(&self.name).prefix(folder.as_str());
            let list = list.send().await.map_err(|error| MediaError::s3("ListObjectsV2", error))?;
            let keys: Vec<&str> = list.contents().iter().filter_map(|object| object.key()).collect();
            if keys.is_empty() {
                return Ok(removed);
            }
            self.delete_some(&keys).await?;
            removed += keys.len();
            if list.is_truncated() != Some(true) {
                return Ok(removed);
            }
        }
    }
}
