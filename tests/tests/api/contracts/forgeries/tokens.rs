//! As credential of a request.

use aviary_web::Who;
use e2e::{Forge, Service, Things, claims_of};
use serde_json::{Value, json};

use super::{Forged, INVALID, deleted, first, forged_of, guarded};
use crate::contracts::routes::rows;

/// What is said of a token that is the credential.
fn refusal(message: &str) -> Value {
    json!({
        "detail": "Given token not valid for any token type",
        "code": "token_not_valid",
        "messages": [{"token_class": "AccessToken", "token_type": "access", "message": message}],
    })
}

#[tokio::test]
async fn no_route_of_any_function_takes_a_forged_access_token() {
    let service = Service::running();
    let things = Things::of(&service, service.signup().await).await;
    // Of the owner: what passed would act on the owner's things.
    let mut forged = forged_of(&service, &things.owner.access).await;
    let refresh = things.owner.refresh.clone();
    forged.push(Forged { how: "a refresh token", token: refresh, message: "Token has wrong type" });
    let mut functions = Vec::new();
    for (function, route) in guarded() {
        functions.push(function);
        for Forged { how, token, message } in &forged {
            let answer = things.call(&service, &route).bearer(token).send().await;
            assert_eq!((answer.status, answer.text()), (401, refusal(message).to_string()), "{how} at {route:?}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"api\""), "{how} at {route:?}");
        }
    }
    for function in ["auth", "profiles", "tweets", "users"] {
        assert!(functions.contains(&function), "{function} has no route that wants a caller");
    }
    things.assert_untouched(&service).await;
}

#[tokio::test]
async fn no_route_of_any_function_knows_who_is_gone_or_whom_the_token_does_not_name() {
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
            assert_eq!((answer.status, answer.text()), (401, refusal.to_string()), "{route:?}");
        }
    }
    things.assert_untouched(&service).await;
}

#[tokio::test]
async fn no_route_of_any_function_takes_a_device_token_that_nobody_gave_out() {
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
        // Without 40 digits it can only be a JWT.
        (format!("Bearer {}", first(device, 39)), refusal(INVALID)),
    ];
    for (_, route) in guarded() {
        for (header, refusal) in &rows_of_headers {
            let answer = things.call(&service, &route).authorization(header).send().await;
            assert_eq!((answer.status, answer.text()), (401, refusal.to_string()), "{header} at {route:?}");
        }
    }
    things.assert_untouched(&service).await;
}

/// As in djoser, where only the signup looks at the header.
#[tokio::test]
async fn a_route_that_needs_no_caller_does_not_mind_a_forged_one_but_for_djosers_signup() {
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
        // Nor a cookie without its proof.
        let answer = things.call(&service, &route).cookies(&things.owner.cookies).send().await;
        assert_eq!(answer.status, without, "{route:?}: {}", answer.text());
    }
    things.assert_untouched(&service).await;
}
