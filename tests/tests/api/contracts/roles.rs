//! Functions can do only what their roles in the template allow. The local AWS enforces the role of each function.

use e2e::{Event, Function, OwnAws, PASSWORD, Service, claims_of, unique};
use serde_json::json;

/// A function, a statement of its role, an action that the statement allows, and a request that needs it.
const RIGHTS: &[(&str, &str, &str, &str)] = &[
    ("notifications", "NotificationsByRecency", "dynamodb:Query", "/api/notifications/"),
    ("notifications", "WhoIsCalling", "dynamodb:BatchGetItem", "/api/notifications/unread/"),
    ("tweets", "HomeTimeline", "dynamodb:Query", "/api/tweets"),
    ("users", "Profiles", "dynamodb:GetItem", "/api/users/NAME/"),
    ("users", "WhoIsOnline", "dynamodb:GetItem", "/api/users/NAME/"),
    ("profiles", "ProfileEditsAndEdges", "dynamodb:Query", "/api/profiles/ID/following"),
    ("profiles", "OwnAddress", "dynamodb:GetItem", "/api/profiles/view_profile/ID/"),
];

/// The status of the request, and the error that the function logged.
fn ask(aws: &OwnAws, name: &str, path: &str) -> (u16, String) {
    let auth = Function::start(&aws.service, "auth");
    let username = unique("wren");
    let signup = Event::new("POST", "/api/auth/signup/").json(&json!({"username": username, "password": PASSWORD}));
    let access = auth.answer(&signup.into_json()).with_status(201).field("access");
    let function = Function::start(&aws.service, name);
    let id = claims_of(&access)["user_id"].as_str().unwrap().to_owned();
    let path = path.replace("NAME", &username).replace("ID", &id);
    let answer = function.answer(&Event::new("GET", &path).bearer(&access).into_json());
    let log = function.log_until(|line| line["message"] == "request");
    let failed = log.iter().find(|line| line["message"] == "request failed");
    (answer.status, failed.map(|line| line["error"].to_string()).unwrap_or_default())
}

#[test]
fn a_function_can_do_only_what_its_role_allows() {
    let whole = OwnAws::start();
    for (function, sid, action, path) in RIGHTS {
        let (status, failed) = ask(&whole, function, path);
        assert_eq!((status, failed.as_str()), (200, ""), "{function} {path}");
        let lacking = OwnAws::start_without(function, sid);
        let (status, failed) = ask(&lacking, function, path);
        assert_eq!(status, 500, "{function} without {sid}");
        let denied = format!("is not authorized to perform: {action} on resource");
        assert!(failed.contains("AccessDeniedException") && failed.contains(&denied), "{function}: {failed}");
    }
}

/// Who could write a principal could make staff; who could write a profile or a block could act as anybody.
#[tokio::test]
async fn worker_writes_mailed_tokens_only_and_tweets_works_only() {
    let service = Service::running();
    let tables = service.dynamodb();
    let nobody = unique("nobody");
    let key = |pk: &str, sk: &str| json!({"pk": {"S": format!("{pk}{nobody}")}, "sk": {"S": sk}});
    for (function, table, pk, sk, may) in [
        ("worker", "CredentialsTable", "MAIL#", "RESET#x", true),
        ("worker", "CredentialsTable", "U#", "PRINCIPAL", false),
        ("worker", "CredentialsTable", "U#", "S#x", false),
        ("media", "SocialTable", "W#", "UPLOAD#x", false),
        ("media", "SocialTable", "T#", "TWEET", false),
        ("media", "SocialTable", "U#", "PROFILE", false),
        ("tweets", "SocialTable", "W#", "MEDIA#x", true),
        ("tweets", "SocialTable", "U#", "PROFILE", false),
        ("tweets", "SocialTable", "U#", "BLOCK#x", false),
    ] {
        let put = tables.allows(function, "PutItem", table, json!({"Item": key(pk, sk)})).await;
        assert_eq!(put, may, "{function} puts {pk} {sk}");
        if function == "tweets" {
            let delete = tables.allows(function, "DeleteItem", table, json!({"Key": key(pk, sk)})).await;
            assert_eq!(delete, may, "{function} deletes {pk} {sk}");
        }
    }
    tables.delete("CredentialsTable", &format!("MAIL#{nobody}"), "RESET#x").await;
}

