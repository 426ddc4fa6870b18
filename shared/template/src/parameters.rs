//! Values of parameters and conditions.

use serde_yaml_ng::Value;

use crate::TemplateError;
use crate::evaluate::{Scope, TemplatePath, sequence};
use crate::node;

impl Scope<'_> {
    /// The value of a parameter: the given one or its default.
    pub(crate) fn parameter(&self, name: &str) -> Result<String, TemplateError> {
        if let Some(value) = self.settings.parameters.get(name) {
            return Ok(value.clone());
        }
        self.section(&["Parameters", name, "Default"])
            .and_then(node::text)
            .ok_or_else(|| parameter_error(name, "has no default: give it a value"))
    }

    pub(crate) fn check_parameter(&self, name: &str, value: &str) -> Result<(), TemplateError> {
        let declared = self
            .section(&["Parameters", name])
            .ok_or_else(|| parameter_error(name, "the template has none of that name"))?;
        let allowed: Vec<String> =
            declared.get("AllowedValues").map(sequence).unwrap_or_default().iter().filter_map(node::text).collect();
        if allowed.is_empty() || allowed.iter().any(|one| one == value) {
            return Ok(());
        }
        Err(parameter_error(name, &format!("{value:?} is not one of {}", allowed.join(", "))))
    }

    /// Whether the condition `name` holds.
    pub(crate) fn condition(&self, path: &TemplatePath, name: &str) -> Result<bool, TemplateError> {
        let node =
            self.section(&["Conditions", name]).ok_or_else(|| path.error(format!("there is no condition {name}")))?;
        self.holds(&TemplatePath::new("Conditions", name), node, 0)
    }

    fn holds(&self, path: &TemplatePath, node: &Value, depth: usize) -> Result<bool, TemplateError> {
        if depth > 32 {
            return Err(path.error("refers to itself"));
        }
        if let Some(name) = node.get("Condition").and_then(Value::as_str) {
            return self.named(path, name, depth);
        }
        let call = node::call(node).ok_or_else(|| path.error("is not a condition"))?;
        let path = path.below(&call.name);
        let items = sequence(call.argument);
        let each = || items.iter().map(|item| self.holds(&path, item, depth + 1));
        match (call.name.as_str(), items) {
            ("Condition", _) => {
                let name = call.argument.as_str().ok_or_else(|| path.error("wants a name"))?;
                self.named(&path, name, depth)
            }
            ("Fn::Equals", [left, right]) => Ok(self.text(&path, left)? == self.text(&path, right)?),
            ("Fn::Not", [item]) => Ok(!self.holds(&path, item, depth + 1)?),
            ("Fn::And", [_, ..]) => each().try_fold(true, |all, one| Ok(all & one?)),
            ("Fn::Or", [_, ..]) => each().try_fold(false, |any, one| Ok(any | one?)),
            _ => Err(path.error("is not a condition")),
        }
    }

    fn named(&self, path: &TemplatePath, name: &str, depth: usize) -> Result<bool, TemplateError> {
        let node =
            self.section(&["Conditions", name]).ok_or_else(|| path.error(format!("there is no condition {name}")))?;
        self.holds(&TemplatePath::new("Conditions", name), node, depth + 1)
    }
}

fn parameter_error(name: &str, reason: &str) -> TemplateError {
    TemplateError::Parameter { name: name.to_owned(), reason: reason.to_owned() }
}
