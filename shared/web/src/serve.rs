//! A function's life: put the common rules around its router and answer invocations until it is stopped.

use std::sync::Arc;

use aviary_model::Entropy;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use lambda_http::{Adapter, Error};
use tower::ServiceBuilder;

use crate::gateway::{Entrance, refuse_too_large, repair};
use crate::{Settings, SettingsError, cookies, cors, observe};

/// The rules around a router, made from the settings.
#[derive(Clone, Debug)]
pub struct Layers {
    cors: tower_http::cors::CorsLayer,
    path_is_encoded: bool,
    public_url: Option<String>,
}

impl Layers {
    /// Reads what the rules need.
    ///
    /// # Errors
    /// When a setting has a value that it does not take.
    pub fn of(settings: &Settings) -> Result<Self, SettingsError> {
        let origins = settings.optional("AVIARY_CORS_ORIGINS").unwrap_or_default();
        Ok(Self {
            cors: cors::layer(origins)?,
            path_is_encoded: settings.raw_path_is_encoded()?,
            public_url: settings.optional("AVIARY_PUBLIC_URL").map(ToOwned::to_owned),
        })
    }

    /// The router within the rules that hold after routing.
    pub fn around(&self, router: Router, entropy: Arc<dyn Entropy>) -> Router {
        router
            .layer(from_fn(refuse_too_large))
            .layer(from_fn_with_state(entropy, cookies::cookies))
            .layer(self.cors.clone())
            .layer(from_fn(observe::observe))
    }
}

/// Answers invocations until Lambda stops the environment.
///
/// # Errors
/// When the runtime's own interface fails.
pub async fn serve(router: Router, layers: Layers, entropy: Arc<dyn Entropy>) -> Result<(), Error> {
    let path_is_encoded = layers.path_is_encoded;
    let entrance = Entrance { router: layers.around(router, entropy), public_url: layers.public_url };
    let service =
        ServiceBuilder::new().map_request(move |event| repair(event, path_is_encoded)).service(Adapter::from(entrance));
    lambda_http::lambda_runtime::run(service).await
}
