//! What each function's role lets it do.

use serde_yaml_ng::Value;

use crate::evaluate::{Scope, TemplatePath, one_or_many};
use crate::functions::binary;
use crate::node;
use crate::{Policy, Role, TemplateError};

/// They would add or take rights that are not read here.
const NOT_READ: [&str; 2] = ["ManagedPolicyArns", "PermissionsBoundary"];

/// Each function's role, with its statements about `services` (`dynamodb`). All others are left out: their resources
/// may have names that only AWS knows.
pub(crate) fn read(scope: &Scope<'_>, services: &[&str]) -> Result<Vec<Role>, TemplateError> {
    let mut roles = Vec::new();
    for (id, resource) in scope.resources("AWS::Serverless::Function")? {
        let path = TemplatePath::new("Resources", &id).below("Properties");
        if node::at(resource, &["Properties", "Policies"]).is_some() {
            return Err(path.below("Policies").error("is not read here: give the function a role"));
        }
        let role = node::at(resource, &["Properties", "Role"]);
        let (name, policies) = match role {
            Some(role) => role_of(scope, &path.below("Role"), role, services)?,
            // SAM makes one that may write logs.
            None => (format!("{}-{id}Role", scope.settings.stack), Vec::new()),
        };
        roles.push(Role { binary: binary(&id, resource)?, name, policies });
    }
    Ok(roles)
}

fn role_of(
    scope: &Scope<'_>,
    path: &TemplatePath,
    node: &Value,
    services: &[&str],
) -> Result<(String, Vec<Policy>), TemplateError> {
    let id = node::call(node)
        .filter(|call| call.name == "Fn::GetAtt")
        .and_then(|call| node::attribute(call.argument))
        .and_then(|(id, attribute)| (attribute == "Arn").then_some(id))
        .ok_or_else(|| path.error("must be the ARN of a role in this template"))?;
    let roles = scope.resources("AWS::IAM::Role")?;
    let (_, role) = roles.iter().find(|(other, _)| *other == id).ok_or_else(|| path.error("is no role"))?;
    let path = TemplatePath::new("Resources", &id);
    let properties = role.get("Properties").ok_or_else(|| path.below("Properties").error("is missing"))?;
    let path = path.below("Properties");
    if let Some(key) = NOT_READ.iter().find(|key| properties.get(**key).is_some()) {
        return Err(path.below(key).error("is not read here"));
    }
    let name = scope.physical_name(&path, &id)?;
    let path = path.below("Policies");
    let mut policies = Vec::new();
    for policy in properties.get("Policies").map(one_or_many).unwrap_or_default() {
        policies.extend(scope.chosen(&path, policy)?.map(|policy| read_policy(scope, &path, policy, services)));
    }
    Ok((name, policies.into_iter().collect::<Result<_, _>>()?))
}

fn read_policy(
    scope: &Scope<'_>,
    path: &TemplatePath,
    policy: &Value,
    services: &[&str],
) -> Result<Policy, TemplateError> {
    let name = policy.get("PolicyName").ok_or_else(|| path.below("PolicyName").error("is missing"))?;
    let name = scope.text(&path.below("PolicyName"), name)?;
    let path = path.below(&name).below("PolicyDocument");
    let document = policy.get("PolicyDocument").ok_or_else(|| path.error("is missing"))?;
    let version = document.get("Version").and_then(node::text).unwrap_or_default();
    if version != "2012-10-17" {
        return Err(path.below("Version").error("must be \"2012-10-17\""));
    }
    let path = path.below("Statement");
    let mut statements = Vec::new();
    for node in document.get("Statement").map(one_or_many).unwrap_or_default() {
        let Some(statement) = scope.chosen(&path, node)? else { continue };
        if concerns(scope, &path, statement, services)? {
            let path = path.below(statement.get("Sid").and_then(Value::as_str).unwrap_or("?"));
            let statement = scope.value(&path, statement)?.map(serde_json::to_value).transpose();
            statements.extend(statement.map_err(|error| path.error(error.to_string()))?);
        }
    }
    Ok(Policy { name, statements })
}

/// Whether a statement names an action of one of the services. What has no actions (`NotAction`) may name any.
fn concerns(
    scope: &Scope<'_>,
    path: &TemplatePath,
    statement: &Value,
    services: &[&str],
) -> Result<bool, TemplateError> {
    let Some(action) = statement.get("Action") else { return Ok(true) };
    let path = path.below("Action");
    for action in one_or_many(action) {
        let action = scope.text(&path, action)?;
        let service = action.split(':').next().unwrap_or_default();
        if service.contains(['*', '?']) || services.iter().any(|one| one.eq_ignore_ascii_case(service)) {
            return Ok(true);
        }
    }
    Ok(false)
}
