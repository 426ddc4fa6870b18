//! The files below s3s-fs: their paths, and writes and deletions of whole objects.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use s3s::{S3Error, S3Result, s3_error};
use serde_json::Value;
use tokio::sync::{OwnedRwLockReadGuard, RwLock};

use super::commit;
use super::conditions::Conditions;
use super::key::{Address, STAGING, remove_if_there};

/// The files of all buckets, and the lock for changing objects.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    root: Arc<Path>,
    lock: Arc<RwLock<()>>,
    staged: Arc<AtomicU64>,
}

impl Files {
    /// Opens `root`, finishes commits that a killed process began, and deletes incomplete objects.
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root.join(STAGING))?;
        commit::recover(root)?;
        Ok(Self { root: root.into(), lock: Arc::default(), staged: Arc::default() })
    }

    pub(crate) fn ensure_bucket(&self, name: &str) -> io::Result<()> {
        fs::create_dir_all(self.root.join(name))
    }

    pub(crate) fn require_bucket(&self, name: &str) -> S3Result<()> {
        if self.root.join(name).is_dir() { Ok(()) } else { Err(s3_error!(NoSuchBucket, "The bucket does not exist")) }
    }

    /// Fails as S3 does if there is no object at `address`. A folder is not an object.
    pub(crate) fn require_object(&self, address: &Address) -> S3Result<()> {
        self.require_bucket(&address.bucket)?;
        if self.path(address).is_file() { Ok(()) } else { Err(s3_error!(NoSuchKey, "The object does not exist")) }
    }

    pub(crate) fn has_file(&self, name: &str) -> bool {
        self.root.join(name).is_file()
    }

    /// An address for one object that is being written. Dropping the result deletes its files.
    pub(crate) fn stage(&self) -> Staged {
        let key = format!("o{}", self.staged.fetch_add(1, Ordering::Relaxed));
        self.stage_as(key)
    }

    pub(crate) fn stage_as(&self, key: String) -> Staged {
        Staged { address: Address { bucket: STAGING.to_owned(), key }, root: Arc::clone(&self.root) }
    }

    /// While the guard is held, no object changes, so the files of an object belong together.
    pub(crate) async fn reading(&self) -> OwnedRwLockReadGuard<()> {
        Arc::clone(&self.lock).read_owned().await
    }

    /// Moves the staged object to `target` atomically, if `conditions` hold.
    pub(crate) async fn commit(&self, staged: Staged, target: Address, conditions: Conditions) -> S3Result<()> {
        self.exclusively(move |files| {
            files.require_bucket(&target.bucket)?;
            conditions.check_write(files.etag(&target)?.as_deref())?;
            files.make_room(&target)?;
            commit::commit(&files.root, &staged.address, &target).map_err(S3Error::internal_error)
        })
        .await
    }

    /// Deletes the object at `address`, if there is one.
    pub(crate) async fn delete(&self, address: Address) -> S3Result<()> {
        self.exclusively(move |files| {
            files.require_bucket(&address.bucket)?;
            if files.path(&address).is_file() {
                files.remove(&address).map_err(S3Error::internal_error)?;
            }
            Ok(())
        })
        .await
    }

    /// Deletes a bucket that has no objects.
    pub(crate) async fn delete_bucket(&self, name: String) -> S3Result<()> {
        self.exclusively(move |files| {
            files.require_bucket(&name)?;
            let folder = files.root.join(&name);
            if has_file_below(&folder).map_err(S3Error::internal_error)? {
                return Err(s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty"));
            }
            fs::remove_dir_all(folder).map_err(S3Error::internal_error)
        })
        .await
    }

    async fn exclusively(&self, work: impl FnOnce(&Self) -> S3Result<()> + Send + 'static) -> S3Result<()> {
        let files = self.clone();
        // The lock is taken inside, so that it is held to the end even if the client disconnects.
        let work = move || {
            let _writing = files.lock.blocking_write();
            work(&files)
        };
        tokio::task::spawn_blocking(work).await.map_err(S3Error::internal_error)?
    }

    pub(crate) fn path(&self, address: &Address) -> PathBuf {
        self.root.join(&address.bucket).join(&address.key)
    }

    /// The bytes of the object at `address`.
    pub(crate) fn size(&self, address: &Address) -> io::Result<u64> {
        fs::metadata(self.path(address)).map(|metadata| metadata.len())
    }

    /// The ETag of the object at `address`, if there is one.
    pub(crate) fn etag(&self, address: &Address) -> S3Result<Option<String>> {
        if !self.path(address).is_file() {
            return Ok(None);
        }
        let info = fs::read(self.root.join(address.info_name())).map_err(S3Error::internal_error)?;
        let info: Value = serde_json::from_slice(&info).map_err(S3Error::internal_error)?;
        Ok(Some(info.get("e_tag").and_then(Value::as_str).unwrap_or_default().to_owned()))
    }

    /// Refuses a key that is below another object's key or above it, because a path cannot be file and folder.
    fn make_room(&self, address: &Address) -> S3Result<()> {
        let conflict = || {
            s3_error!(
                InvalidArgument,
                "The local S3 keeps no object whose key is a folder of another: `{}` clashes with one that is there",
                address.key
            )
        };
        let bucket = self.root.join(&address.bucket);
        let path = self.path(address);
        if path.ancestors().skip(1).take_while(|folder| *folder != bucket).any(Path::is_file) {
            return Err(conflict());
        }
        if path.is_dir() {
            if has_file_below(&path).map_err(S3Error::internal_error)? {
                return Err(conflict());
            }
            fs::remove_dir_all(&path).map_err(S3Error::internal_error)?;
        }
        path.parent().map_or(Ok(()), fs::create_dir_all).map_err(S3Error::internal_error)
    }

    fn remove(&self, address: &Address) -> io::Result<()> {
        // The object is deleted first: its other files mean nothing without it.
        fs::remove_file(self.path(address))?;
        for name in [address.attributes_name(), address.info_name()] {
            remove_if_there(&self.root.join(name))?;
        }
        let bucket = self.root.join(&address.bucket);
        for folder in self.path(address).ancestors().skip(1).take_while(|folder| *folder != bucket) {
            // Fails at the first folder that is not empty, which ends the loop.
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }
}

/// An object that is being written. Dropping it deletes its files.
#[derive(Debug)]
pub(crate) struct Staged {
    pub(crate) address: Address,
    root: Arc<Path>,
}

impl Drop for Staged {
    fn drop(&mut self) {
        let beside = [self.address.attributes_name(), self.address.info_name()];
        let object = self.root.join(STAGING).join(&self.address.key);
        for path in beside.iter().map(|name| self.root.join(name)).chain([object]) {
            if let Err(error) = remove_if_there(&path) {
                tracing::warn!(%error, path = %path.display(), "a staged file was not deleted; the next start does it");
            }
        }
    }
}

fn has_file_below(folder: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() || has_file_below(&entry.path())? {
            return Ok(true);
        }
    }
    Ok(false)
}
