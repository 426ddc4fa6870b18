//! Answers of the service, received over HTTP or from a function without the gateway.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

/// The answer to a request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case and values, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

/// A cookie as it is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetCookie {
    /// Its value.
    pub value: String,
    /// The attributes after the value, in lower case.
    pub attributes: Vec<String>,
}

impl Answer {
    /// Reads the output that a function returns to the gateway (payload format 2.0).
    #[must_use]
    pub fn of_function(output: &[u8]) -> Self {
        let output: Value = serde_json::from_slice(output).expect("a function's answer is JSON");
        let status = output["statusCode"].as_u64().unwrap_or_else(|| panic!("no status in {output}"));
        let text = output["body"].as_str().unwrap_or_default();
        let body = match output["isBase64Encoded"].as_bool() {
            Some(true) => BASE64_STANDARD.decode(text).expect("base64"),
            _ => text.as_bytes().to_vec(),
        };
        let single = output["headers"].as_object().into_iter().flatten();
        let single = single.filter_map(|(name, value)| Some((name.to_lowercase(), value.as_str()?.to_owned())));
        let cookies = output["cookies"].as_array().into_iter().flatten();
        let cookies = cookies.filter_map(|cookie| Some(("set-cookie".to_owned(), cookie.as_str()?.to_owned())));
        Self { status: u16::try_from(status).expect("a status"), headers: single.chain(cookies).collect(), body }
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text()))
    }

    /// A member of the JSON body that must be a text.
    #[must_use]
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        let json = self.json();
        json[name].as_str().unwrap_or_else(|| panic!("no text `{name}` in {json}")).to_owned()
    }

    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// The cookie of this name, if the answer sets it.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<SetCookie> {
        let set = self.headers.iter().filter(|(header, _)| header == "set-cookie");
        let (_, set) = set.map(|(_, value)| value.split_once('=').expect("a cookie")).find(|(n, _)| *n == name)?;
        let mut parts = set.split(';').map(str::trim);
        let value = parts.next().unwrap_or_default().to_owned();
        Some(SetCookie { value, attributes: parts.map(str::to_lowercase).collect() })
    }

    /// Demands this status.
    #[track_caller]
    pub fn with_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Demands this status and exactly this JSON, to the byte.
    #[track_caller]
    pub fn is(self, status: u16, json: &Value) -> Self {
        assert_eq!((self.status, self.text()), (status, json.to_string()));
        self
    }

    /// Demands this status and error on a route that tells an error's text in `message` too.
    #[track_caller]
    pub fn tells(self, status: u16, error: &Value) -> Self {
        let mut told = self.json();
        if error.get("message").is_none() {
            let message = told.as_object_mut().and_then(|told| told.remove("message"));
            let message = message.unwrap_or_else(|| panic!("no message in {}", self.text()));
            let text = message.as_str().unwrap_or_else(|| panic!("the message is no text: {message}"));
            assert!(error.to_string().contains(&Value::from(text).to_string()), "{text:?} is not of {error}");
        }
        assert_eq!((self.status, &told), (status, error));
        self
    }

    /// Demands a 401 with its challenge and exactly this JSON.
    #[track_caller]
    pub fn unauthorized(self, json: &Value) -> Self {
        let answer = self.is(401, json);
        assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"api\""), "the challenge");
        answer
    }
}
