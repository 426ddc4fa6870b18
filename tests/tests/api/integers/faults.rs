//! Faults of sets: lost objects, writers that are killed, and lost answers of S3.

use std::sync::atomic::{AtomicUsize, Ordering};

use aviary_media::PrivateKey;
use e2e::acts::integers::{MORE_UNITS_THAN_AN_ITEM_HOLDS, media_bucket, object_of, units};
use e2e::{Account, AwsCall, Event, Fault, FaultProxy, Function, Service, eventually, now};
use serde_json::{Value, json};

/// The item of this set in the session `default`.
pub(crate) async fn item(service: &Service, account: &Account, set: &str) -> Value {
    let dynamodb = service.dynamodb();
    let manifest = dynamodb.get("IntegersTable", &format!("U#{}", account.id), "SESSION#default").await;
    let generation = manifest["generation"]["S"].as_str().unwrap().to_owned();
    dynamodb.get("IntegersTable", &format!("U#{}#{generation}", account.id), &format!("SET#{set}")).await
}

async fn put(service: &Service, account: &Account, set: &str, units: &Value) {
    let body = json!({"set_id": set, "integers": units});
    service.post_as(account, "/integers/set/", &body).await.with_status(201);
}

#[tokio::test]
async fn a_lost_object_is_a_logged_500_and_changes_nothing() {
    let service = Service::running();
    let account = service.signup().await;
    put(&service, &account, "a", &units(1, MORE_UNITS_THAN_AN_ITEM_HOLDS)).await;
    put(&service, &account, "b", &units(2, 2)).await;
    let before = item(&service, &account, "a").await;
    media_bucket(&service).delete_private(&object_of(&before)).await.unwrap();

    let integers = Function::start(&service, "integers");
    let requests = [
        Event::new("GET", "/integers/set/").query("set_id=a"),
        Event::new("GET", "/integers/session/"),
        Event::new("POST", "/integers/operation/").json(&json!({"equation": "a+1", "set_id": "a"})),
    ];
    for request in requests {
        let request = request.bearer(&account.access);
        let id = request.request_id();
        let answer = integers.answer(&request.into_json());
        answer.is(500, &json!({"detail": "Internal server error.", "request_id": id}));
        let log = integers.log_until(|line| line["request.id"] == id.as_str() && line["message"] == "request");
        let errors: Vec<&Value> = log.iter().filter(|line| line["level"] == "ERROR").collect();
        let key = object_of(&before).into_string();
        assert!(errors.iter().any(|line| line.to_string().contains(&format!("is lost: {key}"))), "{log:?}");
    }
    assert_eq!(item(&service, &account, "a").await, before);
    // Other sets are not affected, and a new version of the set is complete.
    service.get_as(&account, "/integers/set/?set_id=b").await.with_status(200);
    put(&service, &account, "a", &units(3, MORE_UNITS_THAN_AN_ITEM_HOLDS)).await;
    let shown = service.get_as(&account, "/integers/set/?set_id=a").await.with_status(200);
    assert_eq!(shown.json()["integers"], units(3, MORE_UNITS_THAN_AN_ITEM_HOLDS));
}

/// The key of the pending job that checks an object, and the object's key.
async fn check_of(service: &Service, account: &Account) -> (String, PrivateKey) {
    let jobs = service.dynamodb().mentions("JobsTable", &account.id).await;
    let checks: Vec<&Value> =
        jobs.iter().filter(|job| job["task"]["M"]["kind"]["S"] == "check_integer_object").collect();
    assert_eq!(checks.len(), 1, "{jobs:?}");
    let key = checks[0]["task"]["M"]["key"]["S"].as_str().unwrap();
    (checks[0]["pk"]["S"].as_str().unwrap().to_owned(), key.parse().unwrap())
}

/// Makes a pending job due as if its time had passed; the stream then delivers it.
async fn make_due(service: &Service, job: &str) {
    let at = now() * 1_000 - 1;
    let (dynamodb, id) = (service.dynamodb(), job.trim_start_matches("J#"));
    dynamodb.set("JobsTable", job, "JOB", "due_sk", &json!({"S": format!("{at:020}#{id}")})).await;
    dynamodb.set("JobsTable", job, "JOB", "due_at", &json!({"N": at.to_string()})).await;
}