/// Who could write any job could have mails sent and accounts' remains removed.
#[tokio::test]
async fn a_function_writes_jobs_of_its_own_area_only() {
    let service = Service::running();
    let tables = service.dynamodb();
    // Nothing reads what lies beside a job.
    let item = |area: &str| json!({"pk": {"S": format!("J#{area}{}", unique("nobody"))}, "sk": {"S": "NO JOB"}});
    let areas = ["accounts#", "content#", "timelines#", "integers#", ""];
    for (function, own) in [
        ("auth", &["accounts#"][..]),
        ("admin", &["accounts#", "content#", "integers#"]),
        ("tweets", &["content#"]),
        ("feed", &["timelines#"]),
        ("integers", &["integers#"]),
        ("worker", &areas),
        ("media", &[]),
        ("users", &[]),
        ("profiles", &[]),
        ("notifications", &[]),
    ] {
        for area in areas {
            let item = item(area);
            let may = tables.allows(function, "PutItem", "JobsTable", json!({"Item": item})).await;
            assert_eq!(may, own.contains(&area), "{function} writes a job of {area:?}");
            if may {
                tables.delete("JobsTable", item["pk"]["S"].as_str().unwrap(), "NO JOB").await;
            }
        }
    }
}

/// Who could read a whole account could read its password hash.
#[tokio::test]
async fn profiles_reads_the_address_of_an_account_only() {
    let service = Service::running();
    let tables = service.dynamodb();
    let key = json!({"pk": {"S": format!("U#{}", unique("nobody"))}, "sk": {"S": "USER"}});
    for (projection, may) in [("pk, sk, email", true), ("pk, sk, email, password", false), ("password", false)] {
        let request = json!({"Key": key, "ProjectionExpression": projection});
        assert_eq!(tables.allows("profiles", "GetItem", "AccountsTable", request).await, may, "{projection}");
    }
    assert!(!tables.allows("profiles", "GetItem", "AccountsTable", json!({"Key": key})).await);
    let name = json!({"Key": {"pk": {"S": "NAME#ada"}, "sk": {"S": "NAME"}}, "ProjectionExpression": "pk, sk, email"});
    assert!(!tables.allows("profiles", "GetItem", "AccountsTable", name).await);
}

/// The table has notifications and security events of everybody.
#[tokio::test]
async fn users_reads_and_writes_of_the_feed_only_until_when_somebody_is_online() {
    let service = Service::running();
    let tables = service.dynamodb();
    let pk = format!("U#{}", unique("nobody"));
    let key = json!({"pk": {"S": pk}, "sk": {"S": "PRESENCE"}});
    for (projection, may) in [("pk, expires_at", true), ("pk, actor", false), ("address", false)] {
        let request = json!({"Key": key, "ProjectionExpression": projection});
        assert_eq!(tables.allows("users", "GetItem", "FeedTable", request).await, may, "{projection}");
    }
    assert!(!tables.allows("users", "GetItem", "FeedTable", json!({"Key": key})).await);
    assert!(!tables.allows("users", "PutItem", "FeedTable", json!({"Item": key})).await);
    for (attribute, may) in [("expires_at", true), ("unread", false)] {
        let update = format!("SET {attribute} = :n");
        let request = json!({"Key": key, "UpdateExpression": update, "ExpressionAttributeValues": {":n": {"N": "1"}}});
        assert_eq!(tables.allows("users", "UpdateItem", "FeedTable", request).await, may, "{attribute}");
    }
    tables.delete("FeedTable", &pk, "PRESENCE").await;
}

/// The write happens once an hour, and the right to it is for that one attribute.
#[tokio::test]
async fn every_function_with_callers_may_write_the_last_use_of_a_session() {
    let service = Service::running();
    let account = service.signup().await;
    let claims = claims_of(&account.access);
    let (pk, sk) = (format!("U#{}", account.id), format!("S#{}", claims["sid"].as_str().unwrap()));
    let user = format!("/api/users/{}/", account.username);
    for path in [
        "/api/auth/sessions/",
        "/api/notifications/",
        "/api/tweets",
        "/api/profiles/blocked",
        &user,
        "/integers/session",
    ] {
        let hours_ago = json!({"N": "1000"});
        service.dynamodb().set("CredentialsTable", &pk, &sk, "last_used_at", &hours_ago).await;
        let answer = service.get(path).bearer(&account.access).send().await;
        assert!(answer.status < 500, "{path}: {}", answer.status);
        let session = service.dynamodb().get("CredentialsTable", &pk, &sk).await;
        assert_ne!(session["last_used_at"], hours_ago, "{path}");
    }
}
