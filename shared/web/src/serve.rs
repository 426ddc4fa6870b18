//! Runs an HTTP function: puts the common rules around its router and answers invocations until Lambda stops it.

use std::process::ExitCode;
use std::sync::Arc;

use aviary_model::{Clock, Entropy};
use aviary_runtime::{Settings, SettingsError, Start, StartError, block_on};
use aviary_telemetry::MetricPlace;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use lambda_http::Error;

use crate::deadline::end_in_time;
use crate::gateway::{BeforeRouting, refuse_unfit};
use crate::origins::Origins;
use crate::trusted_proxy::TrustedProxy;
use crate::{cookies, cors, request_log};

/// The rules around a router, made from the settings.
#[derive(Clone, Debug)]
pub struct Layers {
    origins: Arc<Origins>,
    path_is_encoded: bool,
    public_url: Option<String>,
    proxy: Option<TrustedProxy>,
    metrics: Arc<MetricPlace>,
}

impl Layers {
    /// Reads the settings that the rules depend on.
    ///
    /// # Errors
    /// When a setting has a value that it does not take.
    pub fn of(settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            origins: Arc::new(Origins::of(settings)?),
            path_is_encoded: raw_path_is_encoded(settings)?,
            public_url: settings.optional("AVIARY_PUBLIC_URL").map(ToOwned::to_owned),
            proxy: TrustedProxy::of(settings)?,
            metrics: Arc::new(metric_place(settings)),
        })
    }

    /// The router within the rules that apply after routing.
    pub fn around(&self, router: Router, entropy: Arc<dyn Entropy>) -> Router {
        router
            .layer(from_fn(end_in_time))
            .layer(from_fn(refuse_unfit))
            .layer(from_fn_with_state(entropy, cookies::cookies))
            .layer(cors::layer(&self.origins))
            .layer(from_fn_with_state(self.origins.clone(), cors::listed))
            .layer(from_fn_with_state(self.metrics.clone(), request_log::observe))
    }
}

/// Runs a function until Lambda stops it. `make` builds its router during Lambda's init phase; when it fails, one
/// line in the log says why.
pub fn run<F, R>(make: F) -> ExitCode
where
    F: FnOnce(Start) -> R,
    R: Future<Output = Result<Router, StartError>>,
{
    block_on(start(make))
}

async fn start<F, R>(make: F) -> Result<(), StartError>
where
    F: FnOnce(Start) -> R,
    R: Future<Output = Result<Router, StartError>>,
{
    let start = Start::from_environment()?;
    let layers = Layers::of(&start.settings)?;
    let (entropy, clock) = (start.entropy.clone(), start.clock.clone());
    let router = layers.around(make(start).await?, entropy);
    serve(router, layers, clock).await
}

async fn serve(router: Router, layers: Layers, clock: Arc<dyn Clock>) -> Result<(), Error> {
    let Layers { path_is_encoded, public_url, proxy, .. } = layers;
    lambda_http::lambda_runtime::run(BeforeRouting { router, path_is_encoded, public_url, proxy, clock }).await
}

/// Where the metrics of requests belong. Lambda names the function.
fn metric_place(settings: &Settings) -> MetricPlace {
    MetricPlace {
        namespace: format!("Aviary/{}", settings.optional("AVIARY_STAGE").unwrap_or("local")),
        function: std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| "unknown".to_owned()),
    }
}

/// Whether the path of a request arrives percent-encoded. API Gateway decodes it; `cargo lambda watch` does not.
fn raw_path_is_encoded(settings: &Settings) -> Result<bool, SettingsError> {
    match settings.optional("AVIARY_RAW_PATH") {
        None | Some("decoded") => Ok(false),
        Some("encoded") => Ok(true),
        Some(other) => Err(SettingsError::Invalid {
            name: "AVIARY_RAW_PATH",
            value: other.to_owned(),
            takes: "decoded or encoded",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_raw_path_is_decoded_by_default() {
        let encoded = |value: Option<&str>| {
            let variables = value.map(|value| ("AVIARY_RAW_PATH".to_owned(), value.to_owned()));
            raw_path_is_encoded(&Settings::of(variables).expect("settings"))
        };
        assert_eq!(encoded(None), Ok(false));
        assert_eq!(encoded(Some("encoded")), Ok(true));
        assert!(encoded(Some("maybe")).is_err());
    }
}
