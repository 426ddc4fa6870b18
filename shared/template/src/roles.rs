//! What each function's role lets it do.

use serde_yaml_ng::Value;

use crate::evaluate::{Place, Scope, one_or_many};
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
        let place = Place::new("Resources", &id).below("Properties");
        if node::at(resource, &["Properties", "Policies"]).is_some() {
            return Err(place.below("Policies").error("is not read here: give the function a role"));
        }
        let role = node::at(resource, &["Properties", "Role"]);
        let (name, policies) = match role {
            Some(role) => role_of(scope, &place.below("Role"), role, services)?,
            // SAM makes one that may write logs.
            None => (format!("{}-{id}Role", scope.settings.stack), Vec::new()),
        };
        roles.push(Role { binary: binary(&id, resource)?, name, policies });
    }
    Ok(roles)
}

fn role_of(
    scope: &Scope<'_>,
    place: &Place,
    node: &Value,
    services: &[&str],
) -> Result<(String, Vec<Policy>), TemplateError> {
    let id = node::call(node)
        .filter(|call| call.name == "Fn::GetAtt")
        .and_then(|call| node::attribute(call.argument))
        .and_then(|(id, attribute)| (attribute == "Arn").then_some(id))
        .ok_or_else(|| place.error("must be the ARN of a role in this template"))?;
    let roles = scope.resources("AWS::IAM::Role")?;
    let (_, role) = roles.iter().find(|(other, _)| *other == id).ok_or_else(|| place.error("is no role"))?;
    let place = Place::new("Resources", &id);
    let properties = role.get("Properties").ok_or_else(|| place.below("Properties").error("is missing"))?;
    let place = place.below("Properties");
    if let Some(key) = NOT_READ.iter().find(|key| properties.get(**key).is_some()) {
        return Err(place.below(key).error("is not read here"));
    }
    let name = scope.physical_name(&place, &id)?;
    let place = place.below("Policies");
    let mut policies = Vec::new();
    for policy in properties.get("Policies").map(one_or_many).unwrap_or_default() {
        policies.extend(scope.chosen(&place, policy)?.map(|policy| read_policy(scope, &place, policy, services)));
    }
    Ok((name, policies.into_iter().collect::<Result<_, _>>()?))
}

fn read_policy(scope: &Scope<'_>, place: &Place, policy: &Value, services: &[&str]) -> Result<Policy, TemplateError> {
    let name = policy.get("PolicyName").ok_or_else(|| place.below("PolicyName").error("is missing"))?;
    let name = scope.text(&place.below("PolicyName"), name)?;
    let place = place.below(&name).below("PolicyDocument");
    let document = policy.get("PolicyDocument").ok_or_else(|| place.error("is missing"))?;
    let version = document.get("Version").and_then(node::text).unwrap_or_default();
    if version != "2012-10-17" {
        return Err(place.below("Version").error("must be \"2012-10-17\""));
    }
    let place = place.below("Statement");
    let mut statements = Vec::new();
    for node in document.get("Statement").map(one_or_many).unwrap_or_default() {
        let Some(statement) = scope.chosen(&place, node)? else { continue };
        if concerns(scope, &place, statement, services)? {
            let place = place.below(statement.get("Sid").and_then(Value::as_str).unwrap_or("?"));
            let statement = scope.value(&place, statement)?.map(serde_json::to_value).transpose();
            statements.extend(statement.map_err(|error| place.error(error.to_string()))?);
        }
    }
    Ok(Policy { name, statements })
}

/// Whether a statement names an action of one of the services. What has no actions (`NotAction`) may name any.
fn concerns(scope: &Scope<'_>, place: &Place, statement: &Value, services: &[&str]) -> Result<bool, TemplateError> {
    let Some(action) = statement.get("Action") else { return Ok(true) };
    let place = place.below("Action");
    for action in one_or_many(action) {
        let action = scope.text(&place, action)?;
        let service = action.split(':').next().unwrap_or_default();
        if service.contains(['*', '?']) || services.iter().any(|one| one.eq_ignore_ascii_case(service)) {
            return Ok(true);
        }
    }
    Ok(false)
}
