//! The HTTP client below the SDK's clients.

use aws_smithy_http_client::tls::{Provider, TlsContext, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// The SDK's own HTTP client, without its check of a configuration.
///
/// That check makes a connector and throws it away, for each client of a service. A connector parses the certificate
/// authorities. So a start with three clients parsed them four times, which was most of its instructions. The first
/// call makes the one connector that stays.
#[derive(Debug)]
struct Unchecked(SharedHttpClient);

impl HttpClient for Unchecked {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        self.0.http_connector(settings, components)
    }
}

/// A client for HTTPS by rustls. All clients of services share its connections.
pub(crate) fn http_client(tls: TlsContext) -> SharedHttpClient {
    let client = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    SharedHttpClient::new(Unchecked(client.tls_context(tls).build_https()))
}
