//! Notices changes of the functions' sources.
//!
//! It looks at the times of some hundred files twice a second, which costs about a millisecond. A library that is told
//! by the system (notify) would change the features of crates that all functions have, and miss changes on shared
//! folders.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::Sender,
    },
    thread,
    time::{Duration, SystemTime},
};

use crate::{process::Event, workspace::Workspace};

const PAUSE: Duration = Duration::from_millis(500);

/// What functions are built from.
const SOURCES: [&str; 4] = ["functions", "shared", "Cargo.toml", "Cargo.lock"];

/// Whether sources have changed since this was last asked.
#[derive(Clone, Debug, Default)]
pub(super) struct Sources {
    changed: Arc<AtomicBool>,
}

impl Sources {
    /// Watches from another thread, and sends [`Event::SourcesChanged`] at each change.
    pub(super) fn watch(workspace: &Workspace, sender: Sender<Event>) -> Self {
        let sources = Self::default();
        let changed = Arc::clone(&sources.changed);
        let root = workspace.root().to_owned();
        let mut before = look(&root);
        thread::spawn(move || {
            loop {
                thread::sleep(PAUSE);
                let now = look(&root);
                if now == before {
                    continue;
                }
                before = now;
                changed.store(true, Ordering::Relaxed);
                if sender.send(Event::SourcesChanged).is_err() {
                    return;
                }
            }
        });
        sources
    }

    /// Whether there was a change since the last call.
    pub(super) fn take_change(&self) -> bool {
        self.changed.swap(false, Ordering::Relaxed)
    }
}

/// Every source with the time of its last change.
fn look(root: &Path) -> Vec<(PathBuf, SystemTime)> {
    let mut found = Vec::new();
    for source in SOURCES {
        // A file that goes away meanwhile is seen the next time.
        let _ = add(&root.join(source), &mut found);
    }
    found.sort();
    found
}

fn add(path: &Path, found: &mut Vec<(PathBuf, SystemTime)>) -> io::Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    if metadata.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            // Editors keep their own files under such names.
            if !entry.file_name().to_string_lossy().starts_with('.') {
                let _ = add(&entry.path(), found);
            }
        }
    } else {
        found.push((path.to_owned(), metadata.modified()?));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_changed_a_new_and_a_removed_source_are_noticed_and_other_files_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("functions/auth/src")).unwrap();
        let source = root.join("functions/auth/src/lib.rs");
        fs::write(&source, "").unwrap();
        let first = look(root);
        fs::write(root.join("README.md"), "").unwrap();
        fs::write(root.join("functions/auth/src/.lib.rs.swp"), "").unwrap();
        assert_eq!(look(root), first);
        let later = SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000);
        fs::File::options().write(true).open(&source).unwrap().set_modified(later).unwrap();
        let second = look(root);
        assert_ne!(second, first);
        fs::write(root.join("functions/auth/src/main.rs"), "").unwrap();
        assert_ne!(look(root), second);
        fs::remove_file(root.join("functions/auth/src/main.rs")).unwrap();
        assert_eq!(look(root), second);
    }
}
