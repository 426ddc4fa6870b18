//! Resources of a template, resolved for one stack.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::path::Path;

use aviary_template::{Route, Settings, Stack, Template, TemplateError};

fn settings(parameters: &[(&str, &str)]) -> Settings {
    let map = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Settings {
        stack: "aviary-local".to_owned(),
        region: "us-east-1".to_owned(),
        parameters: map(parameters),
        overrides: map(&[("AVIARY_MEDIA_URL", "http://127.0.0.1:4601/media")]),
    }
}

fn fixture() -> Template {
    Template::load(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/template.yaml")).unwrap()
}

fn resolve(parameters: &[(&str, &str)]) -> Stack {
    fixture().resolve(&settings(parameters)).unwrap()
}

/// The error message for a template with these resources.
fn refusal(resources: &str) -> String {
    let text = format!("Parameters: {{ Needed: {{ Type: String }} }}\nResources:\n{resources}");
    Template::parse("test.yaml", &text).and_then(|template| template.resolve(&settings(&[]))).unwrap_err().to_string()
}

fn function(variable: &str) -> String {
    format!(
        "  F:\n    Type: AWS::Serverless::Function\n    Metadata: {{ BuildProperties: {{ Binary: f }} }}\n    \
         Properties: {{ Environment: {{ Variables: {{ X: {variable} }} }} }}\n"
    )
}

#[test]
fn tables_have_their_keys_indexes_ttl_and_stream() {
    let stack = resolve(&[]);
    assert_eq!(stack.tables.len(), 1);
    let table = &stack.tables[0];
    assert_eq!((table.logical_id.as_str(), table.name.as_str()), ("ItemsTable", "aviary-local-ItemsTable"));
    assert_eq!(
        table.attributes.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(),
        ["pk", "recent_sk", "sk", "time_pk"]
    );
    assert_eq!(table.key_schema.iter().map(|k| k.role.as_str()).collect::<Vec<_>>(), ["HASH", "RANGE"]);
    assert_eq!(table.indexes[0].name, "by-time");
    assert_eq!(table.indexes[0].projection.kind, "INCLUDE");
    assert_eq!(table.indexes[0].projection.attributes, ["name"]);
    let local = &table.local_indexes[0];
    assert_eq!((local.name.as_str(), local.projection.kind.as_str()), ("by-recency", "ALL"));
    assert_eq!(local.key_schema.iter().map(|k| k.attribute.as_str()).collect::<Vec<_>>(), ["pk", "recent_sk"]);
    assert_eq!((table.indexes.len(), table.local_indexes.len()), (1, 1));
    assert_eq!(table.ttl_attribute.as_deref(), Some("expires_at"));
    assert_eq!(table.stream_view.as_deref(), Some("NEW_AND_OLD_IMAGES"));
}

#[test]
fn buckets_and_log_groups_have_names_that_aws_allows() {
    let stack = resolve(&[]);
    assert_eq!(stack.buckets[0].name, "aviary-local-mediabucket");
    assert_eq!(stack.log_groups[0].name, "/aviary/dev/main");
    assert_eq!(stack.log_groups[0].retention_days, Some(7));
}

#[test]
fn parameters_decide_conditions() {
    let stack = resolve(&[("Stage", "prod")]);
    assert_eq!(
        stack.tables.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(),
        ["aviary-local-ItemsTable", "aviary-local-named"]
    );
    assert_eq!(stack.log_groups[0].retention_days, Some(365));
    assert_eq!(stack.functions[0].environment["AVIARY_LEVEL"], "info");
    assert_eq!(resolve(&[("Stage", "staging")]).functions[0].environment["AVIARY_LEVEL"], "debug");
}

#[test]
fn a_functions_own_values_override_the_globals() {
    let stack = resolve(&[]);
    let function = &stack.functions[0];
    assert_eq!(function.binary, "main");
    assert_eq!((function.memory_mb, function.timeout_s), (512, 29));
    assert_eq!(function.log_group.as_deref(), Some("/aviary/dev/main"));
    let expected = [
        ("AVIARY_BUCKET", "aviary-local-mediabucket"),
        ("AVIARY_LEVEL", "debug"),
        ("AVIARY_LIST", "a,dev"),
        ("AVIARY_LOG_GROUP", "/aviary/dev/main"),
        ("AVIARY_MEDIA_URL", "http://127.0.0.1:4601/media"),
        // Without !Sub it is not replaced.
        ("AVIARY_STAGE", "overridden-${Stage}"),
        ("AVIARY_TABLE", "aviary-local-ItemsTable"),
        ("AVIARY_TABLE_ARN", "arn:aws:dynamodb:us-east-1:000000000000:table/aviary-local-ItemsTable"),
        ("AVIARY_WHERE", "us-east-1/000000000000/${literal}"),
    ];
    let expected: BTreeMap<_, _> = expected.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    assert_eq!(function.environment, expected);
}

#[test]
fn routes_are_the_events_of_the_http_api() {
    let route = |path: &str| Route { method: "ANY".to_owned(), path: path.to_owned() };
    assert_eq!(resolve(&[]).functions[0].routes, [route("/main"), route("/main/{proxy+}")]);
}

#[test]
fn a_value_known_only_on_aws_is_refused_with_its_path() {
    let without = Settings { overrides: BTreeMap::new(), ..settings(&[]) };
    let error = fixture().resolve(&without).unwrap_err();
    let TemplateError::Unresolvable { logical_id, path, reason } = error else { panic!("{error}") };
    assert_eq!(logical_id, "MainFunction");
    assert!(path.contains("AVIARY_MEDIA_URL"), "{path}");
    assert!(reason.contains("MediaDistribution.DomainName"), "{reason}");
    // Resources that hold data do not depend on it.
    assert_eq!(fixture().storage(&without).unwrap().tables.len(), 1);
}

#[test]
fn wrong_parameters_are_refused_by_name() {
    for (name, value, part) in [("Stage", "moon", "dev, staging, prod"), ("Stagee", "dev", "none of that name")] {
        let error = fixture().resolve(&settings(&[(name, value)])).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(part), "{error}");
    }
}

