//! `GET /.well-known/jwks.json`.

use e2e::{Service, claims_of};
use serde_json::json;

#[tokio::test]
async fn the_public_keys_contain_the_signing_key() {
    let service = Service::running();
    let account = service.signup().await;
    let keys = service.get("/.well-known/jwks.json").send().await.with_status(200);
    assert!(keys.header("cache-control").is_some_and(|value| value.contains("max-age")));
    let header = account.access.split('.').next().unwrap();
    let header = claims_of(&format!(".{header}."));
    let json = keys.json();
    let key = json["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]).unwrap();
    let names: Vec<&String> = key.as_object().unwrap().keys().collect();
    assert_eq!(names, ["kty", "crv", "alg", "use", "kid", "x"]);
    assert_eq!((&key["kty"], &key["crv"], &key["alg"]), (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA")));
}
