//! Removes what nothing leads to of the integer sets. What an item or a manifest names is never touched, however old it
//! is. A key and a generation are used once, so what is unnamed when its job is due will not be named again.

use aviary_media::{Folder, InvalidKey, PrivateKey};
use aviary_model::{GenerationId, IntegerSession, SetId, UploadId, UserId};

use aviary_store::{Manifest, Task};

use crate::outcome::{Outcome, TaskError};
use crate::worker::Worker;

/// Pages of a generation in one run; the rest is done in the next, which the stream brings at once.
const PAGES: usize = 8;
/// When a session is deleted once more: a request that was under way may have made it anew.
const AGAIN_AFTER_SECONDS: i64 = 60;

impl Worker {
    /// The object of a version that was replaced or deleted.
    pub(crate) async fn remove_integer_object(&self, user: UserId, key: &str) -> Result<Outcome, TaskError> {
        self.bucket.delete_private(&own(user, key)?).await?;
        Ok(Outcome::Done)
    }

    /// The object of a version whose writer may have died before the set named it.
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

    /// A generation that was replaced, or that its session was never led to.
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

    /// What was lent of a session that has ended. In the second round only if it was not made anew: its owner may have
    /// been lent something by then, and what is left is removed by its age.
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

    /// The session of a web session that was left for good, and all that were made under it: each manifest goes at once,
    /// the rest by jobs of its own.
    pub(crate) async fn delete_integer_session(
        &self,
        user: UserId,
        session: &IntegerSession,
        round: u32,
    ) -> Result<Outcome, TaskError> {
        let now = self.clock.now();
        if !self.integers.delete_session(user, session, now).await? {
            // It may have ended before, and what it lent with it.
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

    /// All that a deleted account has: each manifest goes after what it leads to, and at last what nothing led to.
    /// True if there is more.
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

    /// Removes a generation's objects and then its sets, which alone lead to them. True if there are more.
    async fn empty_generation(&self, user: UserId, generation: GenerationId) -> Result<bool, TaskError> {
        self.bucket.delete_all(&Folder::integers_generation(user, generation)).await?;
        for _ in 0..PAGES {
            if !self.integers.remove_sets(user, generation).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What a user sent for a request, whether it came or not.
    pub(crate) async fn remove_integer_upload(&self, user: UserId, upload: UploadId) -> Result<Outcome, TaskError> {
        self.bucket.delete_private(&PrivateKey::integers_upload(user, upload)).await?;
        Ok(Outcome::Done)
    }
}

/// The key in a job, if it is one of the user's own sets; no other object is removed on a job's word.
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
