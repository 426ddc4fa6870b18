//! The main flow of document 001, the Twitter-like one, exactly as its client sends it.

use e2e::{
    Answer, Form, Service, claims_of, eventually, is_same_picture, jpeg_with_gps, png, says_where_it_was_taken, unique,
};
use serde_json::{Value, json};

/// Registers and logs in. Returns the token of the login, the user's id and the username.
async fn registered(service: &Service) -> (String, String, String) {
    let username = unique("abc_");
    let email = format!("{username}@gmail.com");
    let body = json!({"name": "mukul agarwal", "username": username, "email": email, "password": "abcd321"});
    let answer = service.post("/auth/register/").json(&body).send().await;
    let id = answer.json()["user"]["id"].as_str().unwrap().to_owned();
    let user = json!({"id": id, "name": "mukul agarwal", "username": username, "email": email});
    answer.is(201, &json!({"message": "registration successfull", "user": user}));

    let login = json!({"username": username, "password": "abcd321"});
    let answer = service.post("/auth/login/").json(&login).send().await.with_status(200);
    assert_eq!(answer.field("message"), "login successfull");
    let token = answer.field("token");
    assert_eq!(claims_of(&token)["_id"], id.as_str());
    (token, id, username)
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

async fn assert_is_served_clean(service: &Service, url: &str, sent: &[u8], content_type: &str) {
    let stored = service.fetch(url).await.with_status(200);
    assert_eq!(stored.header("content-type"), Some(content_type), "{url}");
    assert!(is_same_picture(&stored.body, sent), "{url} shows another picture");
    assert!(!says_where_it_was_taken(&stored.body), "{url} says where it was taken");
}

#[tokio::test]
async fn a_client_registers_tweets_three_photos_and_deletes_the_tweet() {
    let service = Service::running();
    let (token, id, _) = registered(&service).await;
    let photos = [jpeg_with_gps(320, 240, 1), jpeg_with_gps(64, 96, 2), jpeg_with_gps(33, 17, 3)];
    assert!(photos.iter().all(|photo| says_where_it_was_taken(photo)), "the photos of the test lack metadata");

    let mut form = Form::default().text("message", "fIESRT").text("author", &id);
    for photo in &photos {
        form = form.file("imagelinks", "mukul agarwal.jpg", "image/jpeg", photo);
    }
    let posted = service.post("/tweet").bearer(&token).multipart(&form).send().await.with_status(200).json();
    let tweet = &posted["tweet"];
    assert_eq!((&tweet["message"], &tweet["author"]["id"]), (&json!("fIESRT"), &json!(id)));
    let links = texts(&tweet["imagelinks"]);
    assert_eq!(links.len(), 3);
    for (link, photo) in links.iter().zip(&photos) {
        assert_is_served_clean(&service, link, photo, "image/jpeg").await;
    }
    let sizes: Vec<_> = tweet["media"].as_array().unwrap().iter().map(|m| (&m["width"], &m["height"])).collect();
    assert_eq!(sizes, [(&json!(320), &json!(240)), (&json!(64), &json!(96)), (&json!(33), &json!(17))]);

    let path = format!("/api/tweets/{}/", tweet["id"].as_str().unwrap());
    // Thumbnails may have come meanwhile; everything else is as it was.
    let shown = service.get(&path).send().await.with_status(200).json();
    for field in ["id", "author", "message", "imagelinks", "created_at"] {
        assert_eq!(shown[field], tweet[field], "{field}");
    }
    let gone = service.delete(&path).bearer(&token).send().await.with_status(204);
    assert!(gone.body.is_empty());
    service.get(&path).send().await.is(404, &json!({"detail": "Not found."}));
    service.delete(&path).bearer(&token).send().await.is(404, &json!({"detail": "Not found."}));
    for link in &links {
        // A job deletes the pictures.
        eventually(&format!("{link} is gone"), async || {
            let status = service.fetch(link).await.status;
            [403, 404].contains(&status).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_client_registers_and_sets_a_biography_and_a_picture() {
    let service = Service::running();
    let (token, _, username) = registered(&service).await;
    let path = format!("/profile?username={username}");
    let before = service.get(&path).send().await.with_status(200);
    let default_picture = before.json()["profile"]["profilePic"].as_str().unwrap().to_owned();
    let profile = |bio: &str, picture: &str| json!({"bio": bio, "profilePic": picture, "followers": 0, "following": 0});
    let id = before.json()["_id"].clone();
    before.is(200, &json!({"_id": &id, "profile": profile("Write about yourself.", &default_picture)}));
    let shown = service.fetch(&default_picture).await.with_status(200);
    assert_eq!(shown.header("content-type"), Some("image/png"));

    let photo = jpeg_with_gps(120, 120, 4);
    let form = Form::default().text("bio", "First proper account").file("image", "me.jpg", "image/jpeg", &photo);
    let first = update(&service, &username, &token, &form).await;
    let picture = first.field("profilePic");
    first.is(200, &profile("First proper account", &picture));
    assert_is_served_clean(&service, &picture, &photo, "image/jpeg").await;
    let wrapped = json!({"_id": id, "profile": profile("First proper account", &picture)});
    service.get(&path).send().await.is(200, &wrapped);

    let other = png(50, 40, 5);
    let second =
        update(&service, &username, &token, &Form::default().file("image", "me.png", "image/png", &other)).await;
    let replaced = second.field("profilePic");
    second.is(200, &profile("First proper account", &replaced));
    assert_is_served_clean(&service, &replaced, &other, "image/png").await;
    let status = service.fetch(&picture).await.status;
    assert!([403, 404].contains(&status), "the replaced picture is still there: {status}");
}

async fn update(service: &Service, username: &str, token: &str, form: &Form) -> Answer {
    let call = service.put(&format!("/profile/update?username={username}"));
    call.authorization(&format!("Token {token}")).multipart(form).send().await
}
