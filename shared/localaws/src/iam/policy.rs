//! Reads the template's policies. A part that cannot be enforced is an error, so that nothing is allowed by mistake.

use aviary_template::Role;
use iam_rs::{ConditionValue, IAMOperator, IAMPolicy, IAMStatement, OperatorType, Validate};
use serde_json::Value;

use crate::error::StartError;

/// The elements of a statement that are understood.
const ELEMENTS: [&str; 7] = ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"];
/// The condition keys that are read from requests, and whether they have several values.
const KEYS: [(&str, bool); 5] = [
    ("dynamodb:LeadingKeys", true),
    ("dynamodb:Attributes", true),
    ("dynamodb:ReturnValues", false),
    ("dynamodb:Select", false),
    ("s3:prefix", false),
];

/// All statements of a role's policies.
pub(super) fn read(role: &Role) -> Result<IAMPolicy, StartError> {
    let mut read = IAMPolicy::new();
    for policy in &role.policies {
        for statement in &policy.statements {
            let sid = statement.get("Sid").and_then(Value::as_str).unwrap_or("?");
            let failed = |reason| StartError::Policy { place: format!("{}/{}/{sid}", role.name, policy.name), reason };
            read = read.add_statement(read_statement(statement).map_err(failed)?);
        }
    }
    Ok(read)
}

fn read_statement(json: &Value) -> Result<IAMStatement, String> {
    let unknown = json.as_object().into_iter().flat_map(|fields| fields.keys());
    if let Some(element) = unknown.into_iter().find(|key| !ELEMENTS.contains(&key.as_str())) {
        return Err(format!("a statement has no {element}"));
    }
    let statement: IAMStatement = serde_json::from_value(json.clone()).map_err(|error| error.to_string())?;
    statement.validate_result().map_err(|error| error.to_string())?;
    let conditions = statement.condition.iter().flat_map(|block| &block.conditions);
    for (operator, keys) in conditions {
        for (key, value) in keys {
            check_condition(operator, key, value).map_err(|reason| format!("{operator} {key}: {reason}"))?;
        }
    }
    let json = json.to_string();
    if json.contains("${") {
        return Err("variables are not understood here".to_owned());
    }
    Ok(statement)
}

fn check_condition(operator: &IAMOperator, key: &str, value: &ConditionValue) -> Result<(), String> {
    let Some((_, several)) = KEYS.iter().find(|(known, _)| *known == key) else {
        return Err("the key is not understood here".to_owned());
    };
    match operator.category() {
        OperatorType::Null => match value {
            ConditionValue::Boolean(_) => Ok(()),
            ConditionValue::String(text) if ["true", "false"].contains(&text.as_str()) => Ok(()),
            _ => Err("must be \"true\" or \"false\"".to_owned()),
        },
        OperatorType::String if operator.is_multivalued_operator() == *several => Ok(()),
        // AWS: a key with several values needs a set operator, and a set operator needs such a key.
        OperatorType::String if *several => Err("the key has several values: use a set operator".to_owned()),
        OperatorType::String => Err("the key has one value".to_owned()),
        _ => Err("the operator is not understood here".to_owned()),
    }
}
