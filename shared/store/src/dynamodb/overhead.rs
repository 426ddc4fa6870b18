//! What each call to DynamoDB is spared. None of it changes what is sent about items, and each of it costs every call.

use std::sync::OnceLock;

use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::user_agent::UserAgentInterceptor;
use aws_sdk_dynamodb::config::endpoint::{DefaultResolver, Endpoint, EndpointFuture, Params, ResolveEndpoint};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeSerializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, disable_interceptor, dyn_dispatch_hint};
use aws_smithy_types::config_bag::ConfigBag;

/// Leaves headers out that describe the SDK and its attempts. The SDK gathers them anew for each call and signs them,
/// and DynamoDB answers the same without them.
#[derive(Debug)]
pub(crate) struct NoDescription;

#[dyn_dispatch_hint]
impl Intercept for NoDescription {
    fn name(&self) -> &'static str {
        "no description of the SDK"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let state = config.interceptor_state();
        state.store_put(disable_interceptor::<UserAgentInterceptor>("not needed"));
        state.store_put(disable_interceptor::<RequestInfoInterceptor>("not needed"));
        state.store_put(disable_interceptor::<InvocationIdInterceptor>("not needed"));
        Ok(())
    }
}

/// Finds the endpoint once. The SDK keeps the endpoint of the last table only, and applies its rules again for another;
/// but region, credentials and settings are a process's own, and all its tables have one endpoint.
#[derive(Debug, Default)]
pub(crate) struct OneEndpoint {
    rules: DefaultResolver,
    found: OnceLock<Endpoint>,
}

impl ResolveEndpoint for OneEndpoint {
    fn resolve_endpoint<'a>(&'a self, params: &'a Params) -> EndpointFuture<'a> {
        if let Some(endpoint) = self.found.get() {
            return EndpointFuture::ready(Ok(endpoint.clone()));
        }
        EndpointFuture::new(async move {
            let endpoint = ResolveEndpoint::resolve_endpoint(&self.rules, params).await?;
            Ok(self.found.get_or_init(|| endpoint).clone())
        })
    }
}
