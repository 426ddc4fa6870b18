//! What nothing leads to of the integer sets goes, and nothing else, however old it is.

use aviary_media::PrivateKey;
use aviary_model::{Encoding, GenerationId, IntegerSession, SetId, UploadId, UserId};
use aviary_store::{Job, JobId, OpenSession, SetContent, SetWrite, StoredSet, Task, Written};

use crate::fixture::{Fixture, NOW, Random};

const HOUR: i64 = 3_600;

pub(crate) fn session(name: &str) -> IntegerSession {
    IntegerSession::parse(name).unwrap()
}

fn set_id(name: &str) -> SetId {
    SetId::parse(name).unwrap()
}

impl Fixture {
    /// Two sessions, one with a small and a large set, the other with a large one that is lost; and an upload.
    pub(crate) async fn integers(&self, user: UserId) {
        let a = self.session(user, "a").await;
        self.small(&a, "small").await;
        self.large(&self.session(user, "a").await, "large", 1).await;
        let b = self.session(user, "b").await;
        let (lost, _) = self.large(&b, "lost", 2).await;
        self.bucket.delete_private(&lost).await.unwrap();
        self.download(user, "a", 4).await;
        // Its own job may not have come yet.
        let upload = UploadId::new(NOW, &Random).unwrap();
        self.object(&PrivateKey::integers_upload(user, upload)).await;
    }

    /// Stores a download for a session.
    async fn download(&self, user: UserId, name: &str, random: u128) -> PrivateKey {
        let key = PrivateKey::download(user, &session(name), random);
        self.object(&key).await;
        key
    }

    async fn session(&self, user: UserId, name: &str) -> OpenSession {
        self.integers.open(user, &session(name), NOW).await.unwrap()
    }

    async fn small(&self, open: &OpenSession, name: &str) {
        let set = self.stored(name, SetContent::Inline("[]".to_owned()));
        self.write(open, &set, None).await;
    }

    /// Writes a set with an object, as `integers` does: the job, the object, the set. Returns the key and the job.
    async fn large(&self, open: &OpenSession, name: &str, random: u128) -> (PrivateKey, JobId) {
        let (key, check) = self.begun(open, name, random).await;
        let set = self.stored(name, SetContent::Object(key.as_str().to_owned()));
        self.write(open, &set, Some(check)).await;
        (key, check)
    }

    /// The same by a writer that dies before it writes the set.
    async fn begun(&self, open: &OpenSession, name: &str, random: u128) -> (PrivateKey, JobId) {
        let key = PrivateKey::integers(open.user, open.generation, random);
        let check = self.integers.announce_object(open, &set_id(name), key.as_str(), self.moment()).await.unwrap();
        self.object(&key).await;
        (key, check)
    }

    async fn write(&self, open: &OpenSession, set: &StoredSet, check: Option<JobId>) {
        let write = SetWrite { now: self.moment(), check, claim: None };
        assert_eq!(self.integers.write(open, set, &write).await.unwrap(), Written::Done);
    }

    fn moment(&self) -> aviary_model::Timestamp {
        aviary_model::Clock::now(self.clock.as_ref())
    }

    fn stored(&self, name: &str, content: SetContent) -> StoredSet {
        let version = self.integers.new_version(NOW).unwrap();
        StoredSet { id: set_id(name), version, encoding: Encoding::Number, units: 1, bytes: 2, content }
    }

    async fn object(&self, key: &PrivateKey) {
        self.bucket.put_private(key, "application/json", &["[]".into()]).await.unwrap();
    }

    async fn exists(&self, key: &PrivateKey) -> bool {
        self.bucket.get_private(key, 100).await.unwrap().is_some()
    }

    async fn is_done(&self, id: JobId) -> bool {
        self.tables.jobs.by_id(id).await.unwrap().is_none()
    }
}

