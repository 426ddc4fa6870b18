//! Reads `AWS_ENDPOINT_URL_<SERVICE>`, as every AWS SDK does.

use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

/// Looks up a service's own endpoint in the environment.
#[derive(Debug)]
pub(crate) struct Endpoints;

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let name = variable_name(key.env(), key.service_id());
        std::env::var(name).ok().filter(|value| !value.is_empty())
    }
}

/// For example, `AWS_ENDPOINT_URL` and `CloudWatch Logs` give `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS`.
fn variable_name(prefix: &str, service_id: &str) -> String {
    format!("{prefix}_{}", service_id.to_uppercase().replace([' ', '-'], "_"))
}

#[cfg(test)]
mod tests {
    use super::variable_name;

    #[test]
    fn a_service_id_with_a_space_becomes_one_variable_name() {
        assert_eq!(variable_name("AWS_ENDPOINT_URL", "CloudWatch Logs"), "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS");
        assert_eq!(variable_name("AWS_ENDPOINT_URL", "DynamoDB"), "AWS_ENDPOINT_URL_DYNAMODB");
    }
}
