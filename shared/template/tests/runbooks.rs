//! What the runbooks and the scripts of the deployment name is in the template, and every alarm and parameter has its
//! row.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_yaml_ng::Value;

/// Ends of names that are ours. AWS's own words with these ends are not written with a capital inside.
const ENDS: [&str; 24] = [
    "Alarm",
    "Arn",
    "Bucket",
    "Certificate",
    "Concurrency",
    "Days",
    "Domain",
    "Filter",
    "Function",
    "Group",
    "Identity",
    "Limit",
    "Name",
    "Protection",
    "Queue",
    "Role",
    "Rule",
    "Sha256",
    "Stream",
    "Table",
    "Target",
    "Topic",
    "Units",
    "Url",
];
/// Names with such an end that are words of AWS.
const OF_AWS: [&str; 3] = ["AttributeName", "TableArn", "TableName"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

fn yaml(path: impl AsRef<Path>) -> Value {
    serde_yaml_ng::from_str(&read(path)).unwrap()
}

/// The files of a folder, by their paths from the root.
fn files(folder: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().file_name());
    let files: Vec<PathBuf> = files.map(|name| Path::new(folder).join(name)).collect();
    assert!(!files.is_empty(), "{folder}");
    files
}

fn keys(document: &Value, section: &str) -> Vec<String> {
    let section = document.get(section).and_then(Value::as_mapping);
    section.into_iter().flatten().map(|(key, _)| key.as_str().unwrap().to_owned()).collect()
}

fn alarms() -> Vec<String> {
    let document = yaml("template.yaml");
    let kinds = ["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"];
    let resources = document["Resources"].as_mapping().unwrap().iter();
    let alarms = resources.filter(|(_, resource)| kinds.iter().any(|kind| resource["Type"] == *kind));
    alarms.map(|(id, _)| id.as_str().unwrap().to_owned()).collect()
}

/// Whether a name of a document means `id`. It may leave out a part: `…ErrorsAlarm`, `Restored<Name>Table`.
fn means(name: &str, id: &str) -> bool {
    let cut = |text: &str| match (text.split_once('…'), text.split_once('<')) {
        (Some((start, end)), _) => Some((start.to_owned(), end.to_owned())),
        (_, Some((start, rest))) => Some((start.to_owned(), rest.split_once('>').unwrap_or(("", rest)).1.to_owned())),
        _ => None,
    };
    match cut(name) {
        Some((start, end)) => id.starts_with(&start) && id.ends_with(&end),
        None => name == id,
    }
}

/// The words of a document that can be names of the template: with a capital inside, and one of our ends.
fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !"…<>".contains(c));
    let has_capital_inside = |word: &str| {
        let behind = word.chars().skip(1).zip(word.chars());
        behind.into_iter().any(|(this, before)| this.is_ascii_uppercase() && !before.is_ascii_uppercase())
    };
    let is_name = |word: &&str| {
        has_capital_inside(word) && ENDS.iter().any(|end| word.ends_with(end) && word != end) && !OF_AWS.contains(word)
    };
    words.filter(is_name).map(ToOwned::to_owned).collect()
}

#[test]
fn every_name_in_the_runbooks_is_in_a_template() {
    let known: Vec<String> = ["template.yaml", "deploy/role.yaml"]
        .into_iter()
        .flat_map(|path| {
            let document = yaml(path);
            ["Resources", "Parameters", "Outputs"].map(|section| keys(&document, section)).concat()
        })
        .collect();
    let documents = files("docs/operations").into_iter().chain(["docs/operations.md", "README.md"].map(PathBuf::from));
    let scripts = files(".github/workflows").into_iter().chain([PathBuf::from("deploy/deploy")]);
    let mut unknown = Vec::new();
    let mut seen = 0;
    for path in documents.chain(scripts) {
        for name in names(&read(&path)) {
            seen += 1;
            if !known.iter().any(|id| means(&name, id)) {
                unknown.push(format!("{}: {name}", path.display()));
            }
        }
    }
    assert_eq!(unknown, Vec::<String>::new());
    assert!(seen > 100, "{seen}");
}

#[test]
fn every_alarm_has_a_row() {
    let text = read("docs/operations/alarms.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(" |"));
    let named: Vec<String> = rows.flat_map(|(first, _)| names(first)).collect();
    for alarm in alarms() {
        assert!(named.iter().any(|name| means(name, &alarm)), "{alarm} is not in alarms.md");
    }
    assert!(alarms().len() > 40);
}

#[test]
fn every_parameter_has_a_row_and_every_stage_sets_parameters_that_exist() {
    let parameters = keys(&yaml("template.yaml"), "Parameters");
    let text = read("docs/operations.md");
    let (_, text) = text.split_once("## Parameters").unwrap();
    let (table, _) = text.split_once("\n## ").unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" |"));
    let named: Vec<&str> = rows.flat_map(|(first, _)| first.split('`').skip(1).step_by(2)).collect();
    for parameter in &parameters {
        assert!(named.iter().any(|name| means(name, parameter)), "{parameter} has no row in operations.md");
    }
    for name in named {
        assert!(parameters.iter().any(|parameter| means(name, parameter)), "{name} is no parameter");
    }
    for path in files("deploy/parameters") {
        for (name, _) in yaml(&path).as_mapping().unwrap() {
            assert!(parameters.iter().any(|parameter| name == parameter), "{}: {name:?}", path.display());
        }
    }
}

#[test]
fn names_may_leave_out_a_part() {
    assert!(means("…ErrorsAlarm", "AuthErrorsAlarm") && means("Restored<Name>Table", "RestoredSocialTable"));
    assert!(!means("ErrorsAlarm", "AuthErrorsAlarm") && !means("…ErrorsAlarm", "AuthErrorsFilter"));
    let found = names("the `…ErrorsAlarm`, ThrottlesAlarm and Restored<Name>Table; no Table, `api_table` or TableArn");
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["Restored<Name>Table", "ThrottlesAlarm", "…ErrorsAlarm"]);
}
