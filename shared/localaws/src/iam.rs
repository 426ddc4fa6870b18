//! The callers, and what the template's roles allow them.
//!
//! The rules are IAM's for one account with inline policies only: an action that no statement allows is denied, and a
//! denying statement wins.

mod policy;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aviary_template::{ACCOUNT, Role, local_access_key};
use iam_rs::{Arn, Context, ContextValue, Decision, IAMPolicy, IAMRequest, PolicyEvaluator, Principal, PrincipalId};

use crate::config::{Config, DEFAULT_REGION};
use crate::error::StartError;

/// All known access keys.
#[derive(Debug)]
pub(crate) struct Callers {
    /// The access key of fixtures, operators and xtask, which may do everything.
    root: String,
    functions: HashMap<String, FunctionRole>,
}

/// Who signed a request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Caller<'a> {
    /// The caller that may do everything.
    Root,
    /// A function with its role.
    Function(&'a FunctionRole),
    /// An unknown access key.
    Stranger,
}

/// Evaluators by action and resource.
type About = HashMap<(String, String), Arc<PolicyEvaluator>>;

/// A function's role.
#[derive(Debug)]
pub(crate) struct FunctionRole {
    arn: String,
    /// All statements of the role.
    policy: IAMPolicy,
    /// A cache of the few statements that are about one action on one table or index.
    about: Mutex<About>,
}

/// An action that a request needs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RequestedAction {
    /// For example `dynamodb:GetItem`.
    pub(crate) action: String,
    /// The resource's ARN, or a star for an action without a resource.
    pub(crate) resource: String,
    /// The request's values for condition keys.
    pub(crate) context: Vec<(&'static str, ContextValue)>,
}

/// An action that the role does not allow; the text is AWS's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("User: {principal} is not authorized to perform: {action} on resource: {resource} {reason}")]
pub(crate) struct Denied {
    principal: String,
    action: String,
    resource: String,
    reason: String,
}

impl Callers {
    /// The callers of a local AWS.
    ///
    /// # Errors
    /// If a policy has a part that is not understood here and so could not be enforced.
    pub(crate) fn of(config: &Config) -> Result<Self, StartError> {
        let function = |role: &Role| Ok((local_access_key(&role.binary), FunctionRole::of(role)?));
        Ok(Self {
            root: config.credentials.access_key.clone(),
            functions: config.roles.iter().map(function).collect::<Result<_, StartError>>()?,
        })
    }

    /// The owner of an access key.
    pub(crate) fn who(&self, access_key: &str) -> Caller<'_> {
        if access_key == self.root {
            return Caller::Root;
        }
        self.functions.get(access_key).map_or(Caller::Stranger, Caller::Function)
    }
}

impl FunctionRole {
    fn of(role: &Role) -> Result<Self, StartError> {
        // Lambda names a function's session after the function.
        let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/{}/{}", role.name, role.binary);
        Ok(Self { arn, policy: policy::read(role)?, about: Mutex::default() })
    }

    /// Denies an action that the role does not allow, and logs it.
    pub(crate) fn check(&self, requested: &RequestedAction) -> Result<(), Denied> {
        let reason = match self.decide(requested) {
            Ok(Decision::Allow) => return Ok(()),
            Ok(Decision::NotApplicable) => {
                format!("because no identity-based policy allows the {} action", requested.action)
            }
            Ok(Decision::Deny) => "with an explicit deny in an identity-based policy".to_owned(),
            Err(error) => format!("because its policies cannot be evaluated: {error}"),
        };
        // The log also has the condition keys, which AWS's response leaves out.
        let context = &requested.context;
        tracing::warn!(user = self.arn, requested.action, requested.resource, ?context, "a role does not allow this");
        let (principal, action, resource) = (self.arn.clone(), requested.action.clone(), requested.resource.clone());
        Err(Denied { principal, action, resource, reason })
    }

    /// Whether the role allows an action; for questions where a denial is no error.
    pub(crate) fn allows(&self, requested: &RequestedAction) -> bool {
        matches!(self.decide(requested), Ok(Decision::Allow))
    }

    fn decide(&self, requested: &RequestedAction) -> Result<Decision, String> {
        let resource = match requested.resource.as_str() {
            "*" => format!("arn:aws:any::{ACCOUNT}:*"),
            arn => arn.to_owned(),
        };
        let resource = Arn::parse(&resource).map_err(|error| error.to_string())?;
        let mut context = Context::new();
        for (key, value) in &requested.context {
            context.insert((*key).to_owned(), value.clone());
        }
        let principal = Principal::Aws(PrincipalId::String(self.arn.clone()));
        let request = IAMRequest::new_with_context(principal, requested.action.as_str(), resource, context);
        let decided = self.about(requested, &request)?.evaluate(&request);
        decided.map(|result| result.decision).map_err(|error| error.to_string())
    }

    /// The statements that apply to this action and resource, whatever their conditions.
    fn about(&self, requested: &RequestedAction, request: &IAMRequest) -> Result<Arc<PolicyEvaluator>, String> {
        let key = (requested.action.clone(), requested.resource.clone());
        if let Some(known) = self.known().get(&key) {
            return Ok(known.clone());
        }
        let mut about = IAMPolicy::new();
        for statement in &self.policy.statement {
            let mut unconditional = statement.clone();
            unconditional.condition = None;
            let alone = PolicyEvaluator::with_policies(vec![IAMPolicy::new().add_statement(unconditional)]);
            let decided = alone.evaluate(request).map_err(|error| error.to_string())?;
            if decided.decision != Decision::NotApplicable {
                about = about.add_statement(statement.clone());
            }
        }
        let about = Arc::new(PolicyEvaluator::with_policies(vec![about]));
        // There are few tables and indexes, but any number of objects.
        if requested.action.starts_with("dynamodb:") {
            self.known().insert(key, about.clone());
        }
        Ok(about)
    }

    fn known(&self) -> MutexGuard<'_, About> {
        self.about.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The ARN of a DynamoDB table.
pub(crate) fn table_arn(table: &str) -> String {
    format!("arn:aws:dynamodb:{DEFAULT_REGION}:{ACCOUNT}:table/{table}")
}

#[cfg(test)]
mod tests;
