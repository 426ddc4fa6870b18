//! The client of document 002, request by request as it was written against the original service.

use std::collections::BTreeSet;

use dashu_int::IBig;
use e2e::{Answer, Call, Cipher, Cookies, PASSWORD, Service, eventually, unique};
use serde_json::{Value, json};

/// The state of the client: its cookies, its device token, a JWT for the next minutes, and its secrets.
struct Client {
    service: Service,
    cookies: Cookies,
    device_token: String,
    jwt: String,
    cipher: Cipher,
}

impl Client {
    /// Gets its cookies with its first answer, signs up by a form, and gets a JWT for its device token by a GET.
    async fn sign_up(service: Service) -> Self {
        let first = service.get("/status/").send().await.with_status(200);
        let cookies = Cookies::of(&first);
        let username = unique("wren");
        let fields = [("username", username.as_str()), ("password1", PASSWORD), ("password2", PASSWORD)];
        let call =
            service.post("/api/auth/signup/").cookies(&cookies).header("x-csrftoken", &cookies.csrf).form(&fields);
        let signup = call.send().await.with_status(201);
        let (cookies, device_token) = (Cookies::of(&signup), signup.field("token"));
        let call = service.get("/api/jwt/").cookies(&cookies).authorization(&format!("Token {device_token}"));
        let jwt = call.send().await.with_status(200).field("access");
        Self { service, cookies, device_token, jwt, cipher: Cipher::small("base64") }
    }

    /// A request with all credentials that the document prescribes.
    fn call(&self, method: &str, path: &str) -> Call {
        self.service
            .call(method, path)
            .cookies(&self.cookies)
            .header("x-csrftoken", &self.cookies.csrf)
            .bearer(&self.jwt)
    }

    async fn send(&self, method: &str, path: &str, body: &Value, status: u16) -> Answer {
        let answer = self.call(method, path).json(body).send().await.with_status(status);
        assert!(!answer.text().contains(&self.cookies.session), "the cookie's value is answered: {}", answer.text());
        answer
    }

    async fn post_set(&self, id: &str, values: &[i64]) -> Answer {
        let units: Value = serde_json::from_str(&self.encrypted(values)).unwrap();
        let body = json!({"session_id": self.cookies.session, "set_id": id, "integers": units});
        self.send("POST", "/integers/set/", &body, 201).await
    }

    fn encrypted(&self, values: &[i64]) -> String {
        let values: Vec<IBig> = values.iter().map(|value| IBig::from(*value)).collect();
        self.cipher.set(&values)
    }

    async fn operation(&self, equation: &str) -> Answer {
        let body = json!({"session_id": self.cookies.session, "equation": equation});
        self.send("POST", "/integers/operation/", &body, 201).await
    }

    fn decrypted(&self, answer: &Answer) -> Vec<i64> {
        self.cipher.values(answer).into_iter().map(|(_, value)| i64::try_from(value).unwrap()).collect()
    }
}

