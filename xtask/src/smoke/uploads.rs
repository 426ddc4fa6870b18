//! Pictures: in a request, and sent to S3 with a ticket.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::client::{Call, Stage};
use super::people::Person;
use super::report::Report;
use crate::form::Form;
use crate::seed::pictures::{self, Landscape};

const JPEG: &str = "image/jpeg";

pub(super) fn uploads(stage: &Stage, report: &mut Report, author: &Person) -> Result<()> {
    let Landscape { bytes, words } = pictures::landscape(1)?;
    let tweet = report.check("a picture in a request, which everybody can read", || {
        let form = Form::default().text("message", "A view").file("imagelinks", "view.jpg", JPEG, &bytes);
        let answer = stage.send(Call::post("/tweet").by(&author.token).form(form.text("alt", &words)))?.expect(200)?;
        is_picture(stage, &answer.text("/tweet/imagelinks/0")?)?;
        answer.text("/tweet/id")
    })?;
    report.eventually("its thumbnail", || {
        let seen = stage.send(Call::get(format!("/api/tweets/{tweet}/")))?.expect(200)?;
        let url = seen.value("/media/0/thumbnail_url")?;
        url.as_str().map(|url| is_picture(stage, url)).transpose()
    })?;
    report.check("a profile's picture", || {
        let form = Form::default().file("image", "avatar.png", "image/png", &pictures::avatar(1)?);
        let answer = stage.send(Call::new("PUT", "/profile/update").by(&author.token).form(form))?.expect(200)?;
        is_picture(stage, &answer.text("/profilePic")?)
    })?;
    let media = report.check("a direct upload with its ticket", || {
        let wanted = json!({"filename": "view.jpg", "content_type": JPEG, "size": bytes.len(), "alt": words});
        let ticket = stage.send(Call::post("/api/tweets/media/").by(&author.token).json(&wanted))?.expect(201)?;
        let fields = ticket.value("/upload/fields")?;
        let fields = fields.as_object().context("the ticket's fields are no object")?.iter();
        let form =
            fields.fold(Form::default(), |form, (name, value)| form.text(name, value.as_str().unwrap_or_default()));
        let form = form.file("file", "view.jpg", JPEG, &bytes);
        stage.send(Call::post(ticket.text("/upload/url")?).form(form))?.expect(204)?;
        ticket.text("/media_id")
    })?;
    report.eventually("the upload is checked and ready", || {
        let path = format!("/api/tweets/media/{media}/");
        let found = stage.send(Call::get(path).by(&author.token))?.expect(200)?;
        let state = found.text("/state")?;
        ensure!(state != "rejected", "the picture was rejected: {}", found.value("/reason").unwrap_or(Value::Null));
        Ok((state == "ready").then_some(()))
    })?;
    report.check("a tweet with the upload", || {
        let message = json!({"message": "The same view", "media": [media]});
        let answer = stage.send(Call::post("/api/tweets/").by(&author.token).json(&message))?.expect(201)?;
        is_picture(stage, &answer.text("/imagelinks/0")?)
    })
}

/// A URL of an answer leads to a picture, without a credential.
fn is_picture(stage: &Stage, url: &str) -> Result<()> {
    stage.send(Call::get(url))?.expect(200)?.with_header("content-type", "image/").map(drop)
}
