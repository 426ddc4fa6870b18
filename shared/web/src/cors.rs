//! CORS. The functions answer it, because the gateway cannot express its rules.

use std::time::Duration;

use aviary_runtime::SettingsError;
use http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

/// The layer for these origins: a list separated by commas, or `*` for any. With `*` browsers send no cookies, because
/// otherwise a page of any origin could act as the user.
pub(crate) fn layer(origins: &str) -> Result<CorsLayer, SettingsError> {
    let layer = CorsLayer::new()
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([HeaderName::from_static("x-request-id"), header::RETRY_AFTER])
        .max_age(Duration::from_secs(3_600));
    if origins == "*" {
        return Ok(layer.allow_origin(AllowOrigin::any()));
    }
    let origins = origins.split(',').map(str::trim).filter(|origin| !origin.is_empty());
    let origins = origins.map(origin).collect::<Result<Vec<_>, _>>()?;
    Ok(layer.allow_origin(AllowOrigin::list(origins)).allow_credentials(true))
}

fn origin(text: &str) -> Result<HeaderValue, SettingsError> {
    let invalid = || SettingsError::Invalid {
        name: "AVIARY_CORS_ORIGINS",
        value: text.to_owned(),
        takes: "* or origins like https://app.example.com, separated by commas",
    };
    let uri: http::Uri = text.parse().map_err(|_| invalid())?;
    let is_origin = matches!(uri.scheme_str(), Some("http" | "https"))
        && uri.authority().is_some()
        && !text.ends_with('/')
        && matches!(uri.path(), "" | "/");
    if is_origin { text.parse().map_err(|_| invalid()) } else { Err(invalid()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_origins_are_accepted() {
        assert!(layer("*").is_ok());
        assert!(layer("").is_ok());
        assert!(layer("https://a.example.com, http://localhost:3000").is_ok());
        for wrong in ["a.example.com", "https://a.example.com/", "https://a.example.com/x", "ftp://a"] {
            assert!(layer(wrong).is_err(), "{wrong}");
        }
    }
}
