//! Removes integer sets and objects that nothing refers to. What an item or a manifest names is never removed, however
//! old it is. Keys and generations are used only once, so what is unnamed when its job is due stays unnamed.

use aviary_media::{Folder, InvalidKey, PrivateKey};
use aviary_model::{GenerationId, IntegerSession, SetId, UploadId, UserId};

use aviary_store::{Manifest, Task};

use crate::outcome::{Outcome, TaskError};
use crate::worker::Worker;

/// Pages of a generation in one run. The next run continues at once, because the stream delivers the changed job.
const PAGES: usize = 8;
/// When a session is deleted once more, because a request that was under way may have created it again.
const AGAIN_AFTER_SECONDS: i64 = 60;

impl Worker {
    /// Removes the object of a version that was replaced or deleted.
    pub(crate) async fn remove_integer_object(&self, user: UserId, key: &str) -> Result<Outcome, TaskError> {
        self.bucket.delete_private(&own(user, key)?).await?;
        Ok(Outcome::Done)
    }

    /// Removes the object of a version, unless its set names it. The writer may have died before that.
    pub(crate) async fn check_integer_object(
        &self,
        user: UserId,
        generation: GenerationId,
        set: &SetId,
        key: &str,
    ) -> Result<Outcome, TaskError> {
        if self.integers.names_object(user, generation, set, key).await? {
            return Ok(Outcome::Done);
        }
        self.remove_integer_object(user, key).await
    }

    /// Removes a generation, unless its session leads to it. It was replaced, or its writer died.
    pub(crate) async fn remove_integer_generation(
        &self,
        user: UserId,
        session: &IntegerSession,
        generation: GenerationId,
    ) -> Result<Outcome, TaskError> {
        if self.integers.leads_to(user, session, generation).await? {
            return Ok(Outcome::Done);
        }
        if self.empty_generation(user, generation).await? {
            let task = Task::RemoveIntegerGeneration { user, session: session.clone(), generation };
            return Ok(Outcome::Again { task, after_seconds: 0 });
        }
        Ok(Outcome::Done)
    }

    /// Removes the downloads of a session that has ended. The second round leaves them if the session was created again:
    /// its owner may have new downloads by then, and old ones are removed by their age.
    pub(crate) async fn remove_integer_downloads(
        &self,
        user: UserId,
        session: &IntegerSession,
        round: u32,
    ) -> Result<Outcome, TaskError> {
        if round > 0 && self.integers.is_there(user, session).await? {
            return Ok(Outcome::Done);
        }
        self.bucket.delete_all(&Folder::session_downloads(user, session)).await?;
        if round > 0 {
            return Ok(Outcome::Done);
        }
        let task = Task::RemoveIntegerDownloads { user, session: session.clone(), round: 1 };
        Ok(Outcome::Again { task, after_seconds: AGAIN_AFTER_SECONDS })
    }

    /// Deletes the session of a web session that was ended, and all sessions made under it. Each manifest is deleted at
    /// once, and separate jobs remove the rest.
    pub(crate) async fn delete_integer_session(
        &self,
        user: UserId,
        session: &IntegerSession,
        round: u32,
    ) -> Result<Outcome, TaskError> {
        let now = self.clock.now();
        if !self.integers.delete_session(user, session, now).await? {
            // The session may have ended before, with downloads left.
            self.bucket.delete_all(&Folder::session_downloads(user, session)).await?;
        }
        let mut after = None;
        loop {
            let page = self.integers.sessions(user, after.as_ref()).await?;
            let made_under = |manifest: &Manifest| manifest.made_under.as_ref() == Some(session);
            for (other, _) in page.sessions.iter().filter(|(_, manifest)| made_under(manifest)) {
                self.integers.delete_session(user, other, now).await?;
            }
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        if round > 0 {
            return Ok(Outcome::Done);
        }
        let task = Task::DeleteIntegerSession { user, session: session.clone(), round: 1 };
        Ok(Outcome::Again { task, after_seconds: AGAIN_AFTER_SECONDS })
    }

    /// Removes the integers of a deleted account: what each manifest leads to, then the manifest, and at last objects
    /// that nothing leads to. True if more is left.
    pub(crate) async fn purge_integers(&self, user: UserId) -> Result<bool, TaskError> {
        for _ in 0..PAGES {
            let page = self.integers.sessions(user, None).await?;
            if page.sessions.is_empty() {
                for folder in [Folder::integers(user), Folder::integers_uploads(user), Folder::downloads(user)] {
                    self.bucket.delete_all(&folder).await?;
                }
                self.integers.forget_count(user).await?;
                return Ok(false);
            }
            for (session, manifest) in page.sessions {
                if self.empty_generation(user, manifest.generation).await? {
                    return Ok(true);
                }
                self.integers.remove_manifest(user, &session, &manifest).await?;
            }
        }
        Ok(true)
    }

    /// Removes a generation's objects, and then its sets, because only they lead to the objects. True if more are left.
    async fn empty_generation(&self, user: UserId, generation: GenerationId) -> Result<bool, TaskError> {
        self.bucket.delete_all(&Folder::integers_generation(user, generation)).await?;
        for _ in 0..PAGES {
            if !self.integers.remove_sets(user, generation).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Removes the object that a user uploaded for a request, if there is one.
    pub(crate) async fn remove_integer_upload(&self, user: UserId, upload: UploadId) -> Result<Outcome, TaskError> {
        self.bucket.delete_private(&PrivateKey::integers_upload(user, upload)).await?;
        Ok(Outcome::Done)
    }
}

/// Parses the key in a job. A job may only remove objects of its user's sets.
fn own(user: UserId, key: &str) -> Result<PrivateKey, InvalidKey> {
    let key: PrivateKey = key.parse()?;
    if key.as_str().starts_with(Folder::integers(user).as_str()) { Ok(key) } else { Err(InvalidKey::of(key.as_str())) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const USER: &str = "01901234-5678-7abc-8def-0123456789ab";
    const OTHER: &str = "01901234-5678-7abc-8def-0123456789ac";

    #[test]
    fn a_job_removes_only_the_sets_of_its_user() {
        let (user, other): (UserId, UserId) = (USER.parse().unwrap(), OTHER.parse().unwrap());
        let generation = OTHER.parse().unwrap();
        let key = PrivateKey::integers(user, generation, 1);
        assert_eq!(own(user, key.as_str()), Ok(key));
        for wrong in [
            PrivateKey::integers(other, generation, 1).into_string(),
            PrivateKey::integers_upload(user, USER.parse().unwrap()).into_string(),
            PrivateKey::download(user, &IntegerSession::default_name(), 1).into_string(),
            format!("public/avatars/{USER}/x.png"),
            String::new(),
        ] {
            assert!(own(user, &wrong).is_err(), "{wrong}");
        }
    }
}
