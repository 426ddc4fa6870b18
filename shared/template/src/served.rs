//! The headers that CloudFront adds to what it serves.

use serde_yaml_ng::Value;

use crate::TemplateError;
use crate::evaluate::{Scope, TemplatePath, sequence};
use crate::node;

/// The headers of the template's response headers policies, by name in lower case. `Strict-Transport-Security` is left
/// out: it means something over HTTPS only. So are those of CORS, which depend on the request.
pub(crate) fn read(scope: &Scope<'_>) -> Result<Vec<(String, String)>, TemplateError> {
    let mut headers = Vec::new();
    for (id, resource) in scope.resources("AWS::CloudFront::ResponseHeadersPolicy")? {
        let path = TemplatePath::new("Resources", &id).below("Properties").below("ResponseHeadersPolicyConfig");
        let Some(raw) = node::at(resource, &["Properties", "ResponseHeadersPolicyConfig"]) else { continue };
        let config = scope.value(&path, raw)?.unwrap_or(Value::Null);
        let text = |keys: &[&str]| node::at(&config, keys).and_then(node::text);
        let security = |keys: [&str; 2]| text(&[&["SecurityHeadersConfig"], &keys[..]].concat());
        if security(["ContentTypeOptions", "Override"]).is_some() {
            headers.push(("x-content-type-options".to_owned(), "nosniff".to_owned()));
        }
        for (name, keys) in [
            ("content-security-policy", ["ContentSecurityPolicy", "ContentSecurityPolicy"]),
            ("referrer-policy", ["ReferrerPolicy", "ReferrerPolicy"]),
        ] {
            headers.extend(security(keys).map(|value| (name.to_owned(), value)));
        }
        let custom = node::at(&config, &["CustomHeadersConfig", "Items"]).map(sequence).unwrap_or_default();
        headers.extend(custom.iter().filter_map(|item| {
            let of = |key: &str| item.get(key).and_then(node::text);
            Some((of("Header")?.to_lowercase(), of("Value")?))
        }));
    }
    Ok(headers)
}
