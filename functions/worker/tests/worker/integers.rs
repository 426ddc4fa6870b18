//! What nothing leads to of the integer sets goes, and nothing else, however old it is.

use aviary_media::PrivateKey;
use aviary_model::{Encoding, GenerationId, IntegerSession, SessionId, SetId, UploadId, UserId};
use aviary_store::{Job, OpenSession, SetContent, SetWrite, StoredSet, Task, Written};

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
        self.lent(user, "a", 4).await;
        // Its own job may not have come yet.
        let upload = UploadId::new(NOW, &Random).unwrap();
        self.object(&PrivateKey::integers_upload(user, upload)).await;
    }

    /// Lends an answer about a session.
    async fn lent(&self, user: UserId, name: &str, random: u128) -> PrivateKey {
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

    /// A set with an object, as `integers` writes it: the job, the object, the set. Answers the key and the job.
    async fn large(&self, open: &OpenSession, name: &str, random: u128) -> (PrivateKey, SessionId) {
        let (key, check) = self.begun(open, name, random).await;
        let set = self.stored(name, SetContent::Object(key.as_str().to_owned()));
        self.write(open, &set, Some(check)).await;
        (key, check)
    }

    /// The same by a writer that dies before the set.
    async fn begun(&self, open: &OpenSession, name: &str, random: u128) -> (PrivateKey, SessionId) {
        let key = PrivateKey::integers(open.user, open.generation, random);
        let check = self.integers.announce_object(open, &set_id(name), key.as_str(), self.moment()).await.unwrap();
        self.object(&key).await;
        (key, check)
    }

    async fn write(&self, open: &OpenSession, set: &StoredSet, check: Option<SessionId>) {
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

    async fn there(&self, key: &PrivateKey) -> bool {
        self.bucket.get_private(key, 100).await.unwrap().is_some()
    }

    async fn is_done(&self, id: SessionId) -> bool {
        self.tables.jobs.by_id(id).await.unwrap().is_none()
    }
}

/// Has the stream bring the job twice at once and then once more, as it may.
async fn thrice(fixture: &Fixture, job: &Job) {
    let event = fixture.event(&[job, job]).await;
    let (one, other) = tokio::join!(fixture.hand(&event), fixture.hand(&event));
    assert_eq!((one, other, fixture.hand(&event).await), (Vec::new(), Vec::new(), Vec::new()));
    assert_eq!(fixture.now(job).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_object_is_there_for_five_minutes_and_then_gone_and_the_new_one_stays() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await.id;
    let (old, _) = fixture.large(&fixture.session(user, "s").await, "x", 1).await;
    let (new, _) = fixture.large(&fixture.session(user, "s").await, "x", 2).await;
    assert_eq!(fixture.sweep_after(290).await, 0);
    assert!(fixture.there(&old).await, "who has read the item before reads it still");
    assert_eq!(fixture.sweep_after(11).await, 1);
    assert_eq!((fixture.there(&old).await, fixture.there(&new).await), (false, true));
    // The jobs that looked after the objects were done with the writes.
    assert_eq!(fixture.sweep_after(30 * 24 * HOUR).await, 0);
    assert!(fixture.there(&new).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_writer_left_that_died_before_its_set_is_removed_after_an_hour() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await.id;
    let (old, _) = fixture.large(&fixture.session(user, "s").await, "x", 1).await;
    let (left, check) = fixture.begun(&fixture.session(user, "s").await, "x", 2).await;
    // One whose session has no set yet.
    let (alone, other) = fixture.begun(&fixture.session(user, "new").await, "x", 3).await;
    assert_eq!(fixture.sweep_after(HOUR - 10).await, 0);
    assert!(fixture.there(&left).await && fixture.there(&alone).await);
    assert_eq!(fixture.sweep_after(11).await, 2);
    assert!(!fixture.there(&left).await && !fixture.there(&alone).await);
    assert!(fixture.there(&old).await, "what the set names stays");
    assert!(fixture.is_done(check).await && fixture.is_done(other).await);
}

/// The set was written, but its writer did not hear of it, or an older version of it did not end the job.
#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_its_set_names_is_never_removed() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await.id;
    let open = fixture.session(user, "s").await;
    let (key, _) = fixture.begun(&open, "x", 1).await;
    let set = fixture.stored("x", SetContent::Object(key.as_str().to_owned()));
    fixture.write(&open, &set, None).await;
    assert_eq!(fixture.sweep_after(HOUR).await, 1);
    assert!(fixture.there(&key).await);
    let generation = fixture.session(user, "s").await.generation;
    let check = |set: &str| {
        let (set, key) = (set_id(set), key.as_str().to_owned());
        Task::CheckIntegerObject { user, generation, set, key }
    };
    thrice(&fixture, &fixture.job(check("x")).await).await;
    assert!(fixture.there(&key).await);
    thrice(&fixture, &fixture.job(check("y")).await).await;
    assert!(!fixture.there(&key).await, "another set does not name it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generation_goes_unless_its_session_leads_to_it() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await.id;
    let (old, _) = fixture.large(&fixture.session(user, "s").await, "x", 1).await;
    fixture.small(&fixture.session(user, "s").await, "y").await;
    let before = fixture.session(user, "s").await;
    // An upload whose writer died before the manifest, and one that came through.
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
    assert!(fixture.there(&old).await, "who has read the manifest before reads it still");
    assert_eq!(fixture.sweep_after(11).await, 1);
    assert!(!fixture.there(&old).await);
    assert_eq!(fixture.integers.page(&before, None).await.unwrap().sets, []);
    assert!(fixture.there(&dead_key).await);
    assert_eq!(fixture.sweep_after(HOUR).await, 1);
    assert!(!fixture.there(&dead_key).await);
    assert_eq!(fixture.integers.page(&dead, None).await.unwrap().sets, []);

    // The job of the new one, as if it had not been done with the write that leads to it.
    let task = Task::RemoveIntegerGeneration { user, session: session("s"), generation: new.generation };
    thrice(&fixture, &fixture.job(task).await).await;
    assert!(fixture.there(&new_key).await);
    assert_eq!(fixture.integers.page(&fixture.session(user, "s").await, None).await.unwrap().sets, sets);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generation_of_many_sets_goes_in_several_runs() {
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
async fn a_session_that_is_made_anew_while_it_is_deleted_goes_too() {
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
    let left = [fixture.there(&key).await, fixture.there(&late).await, fixture.there(&kept).await];
    assert_eq!(left, [false, false, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_a_web_session_takes_all_that_was_made_under_it_and_nothing_else() {
    let fixture = Fixture::start();
    let (user, other) = (fixture.user("ada").await.id, fixture.user("bob").await.id);
    let under = |open: OpenSession, web: &str| open.under(Some(session(web)));
    let mut gone = Vec::new();
    // Its own session, one that was made under it, one under another, one from elsewhere, and another user's.
    gone.push(fixture.large(&fixture.session(user, "web").await, "x", 1).await.0);
    gone.push(fixture.large(&under(fixture.session(user, "named").await, "web"), "x", 2).await.0);
    gone.push(fixture.lent(user, "web", 3).await);
    gone.push(fixture.lent(user, "named", 4).await);
    let mut kept = Vec::new();
    kept.push(fixture.large(&under(fixture.session(user, "theirs").await, "web2"), "x", 5).await.0);
    kept.push(fixture.large(&fixture.session(user, "plain").await, "x", 6).await.0);
    kept.push(fixture.large(&under(fixture.session(other, "named").await, "web"), "x", 7).await.0);
    kept.push(fixture.lent(user, "plain", 8).await);
    let job = fixture.job(Task::DeleteIntegerSession { user, session: session("web"), round: 0 }).await;
    assert_eq!(fixture.deliver(&[&job]).await, Vec::<String>::new());
    // A request that was under way makes one more, and lends one more.
    gone.push(fixture.large(&under(fixture.session(user, "late").await, "web"), "x", 9).await.0);
    gone.push(fixture.lent(user, "web", 10).await);
    fixture.sweep_after(61).await;
    fixture.sweep_after(0).await;
    fixture.sweep_after(61).await;
    for key in &gone {
        assert!(!fixture.there(key).await, "{key}");
    }
    for key in &kept {
        assert!(fixture.there(key).await, "{key}");
    }
    let page = fixture.integers.sessions(user, None).await.unwrap();
    let left: Vec<&str> = page.sessions.iter().map(|(session, _)| session.as_str()).collect();
    assert_eq!(left, ["plain", "theirs"]);
    assert_eq!(fixture.now(&job).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_lent_goes_with_its_session_and_not_with_one_that_was_made_anew() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await.id;
    let open = fixture.session(user, "s").await;
    fixture.small(&open, "x").await;
    let (lent, other) = (fixture.lent(user, "s", 1).await, fixture.lent(user, "t", 2).await);
    fixture.integers.delete_session(user, &session("s"), fixture.moment()).await.unwrap();
    fixture.sweep_after(0).await;
    assert_eq!((fixture.there(&lent).await, fixture.there(&other).await), (false, true));
    // One that was under way goes in the second round.
    let late = fixture.lent(user, "s", 3).await;
    fixture.sweep_after(61).await;
    assert!(!fixture.there(&late).await);
    // With its last set a session goes, too; made anew it keeps what it lends from then on.
    fixture.small(&fixture.session(user, "s").await, "x").await;
    let lent = fixture.lent(user, "s", 4).await;
    let open = fixture.session(user, "s").await;
    assert!(fixture.integers.delete_set(&open, &set_id("x"), fixture.moment()).await.unwrap());
    fixture.sweep_after(0).await;
    assert!(!fixture.there(&lent).await);
    fixture.small(&fixture.session(user, "s").await, "x").await;
    let anew = fixture.lent(user, "s", 5).await;
    fixture.sweep_after(61).await;
    assert!(fixture.there(&anew).await && fixture.there(&other).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_when_its_time_is_over_whether_it_came_or_not() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await.id;
    let came = fixture.integers.announce_upload(user, NOW, 2 * HOUR).await.unwrap();
    let never = fixture.integers.announce_upload(user, NOW, 2 * HOUR).await.unwrap();
    let [came_key, never_key] = [came, never].map(|upload| PrivateKey::integers_upload(user, upload));
    fixture.object(&came_key).await;
    assert_eq!(fixture.sweep_after(2 * HOUR - 10).await, 0);
    assert!(fixture.there(&came_key).await);
    assert_eq!(fixture.sweep_after(11).await, 2);
    assert!(!fixture.there(&came_key).await && !fixture.there(&never_key).await);
    thrice(&fixture, &fixture.job(Task::RemoveIntegerUpload { user, upload: came }).await).await;
}

/// A job is only a text in a table: what it names must be of its own kind and user.
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
        assert!(fixture.there(&key).await);
        assert_eq!(fixture.now(&job).await.unwrap().attempts, 1, "it is put off, and a person hears of it");
    }
}
