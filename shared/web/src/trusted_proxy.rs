//! The client's address behind a proxy of the deployment's own, for example CloudFront with a firewall.

use std::net::{IpAddr, SocketAddr};

use aviary_runtime::{Settings, SettingsError};
use http::{HeaderMap, HeaderName};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const SETTING: &str = "AVIARY_PROXY_SECRET_SHA256";
/// The proxy adds its secret here. A client that calls the gateway directly does not know it.
const SECRET: HeaderName = HeaderName::from_static("x-aviary-proxy");
/// CloudFront writes the viewer's address and port here, whatever the viewer sent.
const VIEWER: HeaderName = HeaderName::from_static("cloudfront-viewer-address");

/// The proxy whose word about the client's address counts. The deployment knows only the digest of its secret.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TrustedProxy([u8; 32]);

impl TrustedProxy {
    /// The proxy of the settings; `None` without one.
    ///
    /// # Errors
    /// When the setting is not 64 hex digits.
    pub(crate) fn of(settings: &Settings) -> Result<Option<Self>, SettingsError> {
        let Some(text) = settings.optional(SETTING) else { return Ok(None) };
        let mut digest = [0; 32];
        hex::decode_to_slice(text, &mut digest).map_err(|_| SettingsError::Invalid {
            name: SETTING,
            value: text.to_owned(),
            takes: "the SHA-256 of a secret as 64 hex digits",
        })?;
        Ok(Some(Self(digest)))
    }

    /// The client's address, if the request came through the proxy and the proxy names one.
    pub(crate) fn viewer(self, headers: &HeaderMap) -> Option<IpAddr> {
        let secret = Sha256::digest(headers.get(SECRET)?.as_bytes());
        bool::from(secret.as_slice().ct_eq(&self.0)).then(|| address(headers.get(VIEWER)?.to_str().ok()?)).flatten()
    }
}

/// The address in `address:port`, with or without brackets around an IPv6 address.
fn address(text: &str) -> Option<IpAddr> {
    let socket = text.parse::<SocketAddr>().map(|socket| socket.ip());
    socket.ok().or_else(|| text.rsplit_once(':')?.0.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(value: &str) -> Result<Option<TrustedProxy>, SettingsError> {
        TrustedProxy::of(&Settings::of([(SETTING.to_owned(), value.to_owned())]).expect("settings"))
    }

    fn viewer(secret: &str, viewer: &str) -> Option<String> {
        let digest = hex::encode(Sha256::digest("the secret"));
        let mut headers = HeaderMap::new();
        headers.insert(SECRET, secret.parse().expect("a value"));
        headers.insert(VIEWER, viewer.parse().expect("a value"));
        proxy(&digest).expect("a digest")?.viewer(&headers).map(|address| address.to_string())
    }

    #[test]
    fn only_who_knows_the_secret_names_the_address() {
        assert_eq!(viewer("the secret", "198.51.100.7:46532").as_deref(), Some("198.51.100.7"));
        assert_eq!(viewer("another", "198.51.100.7:46532"), None);
        assert_eq!(viewer("", "198.51.100.7:46532"), None);
    }

    #[test]
    fn ports_are_left_out_and_nonsense_is_no_address() {
        for text in ["2001:db8::7:46532", "[2001:db8::7]:46532"] {
            assert_eq!(viewer("the secret", text).as_deref(), Some("2001:db8::7"), "{text}");
        }
        for text in ["", "198.51.100.7.example", "a:b", "198.51.100.7:46532, 192.0.2.1:1"] {
            assert_eq!(viewer("the secret", text), None, "{text}");
        }
    }

    #[test]
    fn a_setting_that_is_no_digest_stops_the_start() {
        assert!(matches!(proxy(""), Ok(None)));
        for wrong in ["the secret", "ab", "zz".repeat(32).as_str()] {
            assert!(proxy(wrong).is_err(), "{wrong}");
        }
    }
}
