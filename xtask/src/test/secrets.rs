//! No log has a secret that a test used: everything that functions and the audit trail wrote in a test run is searched
//! for the passwords, credentials, addresses and texts that the tests sent and got.

use std::{
    collections::HashMap,
    fmt,
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, ErrorKind, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::{console, local};

/// Shorter ones stand in any text by chance.
const SHORTEST: usize = 8;
/// The most findings that are shown.
const SHOWN: usize = 20;
/// The characters of a line that are shown on each side of a secret.
const CONTEXT: usize = 160;

/// The two files of a test run, which programs and tests append to.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    /// Lines `["kind", "secret"]`.
    pub(super) secrets: PathBuf,
    /// Lines `["function", "line"]`.
    pub(super) output: PathBuf,
}

impl Evidence {
    pub(super) fn below(folder: &Path) -> Self {
        Self { secrets: folder.join("secrets.jsonl"), output: folder.join("output.jsonl") }
    }

    /// Fails if a secret is in the output, and says where. Says how much was searched.
    pub(super) fn search(&self) -> Result<()> {
        let secrets = Secrets::of(pairs(&self.secrets)?.collect::<Result<_>>()?);
        let (mut found, mut searched) = (Vec::new(), 0_u64);
        for pair in pairs(&self.output)? {
            let (function, line) = pair?;
            found.extend(secrets.found_in(&function, &line));
            searched += 1;
        }
        let used = secrets.count;
        if found.is_empty() {
            console::say(&format!("None of {used} secrets of the tests is in the {searched} lines of their logs."));
        }
        for finding in found.iter().take(SHOWN) {
            console::warn(&finding.to_string());
        }
        ensure!(found.is_empty(), "logs have secrets of the tests: {} times; see above", found.len());
        Ok(())
    }

    /// Appends every event of this log group of the local AWS.
    pub(super) fn add_log_group(&self, aws: &str, group: &str) -> Result<()> {
        let mut file =
            OpenOptions::new().create(true).append(true).open(&self.output).context("cannot write a file")?;
        let mut next = Value::Null;
        loop {
            let found = local::call_logs(aws, "FilterLogEvents", &json!({"logGroupName": group, "nextToken": next}))?;
            let events = found.get("events").and_then(Value::as_array).into_iter().flatten();
            for message in events.filter_map(|event| event.get("message")) {
                let line = format!("{}\n", json!([group, message]));
                // One write for a line: functions may still write theirs.
                file.write_all(line.as_bytes()).context("cannot write a file")?;
            }
            match found.get("nextToken") {
                Some(token) => next = token.clone(),
                None => return Ok(()),
            }
        }
    }
}

/// Pairs of a function and what it wrote, or of a kind and a secret.
type Pairs = Box<dyn Iterator<Item = Result<(String, String)>>>;

/// The pairs of a file, one by one: a whole run writes a hundred megabytes.
fn pairs(path: &Path) -> Result<Pairs> {
    let file = match File::open(path) {
        Ok(file) => file,
        // Nothing was noted, as in a run of tests without the service.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Box::new(std::iter::empty())),
        Err(error) => return Err(error).context("cannot read what the tests noted"),
    };
    Ok(Box::new(BufReader::new(file).lines().map(|line| {
        let line = line.context("cannot read what the tests noted")?;
        serde_json::from_str(&line).with_context(|| format!("not a pair: {line}"))
    })))
}

/// Secrets by their longest word. A line is taken apart into words once, however many secrets there are.
#[derive(Debug, Default)]
struct Secrets {
    by_word: HashMap<String, Vec<(String, String)>>,
    count: usize,
}

/// A secret in a line.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    function: String,
    kind: String,
    /// The line without the secret.
    line: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} logged {}: {}", self.function, self.kind, self.line)
    }
}

