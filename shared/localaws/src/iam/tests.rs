//! Decisions about requests, and policies that are refused.

use aviary_template::Policy;
use serde_json::{Value, json};

use super::*;

const TABLE: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/t";

fn role(statements: &[Value]) -> Result<FunctionRole, StartError> {
    let policies = vec![Policy { name: "tables".to_owned(), statements: statements.to_vec() }];
    FunctionRole::of(&Role { binary: "auth".to_owned(), name: "s-AuthRole".to_owned(), policies })
}

fn statement(actions: &Value, resource: &str, condition: Option<Value>) -> Value {
    let mut statement = json!({"Sid": "One", "Effect": "Allow", "Action": actions, "Resource": resource});
    if let Some(condition) = condition {
        statement["Condition"] = condition;
    }
    statement
}

fn may(role: &FunctionRole, action: &str, resource: &str, context: &[(&'static str, &[&str])]) -> bool {
    let context = context.iter().map(|(key, values)| {
        let values = values.iter().map(|value| (*value).to_owned());
        let one = || values.clone().next().unwrap();
        (
            *key,
            if *key == "dynamodb:ReturnValues" {
                ContextValue::String(one())
            } else {
                ContextValue::StringList(values.clone().collect())
            },
        )
    });
    let action =
        RequestedAction { action: action.to_owned(), resource: resource.to_owned(), context: context.collect() };
    role.check(&action).is_ok()
}

#[test]
fn what_no_statement_allows_is_denied_in_the_words_of_aws() {
    let role = role(&[statement(&json!(["dynamodb:GetItem"]), TABLE, None)]).unwrap();
    assert!(may(&role, "dynamodb:GetItem", TABLE, &[]));
    let index = format!("{TABLE}/index/lists");
    for (action, resource) in [("dynamodb:PutItem", TABLE), ("dynamodb:GetItem", &index), ("dynamodb:GetItem", "*")] {
        assert!(!may(&role, action, resource, &[]), "{action} {resource}");
    }
    let action = RequestedAction { action: "dynamodb:Query".to_owned(), resource: index.clone(), context: Vec::new() };
    assert_eq!(
        role.check(&action).unwrap_err().to_string(),
        format!(
            "User: arn:aws:sts::000000000000:assumed-role/s-AuthRole/auth is not authorized to perform: dynamodb:Query \
             on resource: {index} because no identity-based policy allows the dynamodb:Query action"
        )
    );
}

#[test]
fn wildcards_are_of_any_length_or_of_one_character() {
    let any = role(&[statement(&json!("dynamodb:*Item"), &format!("{TABLE}/index/*"), None)]).unwrap();
    assert!(may(&any, "dynamodb:GetItem", &format!("{TABLE}/index/lists"), &[]));
    assert!(may(&any, "dynamodb:getitem", &format!("{TABLE}/index/lists"), &[]), "actions have no case");
    assert!(!may(&any, "dynamodb:Query", &format!("{TABLE}/index/lists"), &[]));
    assert!(!may(&any, "dynamodb:GetItem", TABLE, &[]));
    let one = role(&[statement(&json!("dynamodb:GetItem"), "arn:aws:dynamodb:*:*:table/?", None)]).unwrap();
    assert!(may(&one, "dynamodb:GetItem", TABLE, &[]));
    assert!(!may(&one, "dynamodb:GetItem", &format!("{TABLE}t"), &[]));
    let all = role(&[statement(&json!("*"), "*", None)]).unwrap();
    assert!(may(&all, "dynamodb:ListTables", "*", &[]));
}

#[test]
fn an_explicit_denial_wins() {
    let deny = json!({"Effect": "Deny", "Action": "dynamodb:GetItem", "Resource": "*"});
    let role = role(&[statement(&json!("dynamodb:*"), "*", None), deny]).unwrap();
    assert!(!may(&role, "dynamodb:GetItem", TABLE, &[]));
    assert!(may(&role, "dynamodb:PutItem", TABLE, &[]));
}

#[test]
fn every_leading_key_must_be_one_that_is_allowed() {
    let condition = json!({
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["U#*", "HEALTH"]},
        "Null": {"dynamodb:LeadingKeys": "false"},
    });
    let role = role(&[statement(&json!("dynamodb:BatchGetItem"), TABLE, Some(condition))]).unwrap();
    let may = |keys: &[&str]| may(&role, "dynamodb:BatchGetItem", TABLE, &[("dynamodb:LeadingKeys", keys)]);
    assert!(may(&["U#1"]) && may(&["U#1", "HEALTH", "U#"]));
    for keys in [&["T#1"][..], &["U#1", "T#1"], &["HEALTHY"], &["xU#1"], &["u#1"]] {
        assert!(!may(keys), "{keys:?}");
    }
}

#[test]
fn for_all_values_holds_without_any_and_null_does_not() {
    let like = json!({"dynamodb:LeadingKeys": ["U#*"]});
    let open = json!({"ForAllValues:StringLike": like});
    let closed = json!({"ForAllValues:StringLike": like, "Null": {"dynamodb:LeadingKeys": "false"}});
    for (condition, allowed) in [(open, true), (closed, false)] {
        let role = role(&[statement(&json!("dynamodb:Scan"), TABLE, Some(condition))]).unwrap();
        assert_eq!(may(&role, "dynamodb:Scan", TABLE, &[]), allowed);
    }
}

#[test]
fn attributes_and_what_comes_back_are_limited() {
    let condition = json!({
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["pk", "last_used_at"]},
        "StringEqualsIfExists": {"dynamodb:ReturnValues": "NONE"},
    });
    let role = role(&[statement(&json!("dynamodb:UpdateItem"), TABLE, Some(condition))]).unwrap();
    let may = |context: &[(&'static str, &[&str])]| may(&role, "dynamodb:UpdateItem", TABLE, context);
    assert!(may(&[("dynamodb:Attributes", &["pk", "last_used_at"])]));
    assert!(may(&[("dynamodb:Attributes", &["pk"]), ("dynamodb:ReturnValues", &["NONE"])]));
    assert!(!may(&[("dynamodb:Attributes", &["pk", "kind"])]));
    assert!(!may(&[("dynamodb:Attributes", &["pk"]), ("dynamodb:ReturnValues", &["ALL_NEW"])]));
}

#[test]
fn what_could_not_be_enforced_is_an_error() {
    let with = |condition: Value| role(&[statement(&json!("dynamodb:GetItem"), TABLE, Some(condition))]);
    for condition in [
        json!({"ForAllValues:StringLikes": {"dynamodb:LeadingKeys": "U#*"}}),
        json!({"StringEquals": {"dynamodb:EnclosingOperation": "TransactWriteItems"}}),
        json!({"StringEquals": {"aws:SourceIp": "127.0.0.1"}}),
        json!({"StringEquals": {"dynamodb:leadingkeys": "x"}}),
        json!({"StringLike": {"dynamodb:LeadingKeys": "U#*"}}),
        json!({"ForAllValues:StringEquals": {"dynamodb:ReturnValues": "NONE"}}),
        json!({"Null": {"dynamodb:LeadingKeys": "no"}}),
        json!({"NumericEquals": {"dynamodb:ReturnValues": "1"}}),
        json!({"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:userid}"]}}),
    ] {
        let error = with(condition.clone()).map(drop).unwrap_err().to_string();
        assert!(error.starts_with("the policy s-AuthRole/tables/One: "), "{condition}: {error}");
    }
    for broken in [
        json!({"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": TABLE, "Conditions": {}}),
        json!({"Effect": "Allow", "Action": "dynamodb:GetItem"}),
        json!({"Effect": "Perhaps", "Action": "dynamodb:GetItem", "Resource": TABLE}),
        json!({"Effect": "Allow", "Resource": TABLE}),
    ] {
        assert!(role(std::slice::from_ref(&broken)).is_err(), "{broken}");
    }
}

#[test]
fn a_caller_is_known_by_the_access_key() {
    let mut config = Config::new("unused", aviary_template::Storage::default());
    config.roles = vec![Role { binary: "auth".to_owned(), name: "s-AuthRole".to_owned(), policies: Vec::new() }];
    let callers = Callers::of(&config).unwrap();
    assert!(matches!(callers.who("local"), Caller::Root));
    assert!(matches!(callers.who("local-auth"), Caller::Function(_)));
    for stranger in ["local-aut", "auth", "", "local-"] {
        assert!(matches!(callers.who(stranger), Caller::Stranger), "{stranger}");
    }
}