#[test]
fn an_unresolvable_value_is_refused_with_its_reason() {
    for (variable, part) in [
        ("!Ref Nothing", "neither a parameter nor a resource"),
        ("!Ref Needed", "Needed: has no default"),
        ("!GetAtt Nothing.Arn", "there is no resource Nothing"),
        ("!GetAtt F", "wants a resource and an attribute"),
        ("!Sub '${Open'", "without"),
        ("!If [None, a, b]", "there is no condition None"),
        ("!ImportValue x", "Fn::ImportValue is not understood"),
        ("[a, b]", "must be text"),
    ] {
        let error = refusal(&function(variable));
        assert!(error.contains(part), "{variable}: {error}");
    }
    let cycle = "  T:\n    Type: AWS::DynamoDB::Table\n    Properties: { TableName: !Sub 'x-${T}' }\n";
    assert!(refusal(cycle).contains("refers to itself"), "{}", refusal(cycle));
    let bare = "  F:\n    Type: AWS::Serverless::Function\n";
    assert!(refusal(bare).contains("Metadata.BuildProperties.Binary"), "{}", refusal(bare));
}

#[test]
fn a_file_without_a_template_is_refused() {
    let missing = Template::load("/nowhere/template.yaml").unwrap_err();
    assert!(matches!(missing, TemplateError::Read { .. }), "{missing}");
    assert!(matches!(Template::parse("x", "a: [").unwrap_err(), TemplateError::Yaml { .. }));
    assert!(matches!(Template::parse("x", "a: 1").unwrap_err(), TemplateError::Unresolvable { .. }));
}

#[test]
fn the_projects_own_template_resolves() {
    let template = Template::load(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml")).unwrap();
    let stack = template.resolve(&settings(&[])).unwrap();
    let binaries: Vec<_> = stack.functions.iter().map(|function| function.binary.as_str()).collect();
    for binary in ["auth", "feed", "notifications", "profiles", "status", "tweets"] {
        assert!(binaries.contains(&binary), "{binaries:?}");
    }
    for function in &stack.functions {
        assert!(!function.routes.is_empty() || function.log_group.is_some(), "{}", function.logical_id);
        for (name, value) in &function.environment {
            // Our settings, and one variable of glibc.
            let is_known = name.starts_with("AVIARY_") || name == "MALLOC_MMAP_THRESHOLD_";
            assert!(is_known && !value.contains("${"), "{}: {name}={value}", function.logical_id);
        }
    }
}
