//! First requests, which start the functions.

use std::{
    net::{SocketAddr, TcpStream},
    sync::mpsc::Sender,
    thread,
    time::{Duration, Instant},
};

use aviary_template::Function;

use crate::process::Event;

const PAUSE: Duration = Duration::from_millis(25);

/// Sends a function its first request, which starts it, from another thread. The result is an [`Event::Answer`].
pub(super) fn begin(server: SocketAddr, function: &Function, deadline: Instant, sender: Sender<Event>) {
    let name = function.binary.clone();
    let url = format!("http://{server}{}", path_of(function));
    thread::spawn(move || {
        while TcpStream::connect(server).is_err() {
            if Instant::now() >= deadline {
                return;
            }
            thread::sleep(PAUSE);
        }
        let _ = sender.send(Event::Answer(name, ask(&url, deadline)));
    });
}

/// Any answer of the function counts, also an error. No answer, or one of the front itself, does not.
fn ask(url: &str, deadline: Instant) -> Result<(), String> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(deadline.saturating_duration_since(Instant::now())))
        .build()
        .into();
    let mut response = agent.get(url).call().map_err(|error| error.to_string())?;
    let status = response.status();
    let body = response.body_mut().read_to_string().unwrap_or_default();
    match gateways_own(&body) {
        Some(message) => Err(format!("the front says {message} ({})", status.as_u16())),
        None => Ok(()),
    }
}

/// The message of an answer that the front gave instead of the function. Our own have `message` beside other members.
fn gateways_own(body: &str) -> Option<String> {
    let answer: serde_json::Map<String, serde_json::Value> = serde_json::from_str(body).ok()?;
    let message = answer.get("message")?.as_str()?;
    (answer.len() == 1).then(|| message.to_owned())
}

/// A path of the function: its first route up to the first parameter. `$default` is a route, but no path.
fn path_of(function: &Function) -> String {
    let mut paths = function.routes.iter().map(|route| route.path.as_str());
    let path = paths.find(|path| path.starts_with('/')).unwrap_or("/");
    let fixed = path.split('{').next().unwrap_or("/").trim_end_matches('/');
    format!("{fixed}/")
}

#[cfg(test)]
mod tests {
    use aviary_template::Route;

    use super::*;

    fn function(path: &str) -> Function {
        Function {
            logical_id: "X".to_owned(),
            binary: "x".to_owned(),
            routes: vec![Route { method: "ANY".to_owned(), path: path.to_owned() }],
            ..Function::default()
        }
    }

    #[test]
    fn the_path_asked_for_has_no_variables() {
        assert_eq!(path_of(&function("/auth/{proxy+}")), "/auth/");
        assert_eq!(path_of(&function("/status")), "/status/");
        assert_eq!(path_of(&function("/")), "/");
        assert_eq!(path_of(&function("$default")), "/");
        let mut several = function("$default");
        several.routes.extend(function("/status").routes);
        assert_eq!(path_of(&several), "/status/");
    }

    #[test]
    fn the_fronts_own_answers_are_told_apart() {
        assert!(gateways_own(r#"{"message":"Service Unavailable"}"#).is_some());
        assert!(gateways_own(r#"{"detail":"Not found.","message":"Not found."}"#).is_none());
        assert!(gateways_own(r#"{"detail":"Not found."}"#).is_none());
        assert!(gateways_own("").is_none());
    }
}
