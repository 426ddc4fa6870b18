//! The tour: follow, post, like, comment, and what others see of it by the streams.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::client::{Call, Stage};
use super::people::Person;
use super::report::Report;

pub(super) fn tour(stage: &Stage, report: &mut Report, author: &Person, reader: &Person) -> Result<()> {
    report.check("a follow", || {
        let path = format!("/api/profiles/{}/follow/", author.id);
        stage.send(Call::post(path).by(&reader.token))?.expect(200)?.containing(r#""following":true"#).map(drop)
    })?;
    let tweet = report.check("a post, which its repetition does not make twice", || {
        let message = json!({"message": format!("Only a test, by {} #smoke", author.name)});
        let post = || Call::post("/api/tweets/").by(&author.token).json(&message).header("idempotency-key", &author.id);
        let first = stage.send(post())?.expect(201)?.text("/id")?;
        ensure!(stage.send(post())?.expect(201)?.text("/id")? == first, "the repetition made another tweet");
        stage.send(Call::get(format!("/api/tweets/{first}")))?.expect(200)?.containing(&author.name)?;
        Ok(first)
    })?;
    report.check("a like, twice, and a comment", || {
        for _ in 0..2 {
            let like = Call::post(format!("/api/tweets/{tweet}/like/")).by(&reader.token);
            let likes = stage.send(like)?.expect(200)?.value("/likes")?;
            ensure!(likes == 1, "the tweet has {likes} likes instead of one");
        }
        let comment = Call::post(format!("/api/tweets/{tweet}/comments/")).by(&reader.token);
        stage.send(comment.json(&json!({"message": "Seen."})))?.expect(201).map(drop)
    })?;
    report.eventually("the tweet is in a follower's timeline", || {
        let home = stage.send(Call::get("/api/tweets/").by(&reader.token))?.expect(200)?;
        Ok(entries(&home.value("/results")?).any(|entry| entry["id"] == tweet.as_str()).then_some(()))
    })?;
    report.eventually("follow, like and comment are counted, and their owner is told", || {
        let seen = stage.send(Call::get(format!("/api/tweets/{tweet}/")))?.expect(200)?;
        let counted = seen.value("/likes")? == 1 && seen.value("/comments")? == 1;
        let told = stage.send(Call::get("/api/notifications/").by(&author.token))?.expect(200)?.value("/results")?;
        let told = ["follow", "like", "comment"].iter().all(|kind| entries(&told).any(|entry| entry["kind"] == *kind));
        Ok((counted && told).then_some(()))
    })?;
    report.check("the user service and the profiles", || {
        let path = format!("/api/users/{}/", author.name);
        stage.send(Call::get(path).by(&reader.token))?.expect(200)?.text("/biography")?;
        let path = format!("/api/profiles/view_profile/{}", author.id);
        let profile = stage.send(Call::get(path).by(&reader.token))?.expect(200)?;
        ensure!(profile.value("/following")? == true, "the reader's own follow is not shown");
        Ok(())
    })?;
    report.check("integers are computed exactly", || {
        let set = json!({"set_id": "a", "integers": [{"index": 0, "X": 9_007_199_254_740_993_u64, "q": 2}]});
        stage.send(Call::post("/integers/set/").by(&reader.token).json(&set))?.expect(201)?;
        let sum = json!({"equation": "a+a", "set_id": "b"});
        stage.send(Call::post("/integers/operation/").by(&reader.token).json(&sum))?.expect(201)?;
        let found = stage.send(Call::get("/integers/set?set_id=b").by(&reader.token))?.expect(200)?;
        found.containing("18014398509481986").map(drop)
    })
}

fn entries(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}
