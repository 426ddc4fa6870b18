//! SES, and the list of mails.

use aviary_localaws::{Config, LocalAws};
use aws_sdk_sesv2::error::ProvideErrorMetadata;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use aws_sdk_sesv2::{Client, operation::send_email::builders::SendEmailFluentBuilder};
use reqwest::Method;
use serde_json::{Value, json};

use crate::fixture::{start, template};

pub(crate) fn ses(url: &str) -> Client {
    Client::new(&aviary_aws::sdk_config_for(url, "local", "local-secret"))
}

fn part(text: &str) -> Content {
    Content::builder().data(text).charset("UTF-8").build().unwrap()
}

fn content(subject: &str, text: Option<&str>, html: Option<&str>) -> EmailContent {
    let body = Body::builder().set_text(text.map(part)).set_html(html.map(part)).build();
    EmailContent::builder().simple(Message::builder().subject(part(subject)).body(body).build()).build()
}

pub(crate) fn mail(client: &Client, to: &[&str], subject: &str) -> SendEmailFluentBuilder {
    let destination = Destination::builder().set_to_addresses(Some(to.iter().map(|one| (*one).to_owned()).collect()));
    client
        .send_email()
        .from_email_address("Aviary <no-reply@aviary.example>")
        .destination(destination.build())
        .content(content(subject, Some("follow http://127.0.0.1/x"), Some("<p>follow</p>")))
}

async fn listed(aws: &LocalAws, query: &str) -> Vec<Value> {
    let url = format!("{}/_local/emails{query}", aws.aws_url());
    let text = reqwest::get(url).await.unwrap().error_for_status().unwrap().text().await.unwrap();
    serde_json::from_str(&text).unwrap()
}

fn subjects(listed: &[Value]) -> Vec<&str> {
    listed.iter().map(|mail| mail["subject"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn mails_are_stored_and_listed_newest_first() {
    let config = Config::temporary(&template()).unwrap();
    let aws = LocalAws::start(config.clone()).unwrap();
    let client = ses(&aws.aws_url());
    let first = mail(&client, &["a@x.example"], "one").send().await.unwrap();
    let second = mail(&client, &["a@x.example", "Bob <b@x.example>"], "two").send().await.unwrap();
    assert_ne!(first.message_id().unwrap(), second.message_id().unwrap());

    aws.stop();
    let aws = LocalAws::start(config).unwrap();
    let all = listed(&aws, "").await;
    assert_eq!(subjects(&all), ["two", "one"]);
    assert_eq!(all[0]["to"], json!(["a@x.example", "Bob <b@x.example>"]));
    assert_eq!(all[1]["to"], "a@x.example");
    assert_eq!(all[1]["text"], "follow http://127.0.0.1/x");
    assert_eq!(all[1]["html"], "<p>follow</p>");
    assert!(all[1]["sent_at"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn mails_are_found_by_their_recipient() {
    let aws = start();
    let client = ses(&aws.aws_url());
    mail(&client, &["a+tag@x.example"], "one").send().await.unwrap();
    mail(&client, &["Bob <b@x.example>", "c@x.example"], "two").send().await.unwrap();
    assert_eq!(subjects(&listed(&aws, "?to=a%2Btag@x.example").await), ["one"]);
    assert_eq!(subjects(&listed(&aws, "?to=a+tag%40x.example").await), ["one"]);
    assert_eq!(subjects(&listed(&aws, "?to=B@X.example").await), ["two"]);
    assert_eq!(subjects(&listed(&aws, "?to=c@x.example").await), ["two"]);
    assert_eq!(listed(&aws, "?to=x.example").await.len(), 0);
}

#[tokio::test]
async fn a_mail_may_have_one_body_and_only_hidden_recipients() {
    let aws = start();
    let client = ses(&aws.aws_url());
    let hidden = Destination::builder().bcc_addresses("a@x.example").build();
    let request = mail(&client, &[], "one").destination(hidden).content(content("one", Some("text"), None));
    request.send().await.unwrap();
    let all = listed(&aws, "").await;
    assert_eq!(
        (&all[0]["to"], &all[0]["text"], &all[0]["html"]),
        (&json!("a@x.example"), &json!("text"), &Value::Null)
    );
}

#[tokio::test]
async fn a_missing_field_is_refused_as_by_ses() {
    let aws = start();
    let client = ses(&aws.aws_url());
    let whole = || mail(&client, &["a@x.example"], "one");
    for (request, part) in [
        (whole().set_from_email_address(None), "FromEmailAddress"),
        (whole().set_destination(None), "Destination"),
        (whole().destination(Destination::builder().build()), "Destination"),
        (whole().set_content(None), "Content"),
        (whole().content(EmailContent::builder().build()), "Content.Simple"),
        (whole().content(content("one", None, None)), "Body"),
        (whole().from_email_address("nobody"), "@domain"),
    ] {
        let error = request.send().await.unwrap_err();
        let error = error.as_service_error().expect("an answer of SES");
        assert!(error.is_bad_request_exception(), "{error:?}");
        assert!(error.message().unwrap().contains(part), "{part}: {error:?}");
    }
    assert_eq!(listed(&aws, "").await.len(), 0);
}

#[tokio::test]
async fn other_operations_are_unknown_and_other_methods_too() {
    let aws = start();
    let error = ses(&aws.aws_url()).get_account().send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownOperationException"));
    let url = format!("{}/v2/email/outbound-emails", aws.aws_url());
    assert_eq!(reqwest::get(url).await.unwrap().status(), 404);
}

#[tokio::test]
async fn pages_of_other_origins_cannot_read_mails() {
    let aws = start();
    mail(&ses(&aws.aws_url()), &["a@x.example"], "secret").send().await.unwrap();
    let ask = |method: Method, path: &str| {
        let url = format!("{}{path}", aws.aws_url());
        reqwest::Client::new().request(method, url)
    };
    for (name, value) in [("host", "evil.example"), ("origin", "http://evil.example")] {
        let foreign = ask(Method::GET, "/_local/emails").header(name, value).send().await.unwrap();
        assert_eq!(foreign.status(), 403);
        assert!(!foreign.text().await.unwrap().contains("secret"));
    }
    // Without this header a browser hides the response from a page of this machine, too.
    let own_page = ask(Method::GET, "/_local/emails").header("origin", "http://localhost:3000").send().await.unwrap();
    assert_eq!(own_page.status(), 200);
    assert!(own_page.headers().get("access-control-allow-origin").is_none());
    assert_eq!(ask(Method::GET, "/_local/emails").header("host", "localhost").send().await.unwrap().status(), 200);
    assert_eq!(ask(Method::POST, "/_local/emails").send().await.unwrap().status(), 405);
    assert_eq!(ask(Method::GET, "/_local/nothing").send().await.unwrap().status(), 404);
}
