//! Errors of reading and resolving a template.

use std::path::PathBuf;

/// Why a template could not be read or resolved. Each message says where in the template.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file could not be read.
    #[error("cannot read the template {}: {source}", path.display())]
    Read {
        /// The template's path.
        path: PathBuf,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// The file is not YAML.
    #[error("the template {name} is not valid YAML: {source}")]
    Yaml {
        /// The file's path, or the caller's name for the text.
        name: String,
        /// The parser's error, with its position.
        source: serde_yaml_ng::Error,
    },
    /// A parameter is not declared, has a value that is not allowed, or has no value.
    #[error("parameter {name}: {reason}")]
    Parameter {
        /// The parameter's name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A value in the template cannot be resolved here.
    #[error("{logical_id}: {path}: {reason}")]
    Unresolvable {
        /// Logical id of the resource, parameter or condition.
        logical_id: String,
        /// Path in the template, its keys joined by dots.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
}
