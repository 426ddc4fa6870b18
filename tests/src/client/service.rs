//! Requests to the service that `cargo xtask test` has started.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::account::{Account, Cookies, PASSWORD};
use crate::client::answer::Answer;
use crate::client::call::Call;
use crate::jwt::claims_of;
use crate::names::unique;

/// The running service, and the local AWS behind it.
#[derive(Clone, Debug)]
pub struct Service {
    /// The base URL, without a slash at its end.
    pub url: String,
    /// S3 and CloudWatch Logs of the local AWS.
    pub aws_url: String,
    /// DynamoDB of the local AWS.
    pub dynamodb_url: String,
    /// The stack whose name the tables and buckets begin with.
    pub stack: String,
    http: reqwest::Client,
}

impl Service {
    /// The service that the environment names. Without one the test fails and says how to start it.
    #[must_use]
    pub fn running() -> Self {
        Self {
            url: variable("AVIARY_TEST_URL"),
            ..Self::without_gateway(
                &variable("AVIARY_TEST_DYNAMODB_URL"),
                &variable("AVIARY_TEST_AWS_URL"),
                &variable("AVIARY_TEST_STACK"),
            )
        }
    }

    /// A local AWS on which single functions can be started. No gateway takes requests.
    #[must_use]
    pub fn without_gateway(dynamodb_url: &str, aws_url: &str, stack: &str) -> Self {
        // A redirect would be a failure: every path is answered directly.
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        Self {
            url: String::new(),
            aws_url: aws_url.to_owned(),
            dynamodb_url: dynamodb_url.to_owned(),
            stack: stack.to_owned(),
            http: http.expect("an HTTP client"),
        }
    }

    /// The same deployment at another base URL.
    #[must_use]
    pub fn at(&self, url: String) -> Self {
        Self { url, ..self.clone() }
    }

    /// A request with any method.
    #[must_use]
    pub fn call(&self, method: &str, path: &str) -> Call {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        Call(self.http.request(method, format!("{}{path}", self.url)))
    }

    /// A GET.
    #[must_use]
    pub fn get(&self, path: &str) -> Call {
        self.call("GET", path)
    }

    /// A POST.
    #[must_use]
    pub fn post(&self, path: &str) -> Call {
        self.call("POST", path)
    }

    /// A PUT.
    #[must_use]
    pub fn put(&self, path: &str) -> Call {
        self.call("PUT", path)
    }

    /// A PATCH.
    #[must_use]
    pub fn patch(&self, path: &str) -> Call {
        self.call("PATCH", path)
    }

    /// A DELETE.
    #[must_use]
    pub fn delete(&self, path: &str) -> Call {
        self.call("DELETE", path)
    }

    /// Sends a GET by an account's access token.
    pub async fn get_as(&self, caller: &Account, path: &str) -> Answer {
        self.get(path).bearer(&caller.access).send().await
    }

    /// Sends a JSON body by POST and an account's access token.
    pub async fn post_as(&self, caller: &Account, path: &str, body: &Value) -> Answer {
        self.post(path).bearer(&caller.access).json(body).send().await
    }

    /// Fetches a URL of an answer, as a browser without credentials would.
    pub async fn fetch(&self, url: &str) -> Answer {
        Call(self.http.get(url)).send().await
    }

    /// Invokes a function without the gateway, as `cargo lambda invoke` does.
    pub async fn invoke(&self, function: &str, event: &Value) -> Answer {
        Answer::of_function(&self.deliver(function, event).await)
    }

    /// Invokes a function with an event that is no HTTP request, and returns its output.
    pub async fn deliver(&self, function: &str, event: &Value) -> Vec<u8> {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        self.post(&path).json(event).send().await.with_status(200).body
    }

    /// Signs up a new account under a name of its own.
    pub async fn signup(&self) -> Account {
        self.signup_as(&unique("wren")).await
    }

    /// Signs up a new account under this name.
    pub async fn signup_as(&self, username: &str) -> Account {
        let email = format!("{}@example.com", unique("wren"));
        let body = json!({"username": username, "email": email, "password": PASSWORD});
        let answer = self.post("/api/auth/signup/").json(&body).send().await.with_status(201);
        let access = answer.field("access");
        Account {
            id: claims_of(&access)["user_id"].as_str().expect("a user id").to_owned(),
            username: answer.field("username"),
            email,
            refresh: answer.field("refresh"),
            device_token: answer.field("token"),
            cookies: Cookies::of(&answer),
            access,
        }
    }

    /// Posts a tweet by `POST /tweet`, and returns it as the routes below `/api/tweets/` show it.
    pub async fn tweet(&self, account: &Account, message: &str) -> Value {
        let call = self.post("/tweet").bearer(&account.access).json(&json!({"message": message}));
        call.send().await.with_status(200).json()["tweet"].clone()
    }

    pub(crate) fn post_to(&self, url: &str) -> Call {
        Call(self.http.post(url))
    }
}

fn variable(name: &str) -> String {
    let value = std::env::var(name).ok().filter(|value| !value.is_empty());
    value.unwrap_or_else(|| {
        panic!("{name} is not set: this test needs the running service; start both by `cargo xtask test`")
    })
}
