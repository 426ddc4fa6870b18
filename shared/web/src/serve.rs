//! Runs an HTTP function: puts the common rules around its router and answers invocations until Lambda stops it.

use std::convert::Infallible;
use std::process::ExitCode;
use std::sync::Arc;

use aviary_model::{Clock, Entropy};
use aviary_runtime::{Settings, SettingsError, Start, StartError, block_on};
use aviary_telemetry::MetricPlace;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use lambda_http::Error;
use tower::Layer;
use tower::util::BoxCloneSyncService;

use crate::deadline::end_in_time;
use crate::gateway::{BeforeRouting, refuse_unfit};
use crate::origins::Origins;
use crate::read_budget::ReadBudget;
use crate::request_log::Observer;
use crate::trusted_proxy::TrustedProxy;
use crate::{cookies, cors, request_log};

/// A function's router within the rules around it.
pub type Served = BoxCloneSyncService<Request, Response, Infallible>;

/// The rules around a router, made from the settings.
#[derive(Clone, Debug)]
pub struct Layers {
    origins: Arc<Origins>,
    path_is_encoded: bool,
    public_url: Option<String>,
    proxy: Option<TrustedProxy>,
    observer: Arc<Observer>,
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
            observer: Arc::new(Observer { place: metric_place(settings), reads: ReadBudget::of(settings)? }),
        })
    }

    /// The router within the rules that apply to every request. They are around the router as a whole: as layers of
    /// each route they would be made for each at every start.
    pub fn around(&self, router: Router, entropy: Arc<dyn Entropy>) -> Served {
        let served = from_fn(end_in_time).layer(router);
        let served = from_fn(refuse_unfit).layer(served);
        let served = from_fn_with_state(entropy, cookies::cookies).layer(served);
        let served = cors::layer(&self.origins).layer(served);
        let served = from_fn_with_state(self.origins.clone(), cors::listed).layer(served);
        let served = from_fn_with_state(self.observer.clone(), request_log::observe).layer(served);
        BoxCloneSyncService::new(served)
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
    let served = layers.around(make(start).await?, entropy);
    serve(served, layers, clock).await
}

async fn serve(served: Served, layers: Layers, clock: Arc<dyn Clock>) -> Result<(), Error> {
    let Layers { path_is_encoded, public_url, proxy, .. } = layers;
    lambda_http::lambda_runtime::run(BeforeRouting { served, path_is_encoded, public_url, proxy, clock }).await
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
