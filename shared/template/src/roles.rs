//! Rights of each function's role.

use serde_yaml_ng::Value;

use crate::evaluate::{Scope, TemplatePath, one_or_many};
use crate::functions::binary;
use crate::node;
use crate::{Policy, Role, TemplateError};

const MANAGED_POLICY: &str = "AWS::IAM::ManagedPolicy";
/// It would take rights from a role.
const BOUNDARY: &str = "PermissionsBoundary";
/// Properties of a managed policy that attach it to a role.
const ATTACHMENTS: [&str; 3] = ["Roles", "Users", "Groups"];

/// Each function's role, with its statements about `services` (`dynamodb`). Other statements are left out, because their
/// resources may have names that only AWS knows.
pub(crate) fn read(scope: &Scope<'_>, services: &[&str]) -> Result<Vec<Role>, TemplateError> {
    refuse_attachments(scope)?;
    let mut roles = Vec::new();
    for (id, resource) in scope.resources("AWS::Serverless::Function")? {
        let path = TemplatePath::new("Resources", &id).below("Properties");
        if node::at(resource, &["Properties", "Policies"]).is_some() {
            return Err(path.below("Policies").error("is not read here: give the function a role"));
        }
        let role = node::at(resource, &["Properties", "Role"]);
        let (name, policies) = match role {
            Some(role) => role_of(scope, &path.below("Role"), role, services)?,
            // SAM then makes a role that may only write logs.
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
    let (_, role) = roles.iter().find(|(other, _)| *other == id).ok_or_else(|| path.error("is not a role"))?;
    let path = TemplatePath::new("Resources", &id);
    let properties = role.get("Properties").ok_or_else(|| path.below("Properties").error("is missing"))?;
    let path = path.below("Properties");
    if properties.get(BOUNDARY).is_some() {
        return Err(path.below(BOUNDARY).error("is not read here"));
    }
    let name = scope.physical_name(&path, &id)?;
    let mut policies = managed_policies(scope, &path, properties, services)?;
    policies.extend(inline_policies(scope, &path, properties, services)?);
    Ok((name, policies))
}

fn inline_policies(
    scope: &Scope<'_>,
    path: &TemplatePath,
    role: &Value,
    services: &[&str],
) -> Result<Vec<Policy>, TemplateError> {
    let path = path.below("Policies");
    let mut policies = Vec::new();
    for policy in role.get("Policies").map(one_or_many).unwrap_or_default() {
        let Some(policy) = scope.chosen(&path, policy)? else { continue };
        let name = policy.get("PolicyName").ok_or_else(|| path.below("PolicyName").error("is missing"))?;
        let name = scope.text(&path.below("PolicyName"), name)?;
        let statements = statements(scope, &path.below(&name), policy, services)?;
        policies.push(Policy { name, statements });
    }
    Ok(policies)
}

/// The managed policies that a role names. Each must be a resource of this template, because the text of others is
/// not known here.
fn managed_policies(
    scope: &Scope<'_>,
    path: &TemplatePath,
    role: &Value,
    services: &[&str],
) -> Result<Vec<Policy>, TemplateError> {
    let path = path.below("ManagedPolicyArns");
    let known = scope.resources(MANAGED_POLICY)?;
    let mut policies = Vec::new();
    for arn in role.get("ManagedPolicyArns").map(one_or_many).unwrap_or_default() {
        let Some(arn) = scope.chosen(&path, arn)? else { continue };
        let id = node::call(arn).filter(|call| call.name == "Ref").and_then(|call| call.argument.as_str());
        let (id, policy) = known
            .iter()
            .find(|(other, _)| Some(other.as_str()) == id)
            .ok_or_else(|| path.error("must be `!Ref` of a managed policy in this template"))?;
        let path = TemplatePath::new("Resources", id).below("Properties");
        let properties = policy.get("Properties").ok_or_else(|| path.error("is missing"))?;
        policies.push(Policy { name: id.clone(), statements: statements(scope, &path, properties, services)? });
    }
    Ok(policies)
}

/// A managed policy may also name the roles that it is attached to. These would have rights that are not read here.
fn refuse_attachments(scope: &Scope<'_>) -> Result<(), TemplateError> {
    for (id, policy) in scope.resources(MANAGED_POLICY)? {
        if let Some(key) = ATTACHMENTS.iter().find(|key| node::at(policy, &["Properties", key]).is_some()) {
            let path = TemplatePath::new("Resources", &id).below("Properties").below(key);
            return Err(path.error("is not read here: name the policy in the role"));
        }
    }
    Ok(())
}

/// The statements about `services` in the `PolicyDocument` of `policy`.
fn statements(
    scope: &Scope<'_>,
    path: &TemplatePath,
    policy: &Value,
    services: &[&str],
) -> Result<Vec<serde_json::Value>, TemplateError> {
    let path = path.below("PolicyDocument");
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
    Ok(statements)
}

/// Whether a statement names an action of one of the services. One without `Action` (with `NotAction`) may name any.
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
