use std::path::PathBuf;

/// Why a template could not be read or resolved. Each message says where, and what to do about it if that is known.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file could not be read.
    #[error("cannot read the template {}: {source}", path.display())]
    Read {
        /// The file asked for.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file is no YAML.
    #[error("the template {name} is not valid YAML: {source}")]
    Yaml {
        /// The file's name, or what the caller called the text.
        name: String,
        /// Where the parser gave up.
        source: serde_yaml_ng::Error,
    },
    /// A parameter was given that the template does not declare, or one without a usable value is needed.
    #[error("parameter {name}: {reason}")]
    Parameter {
        /// The parameter's name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Something in the template has no value here.
    #[error("{logical_id}: {path}: {reason}")]
    Unresolvable {
        /// The logical id of the resource, parameter or condition it is about.
        logical_id: String,
        /// The path in the template, its keys joined by dots.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
}
