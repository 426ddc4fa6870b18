//! What only programs of this machine may ask.

use std::net::IpAddr;

use http::uri::Authority;
use hyper::{
    HeaderMap,
    header::{HOST, ORIGIN},
};

/// Whether a program of this machine asks, and no web page: a page's own name may lead here, too. Browsers say where a
/// request comes from, even that of an image.
pub(super) fn is_of_this_machine(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).and_then(|host| host.parse::<Authority>().ok());
    let host = host.as_ref().map_or("", |host| host.host().trim_matches(['[', ']']));
    let is_loopback =
        host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    is_loopback && !headers.contains_key(ORIGIN) && !headers.contains_key("sec-fetch-site")
}
