//! Rules of the project's own template that no linter knows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use aviary_template::{Settings, StreamSource, Template};
use serde_json::{Value as Json, json};
use serde_yaml_ng::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text() -> String {
    fs::read_to_string(root().join("template.yaml")).unwrap()
}

fn document() -> Value {
    serde_yaml_ng::from_str(&text()).unwrap()
}

/// The resources of this type, by their logical ids.
fn resources(document: &Value, kind: &str) -> Vec<(String, Value)> {
    let all = document["Resources"].as_mapping().unwrap();
    let of_kind = all.iter().filter(|(_, resource)| resource["Type"] == kind);
    of_kind.map(|(id, resource)| (id.as_str().unwrap().to_owned(), resource.clone())).collect()
}

fn settings(parameters: &[(&str, &str)]) -> Settings {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Settings { stack: "s".to_owned(), region: "us-east-1".to_owned(), parameters, ..Settings::default() }
}

fn streams_of(binary: &str) -> Vec<StreamSource> {
    let sources = Template::parse("template.yaml", &text()).unwrap().event_sources(&settings(&[])).unwrap();
    sources.into_iter().find(|source| source.binary == binary).unwrap().streams
}

fn lines_with(needle: &str) -> Vec<String> {
    text().lines().filter(|line| line.contains(needle)).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn each_function_publishes_a_version_with_each_release() {
    let functions = resources(&document(), "AWS::Serverless::Function");
    assert!(!functions.is_empty());
    for (id, function) in functions {
        let Value::Tagged(release) = &function["Properties"]["AutoPublishCodeSha256"] else { panic!("{id}") };
        assert!(release.tag == "Ref" && release.value == "Release", "{id}");
    }
}

#[test]
fn what_holds_data_outlives_the_stack_but_not_a_failed_creation() {
    let document = document();
    let kinds = ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key"];
    let mut kept: Vec<_> = kinds.into_iter().flat_map(|kind| resources(&document, kind)).collect();
    kept.push(("AuditLogGroup".to_owned(), document["Resources"]["AuditLogGroup"].clone()));
    for (id, resource) in kept {
        assert_eq!(resource["DeletionPolicy"], "RetainExceptOnCreate", "{id}");
        assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{id}");
        // A name of its own would be taken when the stage is made anew.
        for name in ["TableName", "BucketName", "LogGroupName"] {
            assert!(resource["Properties"].get(name).is_none(), "{id}");
        }
    }
}

#[test]
fn each_table_has_an_alarm_that_sees_it_and_its_global_indexes() {
    let document = document();
    let alarms: Vec<_> = resources(&document, "AWS::CloudWatch::Alarm")
        .into_iter()
        .map(|(_, alarm)| serde_yaml_ng::to_string(&alarm["Properties"]).unwrap())
        .collect();
    for (id, table) in resources(&document, "AWS::DynamoDB::Table") {
        let named = format!("{id}InUse.Value");
        let alarm = alarms.iter().find(|alarm| alarm.contains("ThrottleEvents") && alarm.contains(&named));
        let alarm = alarm.unwrap_or_else(|| panic!("no alarm for {id}"));
        let indexes = table["Properties"]["GlobalSecondaryIndexes"].as_sequence().cloned().unwrap_or_default();
        for index in &indexes {
            let name = format!("Value: {}\n", index["IndexName"].as_str().unwrap());
            assert_eq!(alarm.matches(&name).count(), 2, "{id}: {name} in {alarm}");
        }
        assert_eq!(alarm.matches("FILL(").count(), 2 + 2 * indexes.len(), "{id}");
    }
}

#[test]
fn everything_asks_one_place_which_table_serves() {
    let document = document();
    let tables = resources(&document, "AWS::DynamoDB::Table");
    assert_eq!(tables.len(), 7);
    for (id, _) in tables {
        let by_name = lines_with(&format!("!Ref {id}"));
        assert_eq!(by_name.len(), 1, "{by_name:?}");
        assert!(by_name[0].contains(&format!("!Ref Restored{id}")), "{by_name:?}");
        assert_eq!(lines_with(&format!("!GetAtt {id}.Arn")), [] as [&str; 0]);
        assert_eq!(lines_with(&format!("{{{id}.Arn}}")), [] as [&str; 0]);
    }
    for (id, function) in resources(&document, "AWS::Serverless::Function") {
        let variables = function["Properties"].get("Environment").map(|environment| environment["Variables"].clone());
        for (name, value) in variables.unwrap_or_default().as_mapping().into_iter().flatten() {
            let name = name.as_str().unwrap();
            if name.ends_with("_TABLE") {
                let Value::Tagged(value) = value else { panic!("{id}: {name}") };
                let pointer = value.value.as_str().unwrap_or_default().strip_suffix("TableInUse.Value");
                let table = pointer.unwrap_or_else(|| panic!("{id}: {name}")).to_uppercase();
                assert_eq!(name, format!("AVIARY_{table}_TABLE"), "{id}");
            }
        }
    }
}

#[test]
fn roles_follow_to_a_restored_table() {
    let template = Template::parse("template.yaml", &text()).unwrap();
    let resources = |settings: &Settings| -> BTreeSet<String> {
        let roles = template.roles(settings, &["dynamodb"]).unwrap();
        let statements = roles.into_iter().flat_map(|role| role.policies).flat_map(|policy| policy.statements);
        statements.map(|statement| statement["Resource"].to_string()).filter(|one| one.contains("ocial")).collect()
    };
    let own = resources(&settings(&[]));
    let restored = resources(&settings(&[
        ("RestoredSocialTable", "restored-social"),
        ("RestoredSocialStream", "2026-01-31T12:00:00.000"),
    ]));
    assert!(!own.is_empty() && own.iter().all(|one| one.contains("table/s-SocialTable")), "{own:?}");
    assert_eq!(own.len(), restored.len());
    assert!(restored.iter().all(|one| one.contains("table/restored-social") && !one.contains("s-SocialTable")));
    let stream = "table/restored-social/stream/2026-01-31T12:00:00.000";
    assert!(restored.iter().any(|one| one.contains(stream)), "{restored:?}");
}

#[test]
fn what_ses_tells_of_a_mail_reaches_the_worker() {
    let document = document();
    let of = |id: &str| document["Resources"][id]["Properties"].clone();
    let named = |value: &Value| match value {
        Value::Tagged(value) => value.value.as_str().unwrap().to_owned(),
        other => panic!("{other:?}"),
    };
    let destination = of("MailEventDestination");
    assert_eq!(named(&destination["ConfigurationSetName"]), "MailConfigurationSet");
    let kinds = &destination["EventDestination"]["MatchingEventTypes"];
    assert!(["bounce", "complaint"].iter().all(|kind| kinds.as_sequence().unwrap().contains(&(*kind).into())));
    let topic = named(&destination["EventDestination"]["SnsDestination"]["TopicARN"]);
    let subscription = of("MailEventsSubscription");
    assert_eq!(named(&subscription["TopicArn"]), topic);
    // Without the envelope of SNS, as the worker reads them.
    assert_eq!(subscription["RawMessageDelivery"], true);
    let queue = named(&subscription["Endpoint"]);
    let source = of("WorkerFunction")["Events"]["Mails"]["Properties"].clone();
    assert_eq!((named(&source["Queue"]), queue.as_str()), (queue.clone(), "MailEventsQueue.Arn"));
    let timeout = of("WorkerFunction")["Timeout"].as_u64().unwrap();
    assert!(of("MailEventsQueue")["VisibilityTimeout"].as_u64().unwrap() >= 6 * timeout);
}

#[test]
fn unknown_paths_have_a_function() {
    let document = document();
    let functions = resources(&document, "AWS::Serverless::Function");
    let events =
        functions.iter().filter_map(|(id, function)| Some((id, function["Properties"]["Events"].as_mapping()?)));
    let default = |events: &serde_yaml_ng::Mapping| {
        events.values().any(|event| event["Type"] == "HttpApi" && event["Properties"]["Path"] == "$default")
    };
    assert_eq!(events.filter(|(_, events)| default(events)).count(), 1);
}

#[test]
fn streams_deliver_all_that_has_effects_and_no_counts() {
    let feed = streams_of("feed").remove(0).filter;
    let social = |event: &str, sk: &str, image: Json| {
        feed.passes(&json!({"eventName": event, "dynamodb": {"Keys": {"sk": {"S": sk}}, "NewImage": image}}))
    };
    for sk in ["TWEET", "COMMENT", "FOLLOW#x", "LIKE#x", "HIDE#x", "PROFILE"] {
        assert!(social("INSERT", sk, json!({})) && social("REMOVE", sk, json!({})), "{sk}");
    }
    for sk in ["HIDE#x", "a kind that is made later"] {
        assert!(social("MODIFY", sk, json!({"mutes": {"BOOL": true}})), "{sk}");
    }
    assert!(social("MODIFY", "TWEET", json!({"edited_at": {"N": "1"}})));
    assert!(!social("MODIFY", "TWEET", json!({"likes": {"N": "1"}})));
    assert!(!social("MODIFY", "TWEET", json!({"edited_at": {"NULL": true}})));
    assert!(!social("MODIFY", "PROFILE", json!({"followers": {"N": "1"}})));

    let worker = streams_of("worker");
    let jobs = |area: &str, event: &str, attempts: &str| -> Vec<&str> {
        let (key, image) = (format!("J#{area}#x"), json!({"attempts": {"N": attempts}}));
        let record = json!({"eventName": event, "dynamodb": {"Keys": {"pk": {"S": key}}, "NewImage": image}});
        worker.iter().filter(|source| source.filter.passes(&record)).map(|source| source.name.as_str()).collect()
    };
    // Nobody's tweets stand before a mail.
    for (area, source) in
        [("accounts", "AccountJobs"), ("content", "Jobs"), ("timelines", "Jobs"), ("integers", "Jobs")]
    {
        assert_eq!([jobs(area, "INSERT", "0"), jobs(area, "MODIFY", "0")], [[source], [source]], "{area}");
        assert_eq!([jobs(area, "MODIFY", "1"), jobs(area, "REMOVE", "0")], [[""; 0]; 2], "{area}");
    }
}

#[test]
fn streams_deliver_the_sample_events() {
    for (file, binary) in
        [("feed-batch", "feed"), ("feed-follow", "feed"), ("feed-like", "feed"), ("worker-batch", "worker")]
    {
        let text = fs::read_to_string(root().join("events").join(file).with_extension("json")).unwrap();
        let event: Json = serde_json::from_str(&text).unwrap();
        let streams = streams_of(binary);
        for record in event["Records"].as_array().unwrap() {
            assert!(streams.iter().any(|stream| stream.filter.passes(record)), "{file}: {record}");
        }
    }
}

#[test]
fn what_users_uploaded_is_served_as_something_that_never_runs() {
    let template = Template::parse("template.yaml", &text()).unwrap();
    let headers = template.served_headers(&settings(&[])).unwrap();
    let value = |name: &str| headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str());
    assert_eq!(value("x-content-type-options"), Some("nosniff"));
    assert!(value("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert_eq!(value("referrer-policy"), Some("no-referrer"));
    assert_eq!(value("cross-origin-resource-policy"), Some("cross-origin"));
    assert_eq!(headers.len(), 4, "{headers:?}");
}

#[test]
fn the_administration_reads_the_log_of_every_function() {
    let template = Template::parse("template.yaml", &text()).unwrap();
    let overrides = ["AVIARY_MEDIA_URL", "AVIARY_PUBLIC_URL"].map(|name| (name.to_owned(), String::new())).into();
    let stack = template.resolve(&Settings { overrides, ..settings(&[]) }).unwrap();
    let groups: BTreeSet<String> = stack.functions.iter().map(|function| function.log_group.clone().unwrap()).collect();
    assert_eq!(groups.len(), stack.functions.len());
    let admin = stack.functions.iter().find(|function| function.binary == "admin").unwrap();
    let listed = admin.environment["AVIARY_FUNCTION_LOG_GROUPS"].split(',').map(str::to_owned);
    assert_eq!(listed.collect::<BTreeSet<_>>(), groups);
    for group in &groups {
        let name = group.rsplit('/').next().unwrap();
        assert!(
            stack.functions.iter().any(|function| function.binary == name),
            "{group} ends with its function's name"
        );
    }
    let roles = template.roles(&settings(&[]), &["logs"]).unwrap();
    let role = roles.into_iter().find(|role| role.binary == "admin").unwrap();
    let statements = role.policies.iter().flat_map(|policy| &policy.statements);
    let statement = statements.into_iter().find(|statement| statement["Sid"] == "FunctionLogs").unwrap();
    let allowed = statement["Resource"].as_array().unwrap().iter();
    let allowed: Vec<&str> = allowed.map(|resource| resource.as_str().unwrap()).collect();
    for group in &groups {
        assert!(allowed.iter().any(|arn| arn.contains(&format!(":log-group:{group}"))), "{group}: {allowed:?}");
    }
    assert_eq!(allowed.len(), groups.len());
}
