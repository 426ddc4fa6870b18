//! Moves an object, which is three files, into its place atomically. A journal names the files; after a crash they are
//! moved again, so that no object ever has another's headers.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::key::{Address, STAGING, remove_if_there};

const JOURNAL: &str = "commit";

/// Moves the object at `staged` to `target`, and replaces an existing one.
pub(crate) fn commit(root: &Path, staged: &Address, target: &Address) -> io::Result<()> {
    for name in [staged.attributes_name(), staged.info_name()] {
        let path = root.join(name);
        if !path.exists() {
            // So that the old object's file is always replaced.
            fs::write(path, b"{}")?;
        }
    }
    let journal = journal_path(root, staged);
    let unfinished = journal.with_extension("new");
    let entry = json!({"staged": staged.key, "bucket": target.bucket, "key": target.key});
    let mut file = fs::File::create(&unfinished)?;
    file.write_all(entry.to_string().as_bytes())?;
    fs::rename(&unfinished, &journal)?;
    apply(root, staged, target)?;
    fs::remove_file(journal)
}

fn journal_path(root: &Path, staged: &Address) -> PathBuf {
    root.join(STAGING).join(format!("{}.{JOURNAL}", staged.key))
}

/// Can be repeated: a missing file has been moved already.
fn apply(root: &Path, staged: &Address, target: &Address) -> io::Result<()> {
    let object = root.join(&target.bucket).join(&target.key);
    if let Some(folder) = object.parent() {
        fs::create_dir_all(folder)?;
    }
    move_if_there(&root.join(staged.attributes_name()), &root.join(target.attributes_name()))?;
    move_if_there(&root.join(staged.info_name()), &root.join(target.info_name()))?;
    move_if_there(&root.join(STAGING).join(&staged.key), &object)
}

fn move_if_there(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Finishes every commit that was begun, and deletes every incomplete object.
pub(crate) fn recover(root: &Path) -> io::Result<()> {
    let staging = root.join(STAGING);
    for path in paths(&staging)? {
        if path.extension().is_some_and(|extension| extension == JOURNAL) {
            let entry: Value = serde_json::from_slice(&fs::read(&path)?).map_err(io::Error::other)?;
            let field = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let staged = Address { bucket: STAGING.to_owned(), key: field("staged") };
            apply(root, &staged, &Address { bucket: field("bucket"), key: field("key") })?;
            fs::remove_file(path)?;
        }
    }
    for path in paths(&staging)? {
        remove_if_there(&path)?;
    }
    let prefix = format!(".bucket-{}.object-", URL_SAFE_NO_PAD.encode(STAGING));
    for path in paths(root)? {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        // Multipart uploads can continue after a restart.
        if name.starts_with(&prefix) && !name.contains(".upload-") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn paths(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn address(bucket: &str, key: &str) -> Address {
        Address { bucket: bucket.to_owned(), key: key.to_owned() }
    }

    /// Writes the three files of an object with `content` in each.
    fn object(root: &Path, at: &Address, content: &str) {
        let path = root.join(&at.bucket).join(&at.key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        for path in files(root, at) {
            fs::write(path, content).unwrap();
        }
    }

    fn files(root: &Path, at: &Address) -> [PathBuf; 3] {
        [root.join(&at.bucket).join(&at.key), root.join(at.attributes_name()), root.join(at.info_name())]
    }

    fn contents(root: &Path, at: &Address) -> [String; 3] {
        files(root, at).map(|path| fs::read_to_string(path).unwrap())
    }

    #[test]
    fn an_interrupted_commit_is_finished_at_the_next_start() {
        for moved in 0..=3 {
            let root = tempfile::tempdir().unwrap();
            let root = root.path();
            let (staged, target) = (address(STAGING, "o1"), address("media", "public/a"));
            object(root, &target, "old");
            object(root, &staged, "new");
            let entry = json!({"staged": "o1", "bucket": "media", "key": "public/a"});
            fs::write(journal_path(root, &staged), entry.to_string()).unwrap();
            // The state after a killed process: only some of the files are moved.
            let order = [1, 2, 0];
            for file in order.iter().take(moved) {
                fs::rename(&files(root, &staged)[*file], &files(root, &target)[*file]).unwrap();
            }
            recover(root).unwrap();
            assert_eq!(contents(root, &target), ["new", "new", "new"], "{moved} moved");
            assert_eq!(paths(&root.join(STAGING)).unwrap(), Vec::<PathBuf>::new());
        }
    }

    #[test]
    fn a_failed_commit_is_finished_at_the_next_start() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        let (staged, target) = (address(STAGING, "o1"), address("media", "a"));
        object(root, &staged, "new");
        // A folder with the name of the last file blocks its move.
        fs::create_dir_all(root.join("media/a/b")).unwrap();
        commit(root, &staged, &target).unwrap_err();
        fs::remove_dir_all(root.join("media/a")).unwrap();
        recover(root).unwrap();
        assert_eq!(contents(root, &target), ["new", "new", "new"]);
    }

    #[test]
    fn uncommitted_files_are_deleted_at_the_start_and_the_old_object_stays() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        let (staged, target) = (address(STAGING, "o1"), address("media", "a"));
        object(root, &target, "old");
        object(root, &staged, "new");
        fs::write(root.join(STAGING).join("o1.new"), "{").unwrap();
        recover(root).unwrap();
        assert_eq!(contents(root, &target), ["old", "old", "old"]);
        assert!(files(root, &staged).iter().all(|path| !path.exists()));
    }
}
