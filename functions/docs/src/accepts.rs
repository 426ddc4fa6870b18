//! What a client accepts, by RFC 9110 §12.5.

use http::{HeaderMap, HeaderName};

/// The weight that a header such as `Accept` gives to a value, from 0 to 1. The most specific of `candidates` that the header
/// names decides; list them in this order. `None` if it names none of them.
pub(crate) fn weight(headers: &HeaderMap, header: &HeaderName, candidates: &[&str]) -> Option<f32> {
    let lines = headers.get_all(header).iter().filter_map(|line| line.to_str().ok());
    let offers: Vec<(String, f32)> = lines.flat_map(|line| line.split(',')).map(offer).collect();
    candidates.iter().find_map(|candidate| offers.iter().find(|(name, _)| name == candidate).map(|(_, weight)| *weight))
}

/// Whether a response to this client may be compressed with gzip.
pub(crate) fn gzip(headers: &HeaderMap) -> bool {
    weight(headers, &http::header::ACCEPT_ENCODING, &["gzip", "*"]).is_some_and(|weight| weight > 0.0)
}

/// Whether the client asks for JSON rather than for a page. A browser names HTML; `*/*` asks for nothing.
pub(crate) fn json(headers: &HeaderMap) -> bool {
    let of = |name: &str| weight(headers, &http::header::ACCEPT, &[name]).unwrap_or(0.0);
    let json = of("application/json");
    json > 0.0 && json > of("text/html")
}

fn offer(text: &str) -> (String, f32) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    (name, weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0)))
}

#[cfg(test)]
mod tests {
    use http::header::{ACCEPT, ACCEPT_ENCODING};
    use http::{HeaderMap, HeaderValue};

    use super::{gzip, json};

    fn headers(name: http::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        for takes in ["gzip", "br;q=1.0, GZIP;q=0.5", "*", "deflate, *;q=0.1"] {
            assert!(gzip(&headers(ACCEPT_ENCODING, takes)), "{takes}");
        }
        for refuses in ["", "identity", "gzip;q=0", "*;q=0", "gzip;q=0, *"] {
            assert!(!gzip(&headers(ACCEPT_ENCODING, refuses)), "{refuses}");
        }
        assert!(!gzip(&HeaderMap::new()));
    }

    #[test]
    fn json_is_sent_to_those_who_prefer_it() {
        for wants in ["application/json", "application/json, */*;q=0.5", "text/html;q=0.8, application/json"] {
            assert!(json(&headers(ACCEPT, wants)), "{wants}");
        }
        for others in ["*/*", "", "text/html,application/xhtml+xml,*/*;q=0.8", "text/html, application/json"] {
            assert!(!json(&headers(ACCEPT, others)), "{others}");
        }
    }
}
