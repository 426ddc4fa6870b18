//! API Gateway's part: an HTTP request becomes an event, and the function's output an answer.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use hyper::{Method, Request, body::Incoming, header::EXPECT};

use super::{
    answer::{self, Reply},
    body::{self, NoBody},
    event::{self, Origin},
    id,
    own_machine::is_of_this_machine,
    pool::Pool,
    routes::Routes,
};

/// The largest body that API Gateway takes.
const LARGEST_BODY: usize = 10 * 1024 * 1024;
/// API Gateway's own time-out. It is longer only where a function may take longer.
const WITHIN: Duration = Duration::from_secs(30);

/// The functions and the ways to them.
#[derive(Debug)]
pub(super) struct Gateway {
    pub(super) routes: Routes,
    pub(super) pools: BTreeMap<String, Arc<Pool>>,
}

impl Gateway {
    /// Answers one request.
    pub(super) async fn answer(&self, request: Request<Incoming>, origin: Origin) -> Reply {
        let request_id = id();
        let (parts, body) = request.into_parts();
        let is_path = parts.uri.path().starts_with('/') && parts.method != Method::CONNECT;
        let invoked = parts.uri.path().strip_prefix("/2015-03-31/functions/");
        let invoked =
            invoked.and_then(|rest| rest.strip_suffix("/invocations")).filter(|_| parts.method == Method::POST);
        let body = match body::read(body, LARGEST_BODY, parts.headers.contains_key(EXPECT)).await {
            Ok(body) => body,
            Err(NoBody::TooLarge) => return answer::too_large(&request_id),
            Err(NoBody::Broken) => return answer::bad_request(&request_id),
        };
        if let Some(name) = invoked {
            if !is_of_this_machine(&parts.headers) {
                return answer::foreign();
            }
            return match self.pools.get(name) {
                Some(pool) => answer::of_invocation(pool.invoke(body).await),
                None => answer::no_function(name),
            };
        }
        let found = self.routes.find(parts.method.as_str(), parts.uri.path()).filter(|_| is_path);
        let Some((pool, found)) = found.and_then(|found| Some((self.pools.get(&found.function).cloned()?, found)))
        else {
            return answer::bad_request(&request_id);
        };
        let Ok(event) = event::of_request(&parts, &body, &found, origin, &request_id) else {
            return answer::internal_error(&request_id);
        };
        // Not needed while the function works, and up to 10 MB.
        drop(body);
        match tokio::time::timeout(WITHIN.max(pool.function.timeout), pool.invoke(event)).await {
            Ok(outcome) => answer::of_outcome(outcome, &parts.method, &request_id),
            Err(_) => answer::unavailable(&request_id),
        }
    }
}
