//! The certificate authorities whose servers are trusted.
//!
//! The endpoints of AWS have certificates of Amazon Trust Services (https://www.amazontrust.com/repository/). By default the
//! SDK's client reads and parses all of the machine's certificates at each start, which was two thirds of a start's
//! instructions.

use aws_smithy_http_client::tls::{TlsContext, TrustStore};

/// The roots of Amazon Trust Services: the four of Amazon, and the older one of Starfield that signs for them.
const AMAZON: &str = include_str!("amazon_roots.pem");

/// Trusts Amazon's roots and `more`, in PEM.
pub(crate) fn tls_context(more: Option<Vec<u8>>) -> TlsContext {
    let store = TrustStore::empty().with_pem_certificate(AMAZON);
    let store = more.into_iter().fold(store, TrustStore::with_pem_certificate);
    TlsContext::builder().with_trust_store(store).build().unwrap_or_default()
}

/// The certificates in the file that `AWS_CA_BUNDLE` names, as for every AWS SDK: an operator's network may have a proxy
/// of its own.
pub(crate) fn bundle() -> std::io::Result<Option<Vec<u8>>> {
    let path = std::env::var("AWS_CA_BUNDLE").ok().filter(|path| !path.is_empty());
    path.map(std::fs::read).transpose()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;

    use super::*;

    fn certificates(pem: &str) -> Vec<Vec<u8>> {
        let blocks = pem.split("-----BEGIN CERTIFICATE-----").skip(1);
        let text = blocks.map(|block| block.split("-----END").next().unwrap().split_whitespace().collect::<String>());
        text.map(|text| BASE64_STANDARD.decode(text).unwrap()).collect()
    }

    #[test]
    fn amazons_roots_are_those_that_mozilla_trusts_today() {
        let ours = certificates(AMAZON);
        assert_eq!(ours.len(), 5);
        let trusted = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
        for root in &ours {
            assert!(trusted.iter().any(|one| one.as_ref() == root.as_slice()));
        }
        let amazons = trusted.iter().filter(|one| one.as_ref().windows(6).any(|bytes| bytes == b"Amazon"));
        for root in amazons {
            assert!(ours.iter().any(|one| one.as_slice() == root.as_ref()), "Amazon has a root that is not here");
        }
    }

    #[test]
    fn a_client_accepts_the_certificates() {
        // It parses them, and panics at one that is broken.
        let provider = aws_smithy_http_client::tls::Provider::Rustls(
            aws_smithy_http_client::tls::rustls_provider::CryptoMode::Ring,
        );
        let client = aws_smithy_http_client::Builder::new().tls_provider(provider).tls_context(tls_context(None));
        assert!(format!("{:?}", client.build_https()).len() > 2);
    }
}
