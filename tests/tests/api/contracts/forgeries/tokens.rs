//! Forged tokens as the credential of a request.

use aviary_web::Who;
use e2e::{Forge, Service, Things, claims_of};
use serde_json::{Value, json};

use super::{Forged, INVALID, deleted, first, forged_of, guarded, told};
use crate::contracts::routes::rows;

/// The 401 for a token that is the credential.
fn refusal(message: &str) -> Value {
    json!({
        "detail": "Given token not valid for any token type",
        "code": "token_not_valid",
        "messages": [{"token_class": "AccessToken", "token_type": "access", "message": message}],
    })
}

#[tokio::test]
async fn no_route_takes_a_forged_access_token() {
    let service = Service::running();
    let things = Things::of(&service, service.signup().await).await;
    // Tokens of the owner: a request that passed would change the owner's things.
    let mut forged = forged_of(&service, &things.owner.access).await;
    let refresh = things.owner.refresh.clone();
    forged.push(Forged { how: "a refresh token", token: refresh, message: "Token has wrong type" });
    let mut functions = Vec::new();
    for (function, route) in guarded() {
        functions.push(function);
        for Forged { how, token, message } in &forged {
            let answer = things.call(&service, &route).bearer(token).send().await;
            assert_eq!((answer.status, answer.text()), (401, told(&route, &refusal(message))), "{how} at {route:?}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"api\""), "{how} at {route:?}");
        }
    }
    for function in ["auth", "profiles", "tweets", "users"] {
        assert!(functions.contains(&function), "{function} has no route that wants a caller");
    }
    things.assert_untouched(&service).await;
}

#[tokio::test]
async fn no_route_takes_a_token_of_a_deleted_user_or_of_no_user() {
    let service = Service::running();
    let things = Things::of(&service, service.signup().await).await;
    let gone = deleted(&service).await.access;
    let own = Forge::with_the_key_of(&service).await;
    let mut claims = claims_of(&things.owner.access);
    claims.as_object_mut().expect("claims").shift_remove("user_id");
    let nobody = own.sign(&claims);
    let unnamed = "Token contained no recognizable user identification";
    let rows_of_tokens = [
        (gone, json!({"detail": "User not found", "code": "user_not_found"})),
        (nobody, json!({"detail": unnamed, "code": "token_not_valid"})),
    ];
    for (_, route) in guarded() {
        for (token, refusal) in &rows_of_tokens {
            let answer = things.call(&service, &route).bearer(token).send().await;
            assert_eq!((answer.status, answer.text()), (401, told(&route, refusal)), "{route:?}");
        }
    }
    things.assert_untouched(&service).await;
}

#[tokio::test]
async fn no_route_takes_a_forged_device_token() {
    let service = Service::running();
    let things = Things::of(&service, service.signup().await).await;
    let device = &things.owner.device_token;
    let unknown = "0123456789abcdef0123456789abcdef01234567";
    let invalid = json!({"detail": "Invalid token."});
    let rows_of_headers = [
        (format!("Token {unknown}"), invalid.clone()),
        (format!("Bearer {unknown}"), invalid.clone()),
        (format!("Token {}", first(device, 39)), invalid.clone()),
        (format!("Token {device}0"), invalid),
        // Without exactly 40 digits it can only be a JWT.
        (format!("Bearer {}", first(device, 39)), refusal(INVALID)),
    ];
    for (_, route) in guarded() {
        for (header, refusal) in &rows_of_headers {
            let answer = things.call(&service, &route).authorization(header).send().await;
            assert_eq!((answer.status, answer.text()), (401, told(&route, refusal)), "{header} at {route:?}");
        }
    }
    things.assert_untouched(&service).await;
}

/// As in djoser, where only the signup checks the header.
#[tokio::test]
async fn open_routes_ignore_a_forged_token_except_djosers_signup() {
    let service = Service::running();
    let things = Things::of(&service, service.signup().await).await;
    let forged = forged_of(&service, &things.owner.access).await;
    for (_, route) in rows().into_iter().filter(|(_, route)| route.spec.who == Who::Any) {
        let without = things.call(&service, &route).send().await.status;
        for Forged { how, token, message } in &forged {
            let answer = things.call(&service, &route).bearer(token).send().await;
            if route.path == "/auth/users" {
                assert_eq!((answer.status, answer.text()), (401, refusal(message).to_string()), "{how}");
            } else {
                assert_eq!(answer.status, without, "{how} at {route:?}: {}", answer.text());
            }
        }
        // A cookie without the CSRF token is ignored too.
        let answer = things.call(&service, &route).cookies(&things.owner.cookies).send().await;
        assert_eq!(answer.status, without, "{route:?}: {}", answer.text());
    }
    things.assert_untouched(&service).await;
}
