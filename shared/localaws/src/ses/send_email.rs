//! Parses a SendEmail request into a mail.

use serde::Deserialize;
use serde_json::Value;

use super::error::SesError;

/// SES's limit of recipients of one message.
const MAX_RECIPIENTS: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    from_email_address: Option<String>,
    destination: Option<Destination>,
    content: Option<Content>,
    email_tags: Option<Vec<Tag>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    name: Option<String>,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    to_addresses: Option<Vec<String>>,
    cc_addresses: Option<Vec<String>>,
    bcc_addresses: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Option<Simple>,
    raw: Option<Value>,
    template: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Option<Text>,
    body: Option<Body>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    text: Option<Text>,
    html: Option<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Text {
    data: Option<String>,
}

/// A mail that SES would send.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mail {
    pub(super) from: String,
    /// All recipients, in the order To, Cc, Bcc.
    pub(super) to: Vec<String>,
    pub(super) subject: String,
    pub(super) text: Option<String>,
    pub(super) html: Option<String>,
    /// Names and values that an event of the mail has in it.
    pub(super) tags: Vec<(String, String)>,
}

/// Reads the JSON of a SendEmail request.
pub(super) fn parse(body: &[u8]) -> Result<Mail, SesError> {
    let request: Request = serde_json::from_slice(body).map_err(|error| SesError::Serialization(error.to_string()))?;
    let from = required(request.from_email_address, "FromEmailAddress")?;
    address(&from)?;
    let to = recipients(required(request.destination, "Destination")?)?;
    let content = required(request.content, "Content")?;
    if content.raw.is_some() || content.template.is_some() {
        return Err(SesError::bad("The local SES takes only Content.Simple, neither Raw nor Template."));
    }
    let simple = required(content.simple, "Content.Simple")?;
    let subject = data(simple.subject, "Content.Simple.Subject")?
        .ok_or_else(|| SesError::bad("Content.Simple.Subject is missing."))?;
    let body = required(simple.body, "Content.Simple.Body")?;
    let text = data(body.text, "Content.Simple.Body.Text")?;
    let html = data(body.html, "Content.Simple.Body.Html")?;
    if text.is_none() && html.is_none() {
        return Err(SesError::bad("Content.Simple.Body has neither Text nor Html."));
    }
    let tags = request.email_tags.unwrap_or_default().into_iter().map(tag).collect::<Result<_, _>>()?;
    Ok(Mail { from, to, subject, text, html, tags })
}

/// SES's rule for both: up to 256 ASCII letters, digits, `_` and `-`.
fn tag(Tag { name, value }: Tag) -> Result<(String, String), SesError> {
    let of = |text: Option<String>, what: &str| {
        let text = required(text, what)?;
        let is_fine = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        match !text.is_empty() && text.len() <= 256 && text.chars().all(is_fine) {
            true => Ok(text),
            false => Err(SesError::bad(format!(
                "Invalid {what}: <{text}>, only alphanumeric ASCII characters, '_', '-' are allowed."
            ))),
        }
    };
    Ok((of(name, "EmailTags.Name")?, of(value, "EmailTags.Value")?))
}

fn required<T>(value: Option<T>, name: &str) -> Result<T, SesError> {
    value.ok_or_else(|| SesError::bad(format!("{name} is missing.")))
}

fn data(text: Option<Text>, name: &str) -> Result<Option<String>, SesError> {
    text.map(|text| required(text.data, &format!("{name}.Data"))).transpose()
}

fn recipients(destination: Destination) -> Result<Vec<String>, SesError> {
    let Destination { to_addresses, cc_addresses, bcc_addresses } = destination;
    let all: Vec<String> = [to_addresses, cc_addresses, bcc_addresses].into_iter().flatten().flatten().collect();
    match all.len() {
        0 => Err(SesError::bad("Destination has no addresses.")),
        count if count > MAX_RECIPIENTS => Err(SesError::bad(format!("Recipient count exceeds {MAX_RECIPIENTS}."))),
        _ => all.iter().try_for_each(|one| address(one)).map(|()| all),
    }
}

