//! Tests of integer sessions: a set and its session's manifest change together, or not at all.

use aviary_model::{Encoding, IntegerSession, SetId, UserId};
use aviary_store::{
    MAX_SESSION_BYTES, MAX_SESSION_SETS, MAX_SESSIONS, OpenSession, SessionBound, SetContent, SetWrite, StoredSet,
    Task, Written,
};
use futures_util::future::join_all;

use crate::fixture::{NOW, Random, Store, key, number};

const WRITE: SetWrite<'_> = SetWrite { now: NOW, check: None, claim: None };

fn user() -> UserId {
    UserId::new(NOW, &Random).unwrap()
}

fn name() -> IntegerSession {
    IntegerSession::parse("s").unwrap()
}

fn id(text: &str) -> SetId {
    SetId::parse(text).unwrap()
}

impl Store {
    async fn opened(&self, user: UserId) -> OpenSession {
        self.integers.open(user, &name(), NOW).await.unwrap()
    }

    fn set(&self, set: &str, content: SetContent, bytes: u64) -> StoredSet {
        let version = self.integers.new_version(NOW).unwrap();
        StoredSet { id: id(set), version, encoding: Encoding::Number, units: 1, bytes, content }
    }

    fn inline(&self, set: &str, json: &str) -> StoredSet {
        self.set(set, SetContent::Inline(json.to_owned()), u64::try_from(json.len()).unwrap())
    }

    async fn written(&self, user: UserId, set: &StoredSet) -> Written {
        self.integers.write(&self.opened(user).await, set, &WRITE).await.unwrap()
    }

    /// The number of sets and bytes in the manifest. `None` if there is no manifest.
    async fn counted(&self, user: UserId) -> Option<(u32, u64)> {
        self.opened(user).await.manifest.map(|manifest| (manifest.sets, manifest.bytes))
    }

    /// The number of sessions in the account's counter.
    async fn sessions(&self, user: UserId) -> i64 {
        let get = self.raw.get_item().table_name(&self.names.integers);
        let found = get.set_key(Some(key(&format!("U#{user}"), "SESSIONS"))).send().await.unwrap();
        found.item.map_or(0, |item| item["sessions"].as_n().unwrap().parse().unwrap())
    }

    async fn set_sessions(&self, user: UserId, count: u32) {
        let update = self.raw.update_item().table_name(&self.names.integers);
        let update = update.set_key(Some(key(&format!("U#{user}"), "SESSIONS"))).update_expression("SET sessions = :v");
        update.expression_attribute_values(":v", number(count.into())).send().await.unwrap();
    }

    /// Replaces the whole session.
    async fn replaced(&self, user: UserId, before: &OpenSession, sets: &[StoredSet]) -> Written {
        let (new, check) = self.integers.announce_generation(user, &before.session, NOW).await.unwrap();
        self.integers.fill(&new, sets).await.unwrap();
        self.integers.flip(before, &new, sets, check, NOW, None).await.unwrap()
    }

