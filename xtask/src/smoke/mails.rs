//! Mails, as far as they can be seen: on AWS a mailbox is nobody's, but a bounce comes back.

use anyhow::Result;
use serde_json::{Value, json};

use super::client::{Call, Stage};
use super::people::Person;
use super::report::Report;

/// A mail to reset the password is asked for, by an address that has an account and by one that has none.
pub(super) fn reset(stage: &Stage, report: &mut Report, person: &Person) -> Result<()> {
    report.check("a mail to reset the password is asked for, whether or not the address is known", || {
        for email in [&person.email, &format!("un{}", person.email)] {
            ask(stage, email)?;
        }
        Ok(())
    })
}

/// The local AWS shows the mail, which has a link and a token.
pub(super) fn arrived(stage: &Stage, report: &mut Report, person: &Person, local_aws: &str) -> Result<()> {
    report.eventually("the mail has arrived", || {
        let url = format!("{}/_local/emails?to={}", local_aws.trim_end_matches('/'), person.email);
        let mails = stage.send(Call::get(url))?.expect(200)?.value("")?;
        let mut mails = mails.as_array().into_iter().flatten();
        Ok(mails.any(|mail| mail["text"].as_str().is_some_and(|text| text.contains("token: "))).then_some(()))
    })
}

/// A mail bounces, and the account's owner is told.
pub(super) fn bounce(stage: &Stage, report: &mut Report, person: &Person) -> Result<()> {
    report.check("a mail to a mailbox that bounces", || ask(stage, &person.email))?;
    report.eventually("its owner is told of the bounce", || {
        let path = "/api/auth/activity/";
        let events = stage.send(Call::get(path).by(&person.token))?.expect(200)?.value("/results")?;
        let mut events = events.as_array().into_iter().flatten();
        Ok(events.any(|event: &Value| event["event"] == "mail_bounced").then_some(()))
    })
}

fn ask(stage: &Stage, email: &str) -> Result<()> {
    stage.send(Call::post("/auth/users/reset_password/").json(&json!({ "email": email })))?.expect(204).map(drop)
}