/// Refuses only texts that cannot be addresses: SES leaves the rest to the receiving server.
fn address(text: &str) -> Result<(), SesError> {
    if text.chars().any(char::is_control) {
        return Err(SesError::bad("An address has a control character."));
    }
    match bare(text).rsplit_once('@') {
        Some((local, domain)) if !local.is_empty() && !domain.is_empty() => Ok(()),
        _ => Err(SesError::bad("Missing final '@domain'")),
    }
}

/// The address without a display name.
pub(super) fn bare(text: &str) -> &str {
    let inner = text.rsplit_once('<').and_then(|(_, rest)| rest.trim_end().strip_suffix('>'));
    inner.unwrap_or(text).trim()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn whole() -> Value {
        json!({
            "FromEmailAddress": "Aviary <no-reply@aviary.example>",
            "Destination": {"ToAddresses": ["a@x.example"], "CcAddresses": ["b@x.example"]},
            "Content": {"Simple": {
                "Subject": {"Data": "Hello", "Charset": "UTF-8"},
                "Body": {"Text": {"Data": "text"}, "Html": {"Data": "<p>html</p>"}},
            }},
        })
    }

    fn without(pointer: &str, key: &str) -> String {
        let mut request = whole();
        request.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(key).unwrap();
        parse(request.to_string().as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_complete_request_is_a_mail() {
        let mail = parse(whole().to_string().as_bytes()).unwrap();
        assert_eq!(mail.to, ["a@x.example", "b@x.example"]);
        assert_eq!((mail.subject.as_str(), mail.text.as_deref()), ("Hello", Some("text")));
        assert_eq!(mail.html.as_deref(), Some("<p>html</p>"));
    }

    #[test]
    fn a_missing_field_is_named() {
        for (pointer, key) in [
            ("", "FromEmailAddress"),
            ("", "Destination"),
            ("", "Content"),
            ("/Content", "Simple"),
            ("/Content/Simple", "Subject"),
            ("/Content/Simple", "Body"),
            ("/Content/Simple/Subject", "Data"),
            ("/Content/Simple/Body/Text", "Data"),
        ] {
            let message = without(pointer, key);
            assert!(message.contains(key) && message.contains("missing"), "{message}");
        }
    }

    #[test]
    fn requests_that_ses_would_refuse_are_refused() {
        let with = |pointer: &str, value: Value| {
            let mut request = whole();
            *request.pointer_mut(pointer).unwrap() = value;
            parse(request.to_string().as_bytes()).unwrap_err().to_string()
        };
        assert!(with("/FromEmailAddress", json!("nobody")).contains("@domain"));
        assert!(with("/FromEmailAddress", json!("a@b\r\nBcc: c@d")).contains("control character"));
        assert!(with("/Destination", json!({"ToAddresses": []})).contains("no addresses"));
        assert!(with("/Destination", json!({"ToAddresses": ["a@x", "x@"]})).contains("@domain"));
        assert!(with("/Destination", json!({"BccAddresses": vec!["a@x"; 51]})).contains("exceeds 50"));
        let tag = |name: &str, value: &str| {
            let mut request = whole();
            request["EmailTags"] = json!([{"Name": name, "Value": value}]);
            parse(request.to_string().as_bytes()).map(|mail| mail.tags)
        };
        assert_eq!(tag("user", "u-1").unwrap(), [("user".to_owned(), "u-1".to_owned())]);
        for (name, value) in [("user", "a@b"), ("user", ""), ("u s", "a"), ("user", &"a".repeat(257))] {
            assert!(tag(name, value).unwrap_err().to_string().contains("EmailTags"), "{name}: {value}");
        }
        assert!(with("/Content", json!({"Raw": {"Data": ""}})).contains("only Content.Simple"));
        assert!(with("/Content/Simple/Body", json!({})).contains("neither Text nor Html"));
        assert!(matches!(parse(b"{").unwrap_err(), SesError::Serialization(_)));
        assert!(matches!(parse(br#"{"FromEmailAddress": 1}"#).unwrap_err(), SesError::Serialization(_)));
    }
}
