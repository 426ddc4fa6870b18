//! Removes a folder.

use crate::bucket::Bucket;
use crate::bucket::error::MediaError;
use crate::keys::folder::Folder;

impl Bucket {
    /// Removes all objects of a folder and returns their number. One request to S3 for an empty folder, two for each
    /// 1,000 objects. It can be repeated.
    ///
    /// # Errors
    /// [`MediaError`]. Some of the objects may be removed then.
    pub async fn delete_all(&self, folder: &Folder) -> Result<usize, MediaError> {
        self.delete_all_but(folder, &[]).await
    }

    /// Removes all objects of a folder but these few, and returns the number of the removed ones. One request to S3 if
    /// there are no others, two for each 1,000 objects. It can be repeated.
    ///
    /// # Errors
    /// [`MediaError`]. Some of the objects may be removed then.
    pub async fn delete_all_but(&self, folder: &Folder, kept: &[&str]) -> Result<usize, MediaError> {
        let mut removed = 0;
        loop {
            let list = self.client.list_objects_v2().bucket(&self.name).prefix(folder.as_str());
            let list = list.send().await.map_err(|error| MediaError::s3("ListObjectsV2", error))?;
            let keys = list.contents().iter().filter_map(|object| object.key());
            let keys: Vec<&str> = keys.filter(|key| !kept.contains(key)).collect();
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
