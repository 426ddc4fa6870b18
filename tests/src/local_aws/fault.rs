//! Faults of single calls to AWS, and the errors that AWS answers with.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use serde_json::{Value, json};

/// What the proxy does with a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The call is forwarded.
    Pass,
    /// The call is not forwarded; this error is the answer.
    Answer(AwsError),
    /// The call is not forwarded, and the connection is closed.
    DropBefore,
    /// The call is forwarded, and the connection is closed instead of the answer.
    DropAfter,
    /// The call is forwarded after this time, also if its sender has given it up.
    Delay(Duration),
    /// The call is not forwarded, and the process that made it is killed.
    KillBefore,
    /// The call is forwarded, and the process that made it is killed before it gets the answer.
    KillAfter,
}

impl Fault {
    /// `fault` if `number` is `here`, else [`Fault::Pass`].
    #[must_use]
    pub fn at(number: usize, here: usize, fault: Self) -> Self {
        if number == here { fault } else { Self::Pass }
    }
}

/// An error in the form in which DynamoDB or S3 answers it.
#[derive(Clone, Debug, PartialEq)]
pub struct AwsError {
    status: u16,
    content_type: &'static str,
    body: String,
}

impl AwsError {
    /// Any error of DynamoDB, by its name.
    #[must_use]
    pub fn named(status: u16, name: &str, message: &str) -> Self {
        Self::dynamodb(status, name, json!({"message": message}))
    }

    /// A table or partition has no capacity left at the moment.
    #[must_use]
    pub fn throttled() -> Self {
        Self::named(
            400,
            "ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded.",
        )
    }

    /// DynamoDB's own failure.
    #[must_use]
    pub fn internal() -> Self {
        Self::named(500, "InternalServerError", "Internal server error")
    }

    /// A transaction of this many writes was cancelled: the first one conflicts with another transaction.
    #[must_use]
    pub fn transaction_conflict(writes: usize) -> Self {
        let code = |place| if place == 0 { "TransactionConflict" } else { "None" };
        let codes: Vec<&str> = (0..writes.max(1)).map(code).collect();
        let message = format!("Transaction cancelled, please refer cancellation reasons [{}]", codes.join(", "));
        let reasons: Vec<Value> = codes.iter().map(|code| json!({"Code": code})).collect();
        Self::dynamodb(400, "TransactionCanceledException", json!({"message": message, "CancellationReasons": reasons}))
    }

    /// S3 asks for fewer requests.
    #[must_use]
    pub fn slow_down() -> Self {
        let body = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";
        Self { status: 503, content_type: "application/xml", body: body.to_owned() }
    }

    fn dynamodb(status: u16, name: &str, mut body: Value) -> Self {
        body["__type"] = format!("com.amazonaws.dynamodb.v20120810#{name}").into();
        Self { status, content_type: "application/x-amz-json-1.0", body: body.to_string() }
    }

    pub(crate) fn into_response(self) -> Response<Full<Bytes>> {
        Response::builder()
            .status(self.status)
            .header("content-type", self.content_type)
            .body(Full::new(self.body.into()))
            .expect("a response")
    }
}
