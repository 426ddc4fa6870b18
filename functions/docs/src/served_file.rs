//! A file that is embedded compressed, and how it is served.

use std::io::Read;

use aviary_web::ApiError;
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::accepts;

/// A file as the build script made it.
#[derive(Debug)]
pub(crate) struct ServedFile {
    /// Its name without digest and ending.
    pub(crate) stem: &'static str,
    /// The ending of its name.
    pub(crate) ending: &'static str,
    /// Its media type.
    pub(crate) content_type: &'static str,
    /// Its bytes, compressed with gzip.
    pub(crate) gzip: &'static [u8],
    /// The beginning of their SHA-256.
    pub(crate) digest: &'static str,
}

/// A [`ServedFile`] that the build script wrote under this name.
macro_rules! served_file {
    ($name:literal, $stem:literal, $ending:literal, $content_type:literal) => {
        ServedFile {
            stem: $stem,
            ending: $ending,
            content_type: $content_type,
            gzip: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".gz")),
            digest: env!(concat!($name, "_DIGEST")),
        }
    };
}
pub(crate) use served_file;

impl ServedFile {
    /// Its name with its digest, for files that browsers may keep for ever.
    pub(crate) fn name(&self) -> String {
        format!("{}-{}.{}", self.stem, self.digest, self.ending)
    }

    /// Its name without its digest.
    pub(crate) fn plain_name(&self) -> String {
        format!("{}.{}", self.stem, self.ending)
    }

    /// The response to a client: compressed if it takes that, and 304 if it has the file.
    pub(crate) fn serve(&self, headers: &HeaderMap, cache: &'static str) -> Result<Response, ApiError> {
        let gzip = accepts::gzip(headers);
        let etag = format!("\"{}{}\"", self.digest, if gzip { "-gzip" } else { "" });
        let mut common = HeaderMap::new();
        common.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
        common.insert(VARY, HeaderValue::from_static("accept-encoding"));
        common.insert(ETAG, HeaderValue::from_str(&etag).map_err(ApiError::internal)?);
        if self.is_held(headers) {
            return Ok((StatusCode::NOT_MODIFIED, common).into_response());
        }
        common.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        if gzip {
            common.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            return Ok((common, self.gzip).into_response());
        }
        let mut plain = Vec::new();
        GzDecoder::new(self.gzip).read_to_end(&mut plain).map_err(ApiError::internal)?;
        Ok((common, plain).into_response())
    }

    /// Whether the client has this very file, in whatever encoding (RFC 9110 §13.1.2 compares weakly).
    fn is_held(&self, headers: &HeaderMap) -> bool {
        let lines = headers.get_all(IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
        let mut tags = lines.flat_map(|line| line.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
        tags.any(|tag| tag == "*" || tag.trim_matches('"').trim_end_matches("-gzip") == self.digest)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const FILE: ServedFile = served_file!("STYLE", "docs", "css", "text/css");

    fn serve(headers: &[(http::HeaderName, &'static str)]) -> Response {
        let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        FILE.serve(&headers, "no-cache").unwrap()
    }

    #[test]
    fn a_client_that_has_the_file_gets_304() {
        for held in [format!("\"{}\"", FILE.digest), format!("\"x\", W/\"{}-gzip\"", FILE.digest), "*".to_owned()] {
            let headers = HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_str(&held).unwrap())]);
            let response = FILE.serve(&headers, "no-cache").unwrap();
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{held}");
            assert!(response.headers().contains_key(ETAG) && !response.headers().contains_key(CONTENT_TYPE));
        }
        assert_eq!(serve(&[(IF_NONE_MATCH, "\"another\"")]).status(), StatusCode::OK);
    }

    #[test]
    fn each_encoding_has_its_own_tag() {
        let (plain, gzip) = (serve(&[]), serve(&[(http::header::ACCEPT_ENCODING, "gzip")]));
        assert_ne!(plain.headers()[ETAG], gzip.headers()[ETAG]);
        assert_eq!(gzip.headers()[CONTENT_ENCODING], "gzip");
        assert_eq!(plain.headers()[VARY], "accept-encoding");
    }
}