    async fn set_manifest(&self, user: UserId, attribute: &str, value: u64) {
        let update = self.raw.update_item().table_name(&self.names.integers);
        let update = update.set_key(Some(key(&format!("U#{user}"), "SESSION#s"))).update_expression("SET #a = :v");
        let value = number(i64::try_from(value).unwrap());
        update
            .expression_attribute_names("#a", attribute)
            .expression_attribute_values(":v", value)
            .send()
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_manifest_counts_its_sets_and_is_deleted_with_the_last() {
    let (store, user) = (Store::start().await, user());
    assert_eq!(store.counted(user).await, None);
    assert_eq!(store.written(user, &store.inline("a", "[1]")).await, Written::Done);
    assert_eq!(store.written(user, &store.inline("b", "[22]")).await, Written::Done);
    assert_eq!(store.counted(user).await, Some((2, 7)));
    assert_eq!(store.written(user, &store.inline("a", "[4444]")).await, Written::Done);
    assert_eq!(store.counted(user).await, Some((2, 10)));
    let open = store.opened(user).await;
    assert!(store.integers.delete_set(&open, &id("a"), NOW).await.unwrap());
    assert!(!store.integers.delete_set(&open, &id("a"), NOW).await.unwrap());
    assert_eq!(store.counted(user).await, Some((1, 4)));
    assert!(store.integers.delete_set(&open, &id("b"), NOW).await.unwrap());
    assert_eq!((store.counted(user).await, store.sessions(user).await), (None, 0));
    // Two items are left: the counter, which an account's purge removes, and the job that removes the session's
    // downloads.
    assert_eq!(store.items().await, 2);
    store.integers.forget_count(user).await.unwrap();
    let due = store.jobs.due(NOW).await.unwrap();
    assert_eq!((store.items().await, due.len()), (1, 1));
    let task = store.jobs.by_id(due[0]).await.unwrap().unwrap().task;
    assert_eq!(task, Task::RemoveIntegerDownloads { user, session: name(), round: 0 });
}

#[tokio::test]
async fn a_full_account_can_still_change_its_sessions() {
    let (store, user) = (Store::start().await, user());
    store.written(user, &store.inline("a", "[1]")).await;
    assert_eq!(store.sessions(user).await, 1);
    store.set_sessions(user, MAX_SESSIONS).await;
    let other = store.integers.open(user, &IntegerSession::parse("other").unwrap(), NOW).await.unwrap();
    let set = store.inline("a", "[1]");
    let full = Written::Full(SessionBound::Sessions);
    assert_eq!(store.integers.write(&other, &set, &WRITE).await.unwrap(), full);
    assert_eq!(store.replaced(user, &other, std::slice::from_ref(&set)).await, full);
    assert!(!store.integers.is_there(user, &other.session).await.unwrap());
    // Existing sets and sessions can be written, replaced and deleted. Deletion makes room for another session.
    assert_eq!(store.written(user, &store.inline("b", "[1]")).await, Written::Done);
    assert_eq!(store.replaced(user, &store.opened(user).await, std::slice::from_ref(&set)).await, Written::Done);
    assert_eq!(store.sessions(user).await, i64::from(MAX_SESSIONS));
    assert!(store.integers.delete_session(user, &name(), NOW).await.unwrap());
    assert_eq!(store.sessions(user).await, i64::from(MAX_SESSIONS) - 1);
    assert_eq!(store.integers.write(&other, &set, &WRITE).await.unwrap(), Written::Done);
    assert_eq!(store.sessions(user).await, i64::from(MAX_SESSIONS));
}

#[tokio::test]
async fn sessions_are_listed_across_pages() {
    let (store, user) = (Store::start().await, user());
    let names: Vec<String> = (0..205).map(|number| format!("s{number:03}")).collect();
    for name in &names {
        // The counter is reset, because accounts may have more sessions from before the limit existed.
        store.set_sessions(user, 0).await;
        let open = store.integers.open(user, &IntegerSession::parse(name).unwrap(), NOW).await.unwrap();
        assert_eq!(store.integers.write(&open, &store.inline("a", "[1]"), &WRITE).await.unwrap(), Written::Done);
    }
    let (mut found, mut pages, mut after) = (Vec::new(), 0, None);
    loop {
        let page = store.integers.sessions(user, after.as_ref()).await.unwrap();
        found.extend(page.sessions.iter().map(|(session, _)| session.as_str().to_owned()));
        pages += 1;
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!((found, pages), (names, 3));
}

#[tokio::test]
async fn concurrent_changes_leave_the_right_count_of_sessions() {
    let (store, user) = (Store::start().await, user());
    let names = ["a", "b", "c"].map(|name| IntegerSession::parse(name).unwrap());
    let set = store.inline("x", "[1]");
    let work = async |number: usize| {
        let open = store.integers.open(user, &names[number % 3], NOW).await.unwrap();
        // An operation that loses against the others has no effect.
        match number % 4 {
            0 => drop(store.integers.write(&open, &set, &WRITE).await),
            1 => drop(store.replaced(user, &open, std::slice::from_ref(&set)).await),
            2 => drop(store.integers.delete_session(user, &open.session, NOW).await),
            _ => drop(store.integers.delete_set(&open, &set.id, NOW).await),
        }
    };
    for round in 0..4 {
        join_all((round..round + 24).map(work)).await;
        let there = store.integers.sessions(user, None).await.unwrap().sessions.len();
        assert_eq!(store.sessions(user).await, i64::try_from(there).unwrap());
    }
}

#[tokio::test]
async fn a_manifest_records_the_web_session_that_made_or_replaced_it() {
    let (store, user) = (Store::start().await, user());
    let web = IntegerSession::of_web(&"ab".repeat(32));
    let made_under = async || store.opened(user).await.manifest.unwrap().made_under;
    store.written(user, &store.inline("a", "[1]")).await;
    let with_cookie = store.opened(user).await.under(Some(web.clone()));
    store.integers.write(&with_cookie, &store.inline("b", "[1]"), &WRITE).await.unwrap();
    assert_eq!(made_under().await, None, "it was there before");
    store.replaced(user, &with_cookie, &[store.inline("a", "[1]")]).await;
    assert_eq!(made_under().await, Some(web.clone()));
    store.written(user, &store.inline("c", "[1]")).await;
    assert_eq!(made_under().await, Some(web.clone()), "a set from elsewhere changes nothing");
    store.replaced(user, &store.opened(user).await, &[store.inline("a", "[1]")]).await;
    assert_eq!(made_under().await, None);
    store.integers.delete_session(user, &name(), NOW).await.unwrap();
    let made = store.opened(user).await.under(Some(web.clone()));
    store.integers.write(&made, &store.inline("a", "[1]"), &WRITE).await.unwrap();
    assert_eq!(made_under().await, Some(web));
}

#[tokio::test]
async fn a_full_session_can_still_be_changed() {
    let (store, user) = (Store::start().await, user());
    store.written(user, &store.inline("a", "[1]")).await;
    store.set_manifest(user, "sets", u64::from(MAX_SESSION_SETS)).await;
    assert_eq!(store.written(user, &store.inline("b", "[1]")).await, Written::Full(SessionBound::Sets));
    assert_eq!(store.written(user, &store.inline("a", "[2]")).await, Written::Done);
    store.set_manifest(user, "sets", 1).await;
    store.set_manifest(user, "bytes", MAX_SESSION_BYTES).await;
    assert_eq!(store.written(user, &store.inline("b", "[1]")).await, Written::Full(SessionBound::Bytes));
    assert_eq!(store.written(user, &store.inline("a", "[33]")).await, Written::Full(SessionBound::Bytes));
    assert_eq!(store.written(user, &store.inline("a", "[3]")).await, Written::Done);
    assert_eq!(store.counted(user).await, Some((1, MAX_SESSION_BYTES)));
}

#[tokio::test]
async fn a_write_to_a_session_that_has_changed_is_refused() {
    let (store, user) = (Store::start().await, user());
    let unmade = store.opened(user).await;
    store.written(user, &store.inline("a", "[1]")).await;
    let set = store.inline("b", "[1]");
    assert_eq!(store.integers.write(&unmade, &set, &WRITE).await.unwrap(), Written::SessionChanged, "made meanwhile");
    let opened = store.opened(user).await;
    let (new, check) = store.integers.announce_generation(user, &name(), NOW).await.unwrap();
    let sets = [store.inline("c", "[1]")];
    store.integers.fill(&new, &sets).await.unwrap();
    store.integers.flip(&opened, &new, &sets, check, NOW, None).await.unwrap();
    for set in [&set, &store.inline("a", "[2]")] {
        let written = store.integers.write(&opened, set, &WRITE).await.unwrap();
        assert_eq!(written, Written::SessionChanged, "replaced meanwhile");
    }
    assert_eq!(store.integers.page(&store.opened(user).await, None).await.unwrap().sets, sets);
    assert!(store.integers.delete_session(user, &name(), NOW).await.unwrap());
    let current = OpenSession { manifest: opened.manifest.clone(), ..new };
    assert_eq!(
        store.integers.write(&current, &set, &WRITE).await.unwrap(),
        Written::SessionChanged,
        "deleted meanwhile"
    );
}

#[tokio::test]
async fn a_replaced_object_is_kept_five_minutes_for_its_readers() {
    let (store, user) = (Store::start().await, user());
    let open = store.opened(user).await;
    let check = store.integers.announce_object(&open, &id("a"), "first", NOW).await.unwrap();
    assert_eq!(store.jobs.by_id(check).await.unwrap().unwrap().due_at, NOW.plus_seconds(3_600));
    let first = store.set("a", SetContent::Object("first".to_owned()), 300_000);
    let write = SetWrite { check: Some(check), ..WRITE };
    assert_eq!(store.integers.write(&open, &first, &write).await.unwrap(), Written::Done);
    assert_eq!(store.jobs.by_id(check).await.unwrap(), None, "the set names it, so nobody need look");
    assert!(store.integers.names_object(user, open.generation, &id("a"), "first").await.unwrap());
    store.written(user, &store.inline("a", "[1]")).await;
    assert!(!store.integers.names_object(user, open.generation, &id("a"), "first").await.unwrap());
    assert_eq!(store.jobs.due(NOW.plus_seconds(299)).await.unwrap(), []);
    let due = store.jobs.due(NOW.plus_seconds(300)).await.unwrap();
    let job = store.jobs.by_id(due[0]).await.unwrap().unwrap();
    assert_eq!(job.task, Task::RemoveIntegerObject { user, key: "first".to_owned() });
}

#[tokio::test]
async fn a_large_session_is_read_page_by_page() {
    let (store, user) = (Store::start().await, user());
    let json = "1".repeat(200_000);
    for number in 0..9 {
        store.written(user, &store.inline(&format!("s{number}"), &json)).await;
    }
    let open = store.opened(user).await;
    let (mut ids, mut pages, mut after) = (Vec::new(), 0, None);
    loop {
        let page = store.integers.page(&open, after.as_ref()).await.unwrap();
        ids.extend(page.sets.iter().map(|set| set.id.as_str().to_owned()));
        pages += 1;
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert!(pages > 1, "a page has a megabyte");
    assert_eq!(ids, (0..9).map(|number| format!("s{number}")).collect::<Vec<_>>());
    let wanted: Vec<SetId> = (0..150).map(|number| id(&format!("s{number}"))).collect();
    assert_eq!(store.integers.sets(&open, &wanted).await.unwrap().len(), 9, "more names than one call takes");
}

#[tokio::test]
async fn concurrent_uploads_and_writes_leave_the_right_counts() {
    let (store, user) = (Store::start().await, user());
    store.written(user, &store.inline("w0", "[0]")).await;
    let upload = async |number: u64| {
        let (new, check) = store.integers.announce_generation(user, &name(), NOW).await.unwrap();
        let sets: Vec<StoredSet> = (0..3).map(|set| store.inline(&format!("u{set}"), &format!("[{number}]"))).collect();
        store.integers.fill(&new, &sets).await.unwrap();
        store.integers.flip(&store.opened(user).await, &new, &sets, check, NOW, None).await.unwrap();
    };
    let write = async |number: u64| {
        let set = store.inline(&format!("w{}", number % 3), "[0]");
        while store.written(user, &set).await != Written::Done {}
    };
    futures_util::join!(join_all((1..4).map(upload)), join_all((0..9).map(write)));
    let open = store.opened(user).await;
    let sets = store.integers.page(&open, None).await.unwrap().sets;
    let uploads: Vec<&SetContent> =
        sets.iter().filter(|set| set.id.as_str().starts_with('u')).map(|set| &set.content).collect();
    assert!(uploads.len() == 3 && uploads.windows(2).all(|two| two[0] == two[1]), "one whole upload: {uploads:?}");
    let bytes = sets.iter().map(|set| set.bytes).sum();
    assert_eq!(store.counted(user).await, Some((u32::try_from(sets.len()).unwrap(), bytes)));
}

#[tokio::test]
async fn concurrent_writes_of_one_set_leave_one_counted_object() {
    let (store, user) = (Store::start().await, user());
    store.written(user, &store.inline("a", "[]")).await;
    let write = async |number: u64| {
        let set = store.set("a", SetContent::Object(format!("object {number}")), 1_000 << number);
        assert_eq!(store.written(user, &set).await, Written::Done);
    };
    join_all((0..5).map(write)).await;
    let open = store.opened(user).await;
    let left = store.integers.set(&open, &id("a")).await.unwrap().unwrap();
    assert_eq!(store.counted(user).await, Some((1, left.bytes)));
    let due = store.jobs.due(NOW.plus_seconds(300)).await.unwrap();
    let mut removed = Vec::new();
    for job in due {
        match store.jobs.by_id(job).await.unwrap().unwrap().task {
            Task::RemoveIntegerObject { key, .. } => removed.push(key),
            other => panic!("{other:?}"),
        }
    }
    removed.push(left.object().unwrap().to_owned());
    removed.sort();
    assert_eq!(removed, (0..5).map(|number| format!("object {number}")).collect::<Vec<_>>());
}