#[tokio::test]
async fn the_original_client_works_unchanged() {
    let client = Client::sign_up(Service::running()).await;
    let cookie = client.cookies.session.clone();

    // Two sets; the server chooses the id of the first, as in the document's example.
    let units: Value = serde_json::from_str(&client.encrypted(&[1, 2, 3])).unwrap();
    let first = client.send("POST", "/integers/set/", &json!({"integers": units}), 201).await;
    let (first_set, session) = (first.field("set_id"), first.field("session_id"));
    assert_eq!(client.decrypted(&first), [1, 2, 3]);
    assert!(first.json()["integers"][0]["X"].is_string(), "base64 stays base64: {}", first.text());
    let second = client.post_set("second_set", &[10, -20, 30]).await;
    assert_eq!(second.field("session_id"), session, "the value of the cookie and no value name the same session");

    // A sum and a product; each is stored as a set that the next equation may use.
    let sum = client.operation(&format!("{first_set}+second_set")).await;
    assert_eq!(client.decrypted(&sum), [11, -18, 33]);
    let created = sum.field("setCreated");
    assert_eq!(sum.field("set_id"), created);
    let product = client.operation(&format!("{created}*second_set-{first_set}")).await;
    assert_eq!(client.decrypted(&product), [109, 358, 987]);

    // A GET with a JSON body, which names the caller by its device token.
    let whole = json!({"user_id": client.device_token, "session_id": cookie, "set_id": created});
    let shown = client.send("GET", "/integers/set/", &whole, 200).await;
    assert_eq!(client.decrypted(&shown), [11, -18, 33]);
    let shown = shown.json();
    let names: Vec<&String> = shown.as_object().unwrap().keys().collect();
    assert_eq!(names, ["user_id", "session_id", "set_id", "integers"]);

    // A DELETE of a set with a body; then the set is not found.
    let gone = client.send("DELETE", "/integers/set/", &json!({"set_id": created}), 200).await;
    assert_eq!(gone.json(), json!({"set_id": created}));
    client.send("GET", "/integers/set/", &json!({"set_id": created}), 404).await;
    let body = json!({"session_id": cookie});
    let shown = client.send("GET", "/integers/session/", &body, 200).await.json();
    assert_eq!(shown["session_id"], session.as_str());
    let sets = shown["integer_sets"].as_array().unwrap();
    let ids: BTreeSet<&str> = sets.iter().map(|set| set["set_id"].as_str().unwrap()).collect();
    assert_eq!(ids, BTreeSet::from([first_set.as_str(), "second_set", &product.field("setCreated")]));

    // A whole session under another name with the document's numbers, deleted by the document's spelling.
    let sets = json!([
        {"set_id": "posted_session_set", "integers": [{"index": 1, "X": 1, "q": 1}, {"index": 2, "X": 2, "q": 2}]},
        {"set_id": "posted_session_set2", "integers": [{"index": 1, "X": 12, "q": 12}, {"index": 2, "X": 22, "q": 22}]},
    ]);
    let body = json!({"session_id": "old_session_example", "integer_sets": sets});
    let posted = client.send("POST", "/integers/session/", &body, 201).await;
    assert_eq!(posted.json(), body);
    let old = json!({"session_id": "old_session_example"});
    assert_eq!(client.send("GET", "/integers/session/", &old, 200).await.json(), body);
    let body = json!({"sessioin_id": "old_session_example"});
    assert_eq!(client.send("DELETE", "/integers/session/", &body, 200).await.json(), old);
    client.send("GET", "/integers/session/", &old, 404).await;

    // `del-logout` removes the sets of the web session; the tokens stay valid and find nothing.
    client.send("POST", "/api/auth/del-logout/", &json!({}), 200).await;
    eventually("the session's removal", async || {
        let call = client.service.get("/integers/session/").bearer(&client.jwt).json(&json!({"session_id": session}));
        (call.send().await.status == 404).then_some(())
    })
    .await;
}

#[tokio::test]
async fn logout_without_removal_keeps_the_sets() {
    let client = Client::sign_up(Service::running()).await;
    let session = client.post_set("kept", &[7]).await.field("session_id");
    client.send("POST", "/api/auth/logout/", &json!({}), 200).await;
    // The logout has ended the session of the JWT that it was sent with; the device token stays.
    let body = json!({"session_id": session, "set_id": "kept"});
    client.service.get("/integers/set/").bearer(&client.jwt).json(&body).send().await.with_status(401);
    let shown =
        client.service.get("/integers/set/").bearer(&client.device_token).json(&body).send().await.with_status(200);
    assert_eq!(client.decrypted(&shown), [7]);
}

#[tokio::test]
async fn a_browser_needs_its_csrf_token_and_no_jwt() {
    let client = Client::sign_up(Service::running()).await;
    let session = client.post_set("a", &[5]).await.field("session_id");
    let by_cookie = |csrf: &str| {
        let call = client.service.post("/integers/operation/").cookies(&client.cookies).header("x-csrftoken", csrf);
        call.json(&json!({"equation": "a*a"}))
    };
    by_cookie("0000").send().await.with_status(403);
    let product = by_cookie(&client.cookies.csrf).send().await.with_status(201);
    assert_eq!((product.field("session_id"), client.decrypted(&product)), (session, vec![25]));
}
