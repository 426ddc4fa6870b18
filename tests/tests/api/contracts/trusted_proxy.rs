//! The client's address behind the deployment's own proxy. Limits per address show which address counts.

use e2e::limits::{assert_throttled, unused_address};
use e2e::{Answer, Event, Function, PASSWORD, Service, unique};
use serde_json::json;

/// The SHA-256 of `the-secret`.
const DIGEST: &str = "5a90063288c04e4df59164f25bacb191f42f8f7e11b127030cb01fffd22af956";

struct Behind {
    auth: Function,
    /// The address of the proxy itself, which all requests share.
    edge: String,
}

impl Behind {
    fn signup(&self, secret: &str, viewer: &str) -> Answer {
        let body = json!({"username": unique("wren"), "password": PASSWORD});
        let event = Event::new("POST", "/auth/users/")
            .source(&self.edge)
            .header("x-aviary-proxy", secret)
            .header("cloudfront-viewer-address", &format!("{viewer}:46532"))
            .json(&body);
        self.auth.invoke(event).answer
    }
}

#[tokio::test]
async fn the_proxy_names_the_address_that_limits_count() {
    let service = Service::running();
    let settings = [("AVIARY_LIMITS", "signup_address=1/3600"), ("AVIARY_PROXY_SECRET_SHA256", DIGEST)];
    let behind = Behind { auth: Function::start_with(&service, "auth", &settings), edge: unused_address() };
    let (one, other) = (unused_address(), unused_address());
    behind.signup("the-secret", &one).with_status(201);
    behind.signup("the-secret", &other).with_status(201);
    assert_throttled(&behind.signup("the-secret", &one), 3_600);
    // Who does not know the secret has the address that the gateway sees, whatever it claims.
    behind.signup("a guess", &unused_address()).with_status(201);
    assert_throttled(&behind.signup("a guess", &unused_address()), 3_600);
}
