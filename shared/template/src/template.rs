//! A template and the settings for which it is resolved.

use std::collections::BTreeMap;
use std::path::Path;

use serde_yaml_ng::Value;

use crate::evaluate::Scope;
use crate::node;
use crate::{EventSources, Role, Stack, Storage, TemplateError};

/// A SAM template, not yet resolved.
#[derive(Debug, Clone)]
pub struct Template {
    pub(crate) document: Value,
}

/// Values for which a template is resolved.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Name of the stack. Physical names begin with it.
    pub stack: String,
    /// The value of `AWS::Region`.
    pub region: String,
    /// Values of parameters. Others have their defaults.
    pub parameters: BTreeMap<String, String>,
    /// Environment variables whose values replace the template's before those are resolved.
    pub overrides: BTreeMap<String, String>,
}

impl Template {
    /// Reads the template at `path`.
    ///
    /// # Errors
    /// If the file cannot be read or is not a YAML mapping with `Resources`.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, TemplateError> {
        let path = path.as_ref();
        let text =
            std::fs::read_to_string(path).map_err(|source| TemplateError::Read { path: path.to_owned(), source })?;
        Self::parse(&path.display().to_string(), &text)
    }

    /// Reads a template from `text`. Error messages call it `name`.
    ///
    /// # Errors
    /// If the text is not a YAML mapping with `Resources`.
    pub fn parse(name: &str, text: &str) -> Result<Self, TemplateError> {
        let document: Value =
            serde_yaml_ng::from_str(text).map_err(|source| TemplateError::Yaml { name: name.to_owned(), source })?;
        if node::at(&document, &["Resources"]).and_then(Value::as_mapping).is_none() {
            return Err(TemplateError::Unresolvable {
                logical_id: name.to_owned(),
                path: "Resources".to_owned(),
                reason: "a template needs a mapping of resources".to_owned(),
            });
        }
        Ok(Self { document })
    }

    /// All resources of the template, including functions.
    ///
    /// # Errors
    /// If a parameter is unknown or its value is not allowed, or if a value is known only on AWS and has no override.
    pub fn resolve(&self, settings: &Settings) -> Result<Stack, TemplateError> {
        let scope = Scope::new(&self.document, settings)?;
        let Storage { tables, buckets, log_groups } = crate::storage::read(&scope)?;
        let functions = crate::functions::read(&scope)?;
        Ok(Stack { tables, buckets, log_groups, functions })
    }

    /// The resources that hold data. Does not need the functions' environment.
    ///
    /// # Errors
    /// As [`Template::resolve`], for this part.
    pub fn storage(&self, settings: &Settings) -> Result<Storage, TemplateError> {
        crate::storage::read(&Scope::new(&self.document, settings)?)
    }

    /// The headers that CloudFront adds to what it serves, by name in lower case, without those that depend on the
    /// request or on HTTPS.
    ///
    /// # Errors
    /// As [`Template::resolve`], for this part.
    pub fn served_headers(&self, settings: &Settings) -> Result<Vec<(String, String)>, TemplateError> {
        crate::served::read(&Scope::new(&self.document, settings)?)
    }

    /// The functions' event sources other than HTTP. Does not need their environment.
    ///
    /// # Errors
    /// As [`Template::resolve`], for this part.
    pub fn event_sources(&self, settings: &Settings) -> Result<Vec<EventSources>, TemplateError> {
        crate::functions::event_sources(&Scope::new(&self.document, settings)?)
    }

    /// The statements about `services` (`dynamodb`) in the functions' roles. Does not need names of other services'
    /// resources.
    ///
    /// # Errors
    /// As [`Template::resolve`], for this part. Also if a role has rights from outside this template.
    pub fn roles(&self, settings: &Settings, services: &[&str]) -> Result<Vec<Role>, TemplateError> {
        crate::roles::read(&Scope::new(&self.document, settings)?, services)
    }
}
