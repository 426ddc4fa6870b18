//! Rights of functions in a template.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use aviary_template::{Role, Settings, Template, TemplateError};
use serde_json::json;

fn roles(role: &str, function: &str) -> Result<Vec<Role>, TemplateError> {
    roles_with("", role, function)
}

/// As [`roles`], with further resources.
fn roles_with(resources: &str, role: &str, function: &str) -> Result<Vec<Role>, TemplateError> {
    let text = format!(
        r#"
Conditions:
  Never: !Equals [a, b]
  Always: !Equals [a, a]
Resources:
  ItemsTable:
    Type: AWS::DynamoDB::Table
  Queue:
    Type: AWS::SQS::Queue
  OwnRole:
    Type: AWS::IAM::Role
    Properties: {role}
  OwnFunction:
    Type: AWS::Serverless::Function
    Metadata: {{ BuildProperties: {{ Binary: own }} }}
    Properties: {function}
{resources}"#
    );
    let settings = Settings { stack: "s".to_owned(), region: "us-east-1".to_owned(), ..Settings::default() };
    Template::parse("test", &text).unwrap().roles(&settings, &["dynamodb"])
}

fn policy(name: &str, statements: &str) -> String {
    format!("{{ PolicyName: {name}, PolicyDocument: {{ Version: \"2012-10-17\", Statement: {statements} }} }}")
}

const ROLE: &str = "{ Role: !GetAtt OwnRole.Arn }";

#[test]
fn a_role_has_the_resolved_statements_of_the_requested_services() {
    let get = r#"{ Sid: Get, Effect: Allow, Action: dynamodb:GetItem, Resource: [!GetAtt ItemsTable.Arn, !Sub "${ItemsTable.Arn}/index/*"] }"#;
    // The queue's ARN is known only on AWS.
    let send = "{ Sid: Send, Effect: Allow, Action: [sqs:SendMessage], Resource: !GetAtt Queue.Arn }";
    let any = r#"{ Sid: Any, Effect: Deny, NotAction: "s3:*", Resource: "*" }"#;
    let all = r#"{ Sid: All, Effect: Allow, Action: ["*"], Resource: "*" }"#;
    let first = policy("first", &format!("[{get}, {send}, {any}]"));
    let second = policy("second", all);
    let policies =
        format!("{{ Policies: [{first}, !If [Never, {second}, !Ref AWS::NoValue], !If [Always, {second}, {first}]] }}");
    let found = roles(&policies, ROLE).unwrap();
    assert_eq!((found[0].binary.as_str(), found[0].name.as_str(), found.len()), ("own", "s-OwnRole", 1));
    let names: Vec<_> = found[0].policies.iter().map(|policy| policy.name.as_str()).collect();
    assert_eq!(names, ["first", "second"]);
    let table = "arn:aws:dynamodb:us-east-1:000000000000:table/s-ItemsTable";
    assert_eq!(
        found[0].policies[0].statements,
        [
            json!({"Sid": "Get", "Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": [table, format!("{table}/index/*")]}),
            json!({"Sid": "Any", "Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}),
        ]
    );
    assert_eq!(found[0].policies[1].statements.len(), 1);
}

#[test]
fn a_function_without_a_role_has_no_rights() {
    let found = roles("{}", "{ MemorySize: 128 }").unwrap();
    assert_eq!((found[0].name.as_str(), found[0].policies.len()), ("s-OwnFunctionRole", 0));
}

const SHARED: &str = r#"
  SharedPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Sid: Get, Effect: Allow, Action: dynamodb:GetItem, Resource: !GetAtt ItemsTable.Arn }
          - { Sid: Traces, Effect: Allow, Action: [xray:PutTraceSegments], Resource: "*" }
  AbsentPolicy:
    Type: AWS::IAM::ManagedPolicy
    Condition: Never
    Properties: { PolicyDocument: { Version: "2012-10-17", Statement: [] } }
"#;

#[test]
fn a_role_has_the_statements_of_its_managed_policies() {
    let put = r#"{ Sid: Put, Effect: Allow, Action: [dynamodb:PutItem], Resource: !GetAtt ItemsTable.Arn }"#;
    let own = policy("own", &format!("[{put}]"));
    let absent = "!If [Never, arn:aws:iam::aws:policy/AdministratorAccess, !Ref AWS::NoValue]";
    let role = format!("{{ ManagedPolicyArns: [!Ref SharedPolicy, {absent}], Policies: [{own}] }}");
    let found = roles_with(SHARED, &role, ROLE).unwrap();
    let sids: Vec<_> = found[0]
        .policies
        .iter()
        .map(|policy| {
            let sids: Vec<_> = policy.statements.iter().map(|one| one["Sid"].as_str().unwrap()).collect();
            (policy.name.as_str(), sids)
        })
        .collect();
    assert_eq!(sids, [("SharedPolicy", vec!["Get"]), ("own", vec!["Put"])]);
    assert_eq!(
        found[0].policies[0].statements[0]["Resource"],
        "arn:aws:dynamodb:us-east-1:000000000000:table/s-ItemsTable"
    );
    assert!(roles_with(SHARED, "{}", ROLE).unwrap()[0].policies.is_empty());
}

#[test]
fn managed_policies_of_other_templates_are_refused() {
    for arns in [
        "[arn:aws:iam::aws:policy/AdministratorAccess]",
        "[!Ref SharedPolicy, arn:aws:iam::aws:policy/AdministratorAccess]",
        "[!Ref AbsentPolicy]",
        "[!Ref ItemsTable]",
        "[!Sub \"${SharedPolicy}\"]",
        "!Ref Unknown",
    ] {
        let error = roles_with(SHARED, &format!("{{ ManagedPolicyArns: {arns} }}"), ROLE).unwrap_err().to_string();
        assert!(error.contains("ManagedPolicyArns") && error.contains("in this template"), "{error}");
    }
    let attached =
        SHARED.replace("    Condition: Never\n    Properties: {", "    Properties: { Roles: [!Ref OwnRole],");
    let error = roles_with(&attached, "{}", ROLE).unwrap_err().to_string();
    assert!(error.contains("AbsentPolicy") && error.contains("Roles"), "{error}");
}

#[test]
fn rights_from_outside_the_template_are_refused() {
    let version = r#"{ Policies: [{ PolicyName: p, PolicyDocument: { Version: "2008-10-17", Statement: [] } }] }"#;
    for (role, function) in [
        ("{ ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess] }", ROLE),
        ("{ PermissionsBoundary: arn:aws:iam::aws:policy/ReadOnlyAccess }", ROLE),
        (version, ROLE),
        ("{}", "{ Policies: [AmazonDynamoDBFullAccess] }"),
        ("{}", "{ Role: arn:aws:iam::000000000000:role/other }"),
        ("{}", "{ Role: !GetAtt Queue.Arn }"),
    ] {
        assert!(roles(role, function).is_err(), "{role} {function}");
    }
}