impl Secrets {
    fn of(pairs: Vec<(String, String)>) -> Self {
        let mut secrets = Self::default();
        for (kind, secret) in pairs.into_iter().filter(|(_, secret)| is_telling(secret)) {
            // In a line of JSON it stands as JSON writes it.
            let quoted = Value::from(secret.as_str()).to_string();
            let written = quoted.trim_matches('"').to_owned();
            let Some(word) = longest_word(&written) else { continue };
            let same = secrets.by_word.entry(word.to_owned()).or_default();
            if same.iter().all(|(_, other)| *other != written) {
                same.push((kind, written));
                secrets.count += 1;
            }
        }
        secrets
    }

    fn found_in(&self, function: &str, line: &str) -> Vec<Finding> {
        let mut found: Vec<Finding> = Vec::new();
        for (kind, secret) in words(line).filter_map(|word| self.by_word.get(word)).flatten() {
            if let Some((before, after)) = line.split_once(secret.as_str()) {
                let before: String = {
                    let skipped = before.chars().count().saturating_sub(CONTEXT);
                    before.chars().skip(skipped).collect()
                };
                let after: String = after.chars().take(CONTEXT).collect();
                let line = format!("{before}[cut]{after}").replace(secret.as_str(), "[cut]");
                found.push(Finding { function: function.to_owned(), kind: kind.clone(), line });
            }
        }
        found.dedup();
        found
    }
}

/// Whether a text that stands in a log must be this secret, and is no ordinary word, number or id.
fn is_telling(secret: &str) -> bool {
    let ordinary = |c: char| c.is_ascii_lowercase() || c == '-' || c == '_';
    secret.chars().count() >= SHORTEST && !secret.chars().all(ordinary) && !secret.chars().all(|c| c.is_ascii_digit())
}

/// The longest word of a text. What stands before and after it in a line may make a longer word of words at its ends.
fn longest_word(text: &str) -> Option<&str> {
    words(text).max_by_key(|word| word.len())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;

    use super::*;

    fn found(secrets: &[(&str, &str)], line: &str) -> Vec<String> {
        let pairs = secrets.iter().map(|(kind, secret)| ((*kind).to_owned(), (*secret).to_owned())).collect();
        Secrets::of(pairs).found_in("auth", line).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_secret_is_found_wherever_it_stands_and_not_shown() {
        let secrets =
            [("a password", "Zx9!quokka-7"), ("a text", "Say \"hello\"\nto wrens"), ("a token", "eyJ0.eyJh.c_-D12")];
        let line = json!({"note": "tried Zx9!quokka-7 twice", "body": "Say \"hello\"\nto wrens"}).to_string();
        let told = found(&secrets, &line);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.iter().any(|told| told.starts_with("auth logged a password: ") && !told.contains("quokka")));
        assert_eq!(found(&secrets, r#"{"header":"Bearer eyJ0.eyJh.c_-D12"}"#).len(), 1);
        assert_eq!(found(&secrets, r#"{"note":"quokka and hello and wrens","id":"eyJ0.eyJh.c_-D13"}"#), [""; 0]);
    }

    #[test]
    fn ordinary_words_and_numbers_are_no_secrets() {
        for secret in ["password", "comments", "20261130", "short1!", "not-a-token"] {
            assert_eq!(found(&[("a text", secret)], &format!("this line has {secret}")), [""; 0], "{secret}");
        }
    }

    #[test]
    fn a_search_fails_with_what_it_found() {
        let folder = tempfile::tempdir().unwrap();
        let evidence = Evidence::below(folder.path());
        assert!(evidence.search().is_ok(), "without files");
        fs::write(&evidence.secrets, "[\"an address\",\"ada.l@example.com\"]\n").unwrap();
        fs::write(&evidence.output, "[\"users\",\"a line\"]\n[\"auth\",\"sent to ada.l@example.com\"]\n").unwrap();
        assert!(evidence.search().is_err_and(|error| error.to_string().contains("1 times")));
        fs::write(&evidence.output, "[\"users\",\"a line\"]\n").unwrap();
        assert!(evidence.search().is_ok());
    }
}