/// Delivers the job twice concurrently and then once more.
async fn thrice(fixture: &Fixture, job: &Job) {
    let event = fixture.event(&[job, job]).await;
    let (one, other) = tokio::join!(fixture.hand(&event), fixture.hand(&event));
    assert_eq!((one, other, fixture.hand(&event).await), (Vec::new(), Vec::new(), Vec::new()));
    assert_eq!(fixture.now(job).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_object_is_removed_after_five_minutes() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await.id;
    let (old, _) = fixture.large(&fixture.session(user, "s").await, "x", 1).await;
    let (new, _) = fixture.large(&fixture.session(user, "s").await, "x", 2).await;
    assert_eq!(fixture.sweep_after(290).await, 0);
    assert!(fixture.exists(&old).await, "requests that have read the item may still read it");
    assert_eq!(fixture.sweep_after(11).await, 1);
    assert_eq!((fixture.exists(&old).await, fixture.exists(&new).await), (false, true));
    // The writes completed the jobs that check the objects.
    assert_eq!(fixture.sweep_after(30 * 24 * HOUR).await, 0);
    assert!(fixture.exists(&new).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_without_a_set_is_removed_after_an_hour() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await.id;
    let (old, _) = fixture.large(&fixture.session(user, "s").await, "x", 1).await;
    let (left, check) = fixture.begun(&fixture.session(user, "s").await, "x", 2).await;
    // One in a session without sets.
    let (alone, other) = fixture.begun(&fixture.session(user, "new").await, "x", 3).await;
    assert_eq!(fixture.sweep_after(HOUR - 10).await, 0);
    assert!(fixture.exists(&left).await && fixture.exists(&alone).await);
    assert_eq!(fixture.sweep_after(11).await, 2);
    assert!(!fixture.exists(&left).await && !fixture.exists(&alone).await);
    assert!(fixture.exists(&old).await, "the object that the set names stays");
    assert!(fixture.is_done(check).await && fixture.is_done(other).await);
}

/// The set was written, but the job was not completed with it.
#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_its_set_names_is_never_removed() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await.id;
    let open = fixture.session(user, "s").await;
    let (key, _) = fixture.begun(&open, "x", 1).await;
    let set = fixture.stored("x", SetContent::Object(key.as_str().to_owned()));
    fixture.write(&open, &set, None).await;
    assert_eq!(fixture.sweep_after(HOUR).await, 1);
    assert!(fixture.exists(&key).await);
    let generation = fixture.session(user, "s").await.generation;
    let check = |set: &str| {
        let (set, key) = (set_id(set), key.as_str().to_owned());
        Task::CheckIntegerObject { user, generation, set, key }
    };
    thrice(&fixture, &fixture.job(check("x")).await).await;
    assert!(fixture.exists(&key).await);
    thrice(&fixture, &fixture.job(check("y")).await).await;
    assert!(!fixture.exists(&key).await, "another set does not name it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generation_is_removed_unless_its_session_leads_to_it() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await.id;
    let (old, _) = fixture.large(&fixture.session(user, "s").await, "x", 1).await;
    fixture.small(&fixture.session(user, "s").await, "y").await;
    let before = fixture.session(user, "s").await;
    // One upload whose writer died before the manifest, and a complete one.
    let (dead, _) = fixture.integers.announce_generation(user, &session("s"), NOW).await.unwrap();
    let dead_key = PrivateKey::integers(user, dead.generation, 2);
    fixture.object(&dead_key).await;
    let sets = [fixture.stored("z", SetContent::Object(dead_key.as_str().to_owned()))];
    fixture.integers.fill(&dead, &sets).await.unwrap();
    let (new, check) = fixture.integers.announce_generation(user, &session("s"), NOW).await.unwrap();
    let new_key = PrivateKey::integers(user, new.generation, 3);
    fixture.object(&new_key).await;
    let sets = [fixture.stored("x", SetContent::Object(new_key.as_str().to_owned()))];
    fixture.integers.fill(&new, &sets).await.unwrap();
    fixture.integers.flip(&before, &new, &sets, check, NOW, None).await.unwrap();

    assert_eq!(fixture.sweep_after(290).await, 0);
    assert!(fixture.exists(&old).await, "requests that have read the manifest may still read it");
    assert_eq!(fixture.sweep_after(11).await, 1);
    assert!(!fixture.exists(&old).await);
    assert_eq!(fixture.integers.page(&before, None).await.unwrap().sets, []);
    assert!(fixture.exists(&dead_key).await);
    assert_eq!(fixture.sweep_after(HOUR).await, 1);
    assert!(!fixture.exists(&dead_key).await);
    assert_eq!(fixture.integers.page(&dead, None).await.unwrap().sets, []);

    // The job of the new generation, as if the manifest's write had not completed it.
    let task = Task::RemoveIntegerGeneration { user, session: session("s"), generation: new.generation };
    thrice(&fixture, &fixture.job(task).await).await;
    assert!(fixture.exists(&new_key).await);
    assert_eq!(fixture.integers.page(&fixture.session(user, "s").await, None).await.unwrap().sets, sets);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generation_of_many_sets_is_removed_in_several_runs() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await.id;
    let (dead, job) = fixture.integers.announce_generation(user, &session("s"), NOW).await.unwrap();
    let sets: Vec<StoredSet> =
        (0..805).map(|n| fixture.stored(&format!("s{n}"), SetContent::Inline("[]".to_owned()))).collect();
    fixture.integers.fill(&dead, &sets).await.unwrap();
    assert_eq!(fixture.sweep_after(HOUR).await, 1);
    assert_eq!(fixture.integers.page(&dead, None).await.unwrap().sets.len(), 5);
    assert_eq!(fixture.sweep_after(0).await, 1);
    assert_eq!(fixture.integers.page(&dead, None).await.unwrap().sets, []);
    assert!(fixture.is_done(job).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_created_again_during_its_deletion_is_removed() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await.id;
    let (key, _) = fixture.large(&fixture.session(user, "web").await, "x", 1).await;
    let (kept, _) = fixture.large(&fixture.session(user, "other").await, "x", 2).await;
    let job = fixture.job(Task::DeleteIntegerSession { user, session: session("web"), round: 0 }).await;
    assert_eq!(fixture.deliver(&[&job]).await, Vec::<String>::new());
    assert!(fixture.session(user, "web").await.manifest.is_none());
    let (late, _) = fixture.large(&fixture.session(user, "web").await, "x", 3).await;
    fixture.sweep_after(61).await;
    fixture.sweep_after(0).await;
    assert!(fixture.session(user, "web").await.manifest.is_none());
    assert_eq!(fixture.now(&job).await, None);
    let left = [fixture.exists(&key).await, fixture.exists(&late).await, fixture.exists(&kept).await];
    assert_eq!(left, [false, false, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn ending_a_web_session_removes_all_made_under_it() {
    let fixture = Fixture::start();
    let (user, other) = (fixture.user("ada").await.id, fixture.user("bob").await.id);
    let under = |open: OpenSession, web: &str| open.under(Some(session(web)));
    let mut gone = Vec::new();
    // Its own session, one made under it, one under another, one made without, and another user's.
    gone.push(fixture.large(&fixture.session(user, "web").await, "x", 1).await.0);
    gone.push(fixture.large(&under(fixture.session(user, "named").await, "web"), "x", 2).await.0);
    gone.push(fixture.download(user, "web", 3).await);
    gone.push(fixture.download(user, "named", 4).await);
    let mut kept = Vec::new();
    kept.push(fixture.large(&under(fixture.session(user, "theirs").await, "web2"), "x", 5).await.0);
    kept.push(fixture.large(&fixture.session(user, "plain").await, "x", 6).await.0);
    kept.push(fixture.large(&under(fixture.session(other, "named").await, "web"), "x", 7).await.0);
    kept.push(fixture.download(user, "plain", 8).await);
    let job = fixture.job(Task::DeleteIntegerSession { user, session: session("web"), round: 0 }).await;
    assert_eq!(fixture.deliver(&[&job]).await, Vec::<String>::new());
    // A request that was under way makes one more session and one more download.
    gone.push(fixture.large(&under(fixture.session(user, "late").await, "web"), "x", 9).await.0);
    gone.push(fixture.download(user, "web", 10).await);
    fixture.sweep_after(61).await;
    fixture.sweep_after(0).await;
    fixture.sweep_after(61).await;
    for key in &gone {
        assert!(!fixture.exists(key).await, "{key}");
    }
    for key in &kept {
        assert!(fixture.exists(key).await, "{key}");
    }
    let page = fixture.integers.sessions(user, None).await.unwrap();
    let left: Vec<&str> = page.sessions.iter().map(|(session, _)| session.as_str()).collect();
    assert_eq!(left, ["plain", "theirs"]);
    assert_eq!(fixture.now(&job).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn downloads_are_removed_with_their_session_only() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await.id;
    let open = fixture.session(user, "s").await;
    fixture.small(&open, "x").await;
    let (download, other) = (fixture.download(user, "s", 1).await, fixture.download(user, "t", 2).await);
    fixture.integers.delete_session(user, &session("s"), fixture.moment()).await.unwrap();
    fixture.sweep_after(0).await;
    assert_eq!((fixture.exists(&download).await, fixture.exists(&other).await), (false, true));
    // The second round removes one of a request that was under way.
    let late = fixture.download(user, "s", 3).await;
    fixture.sweep_after(61).await;
    assert!(!fixture.exists(&late).await);
    // Deleting its last set ends a session too. Created again, it keeps its new downloads.
    fixture.small(&fixture.session(user, "s").await, "x").await;
    let download = fixture.download(user, "s", 4).await;
    let open = fixture.session(user, "s").await;
    assert!(fixture.integers.delete_set(&open, &set_id("x"), fixture.moment()).await.unwrap());
    fixture.sweep_after(0).await;
    assert!(!fixture.exists(&download).await);
    fixture.small(&fixture.session(user, "s").await, "x").await;
    let anew = fixture.download(user, "s", 5).await;
    fixture.sweep_after(61).await;
    assert!(fixture.exists(&anew).await && fixture.exists(&other).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_upload_is_removed_whether_it_arrived_or_not() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await.id;
    let [came, never] = [(); 2].map(|()| fixture.integers.new_upload(NOW).unwrap());
    for upload in [came, never] {
        fixture.integers.announce_upload(user, upload, NOW, 2 * HOUR, None).await.unwrap();
    }
    let [came_key, never_key] = [came, never].map(|upload| PrivateKey::integers_upload(user, upload));
    fixture.object(&came_key).await;
    assert_eq!(fixture.sweep_after(2 * HOUR - 10).await, 0);
    assert!(fixture.exists(&came_key).await);
    assert_eq!(fixture.sweep_after(11).await, 2);
    assert!(!fixture.exists(&came_key).await && !fixture.exists(&never_key).await);
    thrice(&fixture, &fixture.job(Task::RemoveIntegerUpload { user, upload: came }).await).await;
}

/// A job may only remove an object of its kind and user.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_names_another_object_fails_and_removes_nothing() {
    let fixture = Fixture::start();
    let (ada, bob) = (fixture.user("ada").await.id, fixture.user("bob").await.id);
    let generation = GenerationId::new(NOW, &Random).unwrap();
    let keys = [PrivateKey::integers(bob, generation, 1), PrivateKey::download(ada, &session("s"), 1)];
    for key in keys {
        fixture.object(&key).await;
        let job = fixture.job(Task::RemoveIntegerObject { user: ada, key: key.as_str().to_owned() }).await;
        assert_eq!(fixture.deliver(&[&job]).await, Vec::<String>::new());
        assert!(fixture.exists(&key).await);
        assert_eq!(fixture.now(&job).await.unwrap().attempts, 1, "it is put off until the alarm calls a person");
    }
}
