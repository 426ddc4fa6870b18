//! Event sources of functions other than HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::time::Duration;

use aviary_template::{
    EventSources, Filter, Schedule, Settings, StartingPosition, StreamSource, Template, TemplateError,
};

const ARN: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/s-JobsTable/stream/1970-01-01T00:00:00.000";

fn settings() -> Settings {
    Settings { stack: "s".to_owned(), region: "us-east-1".to_owned(), ..Settings::default() }
}

/// A template with one function that has these events, each a line of YAML.
fn template(events: &[&str]) -> Template {
    let events: Vec<_> = events.iter().map(|event| format!("        {event}")).collect();
    let text = format!(
        r#"
Parameters:
  Retries: {{ Type: Number, Default: 5 }}
Conditions:
  Never: !Equals [a, b]
Resources:
  JobsTable:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{{ AttributeName: pk, AttributeType: S }}]
      KeySchema: [{{ AttributeName: pk, KeyType: HASH }}]
      StreamSpecification: {{ StreamViewType: NEW_AND_OLD_IMAGES }}
  QuietTable:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{{ AttributeName: pk, AttributeType: S }}]
      KeySchema: [{{ AttributeName: pk, KeyType: HASH }}]
  AbsentTable:
    Type: AWS::DynamoDB::Table
    Condition: Never
    Properties:
      StreamSpecification: {{ StreamViewType: NEW_IMAGE }}
  MailQueue:
    Type: AWS::SQS::Queue
  WorkerFunction:
    Type: AWS::Serverless::Function
    Metadata: {{ BuildProperties: {{ Binary: worker }} }}
    Properties:
      Environment:
        Variables:
          TABLE: !GetAtt JobsTable.Arn
          STREAM: !Sub "${{JobsTable.StreamArn}}"
      Events:
        Nothing: {{ Type: S3 }}
{}
"#,
        events.join("\n")
    );
    Template::parse("test.yaml", &text).unwrap()
}

fn sources(events: &[&str]) -> Result<Vec<EventSources>, TemplateError> {
    template(events).event_sources(&settings())
}

fn one_stream(properties: &str) -> Result<StreamSource, TemplateError> {
    let event = format!("Jobs: {{ Type: DynamoDB, Properties: {{ {properties} }} }}");
    sources(&[&event]).map(|mut all| all.remove(0).streams.remove(0))
}

fn schedules(events: &[&str]) -> Vec<Schedule> {
    sources(events).unwrap().into_iter().flat_map(|one| one.schedules).collect()
}

#[test]
fn a_stream_has_lambdas_defaults() {
    let source = one_stream("Stream: !GetAtt JobsTable.StreamArn, StartingPosition: TRIM_HORIZON").unwrap();
    let expected = StreamSource {
        name: "Jobs".to_owned(),
        table: "JobsTable".to_owned(),
        arn: ARN.to_owned(),
        batch_size: 100,
        filter: Filter::default(),
        starting_position: StartingPosition::TrimHorizon,
        maximum_retries: None,
        bisect: false,
        report_batch_item_failures: false,
        maximum_record_age_s: None,
    };
    assert_eq!(source, expected);
}

#[test]
fn a_stream_has_what_the_template_says() {
    let source = one_stream(
        "Stream: {'Fn::GetAtt': [JobsTable, StreamArn]}, StartingPosition: LATEST, BatchSize: 10, \
         MaximumRetryAttempts: !Ref Retries, BisectBatchOnFunctionError: true, MaximumRecordAgeInSeconds: 3600, \
         FunctionResponseTypes: [ReportBatchItemFailures], MaximumBatchingWindowInSeconds: 1",
    )
    .unwrap();
    let expected = StreamSource {
        name: "Jobs".to_owned(),
        table: "JobsTable".to_owned(),
        arn: ARN.to_owned(),
        batch_size: 10,
        filter: Filter::default(),
        starting_position: StartingPosition::Latest,
        maximum_retries: Some(5),
        bisect: true,
        report_batch_item_failures: true,
        maximum_record_age_s: Some(3600),
    };
    assert_eq!(source, expected);
    let endless = one_stream(
        "Stream: !GetAtt JobsTable.StreamArn, StartingPosition: LATEST, MaximumRetryAttempts: -1, \
         MaximumRecordAgeInSeconds: -1",
    );
    let endless = endless.unwrap();
    assert_eq!((endless.maximum_retries, endless.maximum_record_age_s), (None, None));
}