/// Starts `integers` behind proxies that kill it at the call that the plan names.
fn mortal(service: &Service, plan: fn(&AwsCall) -> Fault) -> (Function, [FaultProxy; 2]) {
    let proxies = [FaultProxy::start(&service.dynamodb_url, plan), FaultProxy::start(&service.aws_url, plan)];
    let [dynamodb, s3] = [proxies[0].url(), proxies[1].url()];
    let endpoints = [("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.as_str()), ("AWS_ENDPOINT_URL_S3", s3.as_str())];
    let function = Function::start_with(service, "integers", &endpoints);
    for proxy in &proxies {
        proxy.aim_at(function.pid());
    }
    (function, proxies)
}

fn after_the_object(call: &AwsCall) -> Fault {
    if call.operation.starts_with("PUT /") { Fault::KillAfter } else { Fault::Pass }
}

fn before_the_item(call: &AwsCall) -> Fault {
    if call.writes() > 1 { Fault::KillBefore } else { Fault::Pass }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_killed_between_object_and_item_leaves_the_old_set() {
    let service = Service::running();
    for plan in [after_the_object, before_the_item] {
        let account = service.signup().await;
        put(&service, &account, "a", &units(1, MORE_UNITS_THAN_AN_ITEM_HOLDS)).await;
        let before = item(&service, &account, "a").await;
        let (mut writer, _proxies) = mortal(&service, plan);
        let body = json!({"set_id": "a", "integers": units(2, MORE_UNITS_THAN_AN_ITEM_HOLDS)});
        let event = Event::new("POST", "/integers/set/").bearer(&account.access).json(&body).into_json();
        let output = tokio::task::block_in_place(|| writer.output_unless_killed(&event));
        assert_eq!(
            output.map(|output| String::from_utf8_lossy(&output).into_owned()),
            None,
            "the writer should have been killed"
        );

        let (job, left) = check_of(&service, &account).await;
        let bucket = media_bucket(&service);
        assert!(bucket.get_private(&left, 1 << 20).await.unwrap().is_some(), "the object was written");
        let old = async || {
            assert_eq!(item(&service, &account, "a").await, before);
            let shown = service.get_as(&account, "/integers/set/?set_id=a").await.with_status(200);
            assert_eq!(shown.json()["integers"], units(1, MORE_UNITS_THAN_AN_ITEM_HOLDS));
        };
        old().await;
        make_due(&service, &job).await;
        let gone = async || bucket.get_private(&left, 1 << 20).await.unwrap().is_none().then_some(());
        eventually("the removal of the object that no set names", gone).await;
        old().await;
        assert!(bucket.get_private(&object_of(&before), 1 << 20).await.unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_killed_before_the_commit_leaves_the_old_session() {
    let service = Service::running();
    let account = service.signup().await;
    let session = |x: u64| {
        let units = units(x, MORE_UNITS_THAN_AN_ITEM_HOLDS);
        json!({"session_id": "default", "integer_sets": [{"set_id": "a", "integers": units}]})
    };
    service.post_as(&account, "/integers/session/", &session(1)).await.with_status(201);
    let (mut writer, _proxies) = mortal(&service, before_the_item);
    let event = Event::new("POST", "/integers/session/").bearer(&account.access).json(&session(2)).into_json();
    let output = tokio::task::block_in_place(|| writer.output_unless_killed(&event));
    assert_eq!(
        output.map(|output| String::from_utf8_lossy(&output).into_owned()),
        None,
        "the writer should have been killed"
    );

    let old = async || {
        service.get_as(&account, "/integers/session/").await.is(200, &session(1));
    };
    old().await;
    let sets = async || {
        let items = service.dynamodb().mentions("IntegersTable", &format!("U#{}#", account.id)).await;
        items.iter().map(object_of).collect::<Vec<_>>()
    };
    let both = sets().await;
    assert_eq!(both.len(), 2, "the new set was written under a generation that no reader uses: {both:?}");
    let jobs = service.dynamodb().mentions("JobsTable", &account.id).await;
    let job = jobs.iter().find(|job| job["task"]["M"]["kind"]["S"] == "remove_integer_generation").unwrap();
    make_due(&service, job["pk"]["S"].as_str().unwrap()).await;
    let left =
        eventually("the removal of the generation", async || Some(sets().await).filter(|sets| sets.len() == 1)).await;
    old().await;
    let bucket = media_bucket(&service);
    for key in &both {
        let is_there = bucket.get_private(key, 1 << 20).await.unwrap().is_some();
        assert_eq!(is_there, left.contains(key), "{key}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_is_written_once_although_the_answer_was_lost() {
    let service = Service::running();
    let account = service.signup().await;
    let seen = AtomicUsize::new(0);
    let s3 = FaultProxy::start(&service.aws_url, move |call| {
        let is_first = call.operation.starts_with("PUT /") && seen.fetch_add(1, Ordering::SeqCst) == 0;
        if is_first { Fault::DropAfter } else { Fault::Pass }
    });
    let integers = Function::start_with(&service, "integers", &[("AWS_ENDPOINT_URL_S3", &s3.url())]);
    let body = json!({"set_id": "a", "integers": units(5, MORE_UNITS_THAN_AN_ITEM_HOLDS)});
    let event = Event::new("POST", "/integers/set/").bearer(&account.access).json(&body);
    integers.invoke(event).answer.with_status(201);
    let methods: Vec<String> =
        s3.operations().iter().map(|call| call.split(' ').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(methods, ["PUT", "PUT", "HEAD"], "the second PUT finds the object of the first");
    let shown = service.get_as(&account, "/integers/set/?set_id=a").await.with_status(200);
    assert_eq!(shown.json()["integers"], units(5, MORE_UNITS_THAN_AN_ITEM_HOLDS));
}
