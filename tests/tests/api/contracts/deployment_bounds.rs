//! What the template bounds: the units of tables, and what counts as an error of the service.

use xtask::workspace::Workspace;

fn template() -> String {
    let path = Workspace::locate().expect("the workspace").template();
    std::fs::read_to_string(path).expect("template.yaml")
}

/// Nothing else caps the bill: a table on demand grows with its load.
#[test]
fn every_table_and_global_index_has_a_bound_of_units() {
    let template = template();
    let tables: Vec<&str> = template.split("Type: AWS::DynamoDB::Table").skip(1).collect();
    assert_eq!(tables.len(), 7);
    for table in tables {
        let (table, _) = table.split_once("DeletionProtectionEnabled").expect("the end of a table");
        let before_local = table.split("LocalSecondaryIndexes:").next().unwrap_or_default();
        let indexes = before_local.matches("- IndexName:").count();
        let bounds = table.matches("OnDemandThroughput: { MaxReadRequestUnits: !Ref").count();
        assert_eq!(bounds, 1 + indexes, "{table}");
    }
}

/// Anybody may ask for the status as often as they like, and use up the environments of a function for a moment.
#[test]
fn no_alarm_counts_answers_that_anybody_can_cause() {
    let template = template();
    let counted =
        r#"FilterPattern: '{ ($.status >= 500) && ($.route != "ANY /status*") && ($.integration.status != "429") }'"#;
    assert!(template.contains(counted));
    // CloudFront's metric of media is another one: 5xxErrorRate.
    assert!(!template.contains("MetricName: 5xx\n"), "the gateway's own metric counts every path");
}

/// Log bytes cost money at every answer, also at the gateway's own.
#[test]
fn a_client_writes_nothing_into_the_gateways_log() {
    let template = template();
    let (_, format) = template.split_once("Format: >-").expect("the format of the access log");
    let (format, _) = format.split_once("Tags:").expect("its end");
    for written in ["context.path", "userAgent", "identity.caller", "authorizer", "querystring", "header"] {
        assert!(!format.contains(written), "{written} is as long as the client likes");
    }
}