#[test]
fn a_stream_delivers_what_its_filter_passes() {
    let source = one_stream(
        "Stream: !If [Never, 'arn:aws:x', !GetAtt JobsTable.StreamArn], StartingPosition: LATEST, \
         FilterCriteria: { Filters: [{ Pattern: '{\"eventName\":[\"INSERT\"]}' }] }",
    )
    .unwrap();
    assert_eq!((source.table.as_str(), source.arn.as_str()), ("JobsTable", ARN));
    assert!(source.filter.passes(&serde_json::json!({"eventName": "INSERT"})));
    assert!(!source.filter.passes(&serde_json::json!({"eventName": "REMOVE"})));
}

#[test]
fn both_kinds_of_schedules_are_rates() {
    let found = schedules(&[
        "Purge: { Type: Schedule, Properties: { Schedule: rate(1 day) } }",
        "Sweep: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(5 minutes), Name: sweep, Input: '{\"a\":1}' } }",
    ]);
    let schedule = |name: &str, seconds, input: Option<&str>| Schedule {
        name: name.to_owned(),
        every: Duration::from_secs(seconds),
        input: input.map(str::to_owned),
    };
    assert_eq!(found, [schedule("Purge", 86_400, None), schedule("sweep", 300, Some(r#"{"a":1}"#))]);
}

#[test]
fn a_rule_has_the_filter_of_its_pattern() {
    let found = sources(&[
        "Objects: { Type: EventBridgeRule, Properties: { Pattern: { source: [aws.s3], detail: { table: [!Ref JobsTable], object: { key: [{ prefix: a/ }] } } } } }",
        "Off: { Type: EventBridgeRule, Properties: { State: DISABLED, Pattern: { source: [aws.s3] } } }",
    ]);
    let rules = found.unwrap().remove(0).rules;
    assert_eq!(rules.len(), 1);
    let passes = |key: &str, table: &str| {
        let detail = serde_json::json!({"table": table, "object": {"key": key}});
        rules[0].filter.passes(&serde_json::json!({"source": "aws.s3", "detail": detail}))
    };
    let name = template(&[]).storage(&settings()).unwrap().tables[0].name.clone();
    assert!(passes("a/b", &name) && !passes("b/a", &name) && !passes("a/b", "other"));
    let broken = sources(&["Objects: { Type: EventBridgeRule, Properties: { Pattern: { source: x } } }"]);
    assert!(broken.unwrap_err().to_string().contains("Pattern"));
    assert!(sources(&["Objects: { Type: EventBridgeRule, Properties: {} }"]).is_err());
}

#[test]
fn a_queue_is_known_by_its_logical_id_even_where_it_is_not_asked() {
    let queue = "Mails: { Type: SQS, Properties: { Queue: !GetAtt MailQueue.Arn, Enabled: false } }";
    assert_eq!(sources(&[queue]).unwrap().remove(0).queues, ["MailQueue"]);
    for (broken, reason) in [
        ("Mails: { Type: SQS, Properties: {} }", "is missing"),
        ("Mails: { Type: SQS, Properties: { Queue: MailQueue } }", "must be `!GetAtt <queue>.Arn`"),
        ("Mails: { Type: SQS, Properties: { Queue: !GetAtt JobsTable.Arn } }", "there is no queue JobsTable"),
    ] {
        let error = sources(&[broken]).unwrap_err().to_string();
        assert!(error.contains("Queue") && error.contains(reason), "{error}");
    }
}

#[test]
fn disabled_events_are_left_out() {
    let found = sources(&[
        "Jobs: { Type: DynamoDB, Properties: { Stream: !GetAtt JobsTable.StreamArn, StartingPosition: LATEST, Enabled: false } }",
        "Purge: { Type: Schedule, Properties: { Schedule: rate(1 day), Enabled: !If [Never, true, false] } }",
        "Sweep: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 day), State: DISABLED } }",
    ]);
    assert_eq!(found.unwrap(), []);
}

#[test]
fn a_function_without_routes_resolves_with_its_sources() {
    let template = template(&[
        "Jobs: { Type: DynamoDB, Properties: { Stream: !GetAtt JobsTable.StreamArn, StartingPosition: LATEST } }",
        "Purge: { Type: Schedule, Properties: { Schedule: rate(1 day) } }",
    ]);
    let stack = template.resolve(&settings()).unwrap();
    let function = &stack.functions[0];
    assert!(function.routes.is_empty());
    assert_eq!(function.environment["STREAM"], ARN);
    assert_eq!(function.environment["TABLE"], "arn:aws:dynamodb:us-east-1:000000000000:table/s-JobsTable");
    let found = template.event_sources(&settings()).unwrap().remove(0);
    assert_eq!((found.logical_id.as_str(), found.binary.as_str()), ("WorkerFunction", "worker"));
    assert_eq!((&found.streams, &found.schedules), (&function.streams, &function.schedules));
    assert_eq!((found.streams.len(), found.schedules.len()), (1, 1));
}

#[test]
fn event_sources_do_not_need_the_environment() {
    let text = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    \
                Metadata: { BuildProperties: { Binary: f } }\n    Properties:\n      \
                Environment: { Variables: { X: !GetAtt Cdn.DomainName } }\n      \
                Events: { Tick: { Type: Schedule, Properties: { Schedule: rate(1 hour) } } }\n  \
                Cdn: { Type: AWS::CloudFront::Distribution }\n";
    let template = Template::parse("test.yaml", text).unwrap();
    let settings = Settings { overrides: BTreeMap::new(), ..settings() };
    assert!(template.resolve(&settings).is_err());
    assert_eq!(template.event_sources(&settings).unwrap()[0].schedules.len(), 1);
}

#[test]
fn an_invalid_stream_is_refused_with_its_path() {
    let good = "Stream: !GetAtt JobsTable.StreamArn, StartingPosition: LATEST";
    for (properties, part) in [
        ("StartingPosition: LATEST".to_owned(), "Stream: is missing"),
        ("Stream: arn:aws:x, StartingPosition: LATEST".to_owned(), "must be `!GetAtt"),
        ("Stream: !GetAtt JobsTable.Arn, StartingPosition: LATEST".to_owned(), "must be `!GetAtt"),
        ("Stream: !GetAtt NoTable.StreamArn, StartingPosition: LATEST".to_owned(), "there is no table NoTable"),
        ("Stream: !GetAtt AbsentTable.StreamArn, StartingPosition: LATEST".to_owned(), "there is no table AbsentTable"),
        ("Stream: !GetAtt QuietTable.StreamArn, StartingPosition: LATEST".to_owned(), "QuietTable has no stream"),
        ("Stream: !GetAtt JobsTable.StreamArn".to_owned(), "StartingPosition: is missing"),
        ("Stream: !GetAtt JobsTable.StreamArn, StartingPosition: AT_TIMESTAMP".to_owned(), "TRIM_HORIZON or LATEST"),
        (format!("{good}, BatchSize: 0"), "from 1 to 10000"),
        (format!("{good}, BatchSize: 10001"), "from 1 to 10000"),
        (format!("{good}, MaximumRetryAttempts: many"), "a whole number, or -1"),
        (format!("{good}, MaximumRetryAttempts: 10001"), "at most 10000"),
        (format!("{good}, BisectBatchOnFunctionError: perhaps"), "true or false"),
        (format!("{good}, FunctionResponseTypes: [Other]"), "ReportBatchItemFailures"),
        (format!("{good}, FilterCriteria: {{ Filters: [{{ Pattern: 'no JSON' }}] }}"), "FilterCriteria: must be JSON"),
        (format!("{good}, FilterCriteria: {{ Filters: [{{ Pattern: {{}} }}] }}"), "FilterCriteria: must have texts"),
        (format!("{good}, TumblingWindowInSeconds: 1"), "TumblingWindowInSeconds: is not understood"),
    ] {
        let error = one_stream(&properties).unwrap_err().to_string();
        assert!(error.starts_with("WorkerFunction: Resources.WorkerFunction.Properties.Events.Jobs"), "{error}");
        assert!(error.contains(part), "{properties}: {error}");
    }
}

#[test]
fn a_schedule_without_a_rate_is_refused_with_its_path() {
    for (expression, part) in [("cron(0 12 * * ? *)", "cron"), ("rate(1 minutes)", "rate(1 minute)")] {
        let event = format!("Tick: {{ Type: Schedule, Properties: {{ Schedule: '{expression}' }} }}");
        let error = sources(&[&event]).unwrap_err().to_string();
        assert!(error.contains("Events.Tick.Properties.Schedule") && error.contains(part), "{error}");
    }
}
