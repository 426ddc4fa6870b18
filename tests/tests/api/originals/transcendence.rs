//! Document 003's front-end: account, profile, presence, friends and picture. Its games are not part of this.

use e2e::acts::people::{block, follow, sign_up_staff};
use e2e::{Account, Answer, Event, Form, Function, Service, jpeg, unique};
use serde_json::{Value, json};

/// A browser in which somebody is signed in.
struct Page<'a> {
    service: &'a Service,
    username: String,
    access: String,
    refresh: String,
}

impl<'a> Page<'a> {
    async fn signed_up(service: &'a Service) -> Self {
        let username = unique("player");
        let (password, email) = ("a-longer-word-41", format!("{username}@example.com"));
        let form = json!({"username": username, "email": email, "password": password, "password2": password});
        service.post("/api/auth/signup/").json(&form).send().await.with_status(201);
        let login = json!({"username": username, "password": password});
        let answer = service.post("/api/auth/token/").json(&login).send().await.with_status(200);
        Self { service, access: answer.field("access"), refresh: answer.field("refresh"), username }
    }

    async fn get(&self, path: &str) -> Answer {
        self.service.get(path).bearer(&self.access).send().await
    }

    async fn send(&self, method: &str, path: &str, body: Value) -> Answer {
        self.service.call(method, path).bearer(&self.access).json(&body).send().await
    }

    /// What the page does when it is opened, and then every minute.
    async fn says_it_is_there(&self) {
        let path = format!("/api/users/update_last_seen/{}/", self.username);
        assert!(
            !self.send("PATCH", &path, json!({"isOnline": true})).await.with_status(200).field("message").is_empty()
        );
    }

    async fn adds(&self, friend: &str) {
        let path = format!("/api/users/{}/friends/add/{friend}/", self.username);
        assert!(!self.send("PATCH", &path, json!({})).await.with_status(200).field("message").is_empty());
    }

    async fn sees_online(&self, name: &str) -> bool {
        let status = self.get(&format!("/api/users/status/{name}/")).await.with_status(200).json();
        let profile = self.get(&format!("/api/users/{name}/")).await.with_status(200).json();
        assert_eq!(profile["is_online"], status["isOnline"]);
        status["isOnline"].as_bool().unwrap()
    }

    /// The name and whether they are online, of each friend that the page draws.
    async fn friends(&self) -> Vec<(String, bool)> {
        let answer = self.get(&format!("/api/users/{}/friends/", self.username)).await.with_status(200).json();
        let friends = answer["friends"].as_array().unwrap().iter();
        let drawn = |friend: &Value| {
            assert!(friend["avatar_url"].as_str().unwrap().starts_with("http"));
            (friend["username"].as_str().unwrap().to_owned(), friend["is_online"].as_bool().unwrap())
        };
        friends.map(drawn).collect()
    }
}

#[tokio::test]
async fn the_front_end_plays_through_its_screens() {
    let service = Service::running();
    let (ada, ben) = (Page::signed_up(&service).await, Page::signed_up(&service).await);
    // The profile page, with the default picture.
    let mine = ada.get(&format!("/api/users/{}/", ada.username)).await.with_status(200).json();
    assert_eq!((&mine["username"], &mine["biography"]), (&json!(ada.username), &json!("Default biography")));
    let default = mine["avatar_url"].as_str().unwrap().to_owned();
    service.fetch(&default).await.with_status(200);
    // A new picture, and another one that replaces it.
    let mut urls = Vec::new();
    for seed in [1, 2] {
        let form = Form::default().file("avatar", "me.jpg", "image/jpeg", &jpeg(32, 32, seed));
        let answer = service.patch("/api/avatar/").bearer(&ada.access).multipart(&form).send().await.with_status(200);
        assert!(!answer.field("message").is_empty());
        urls.push(answer.field("avatar_url"));
        let shown = ada.get(&format!("/api/users/{}/avatar/", ada.username)).await.with_status(200);
        assert!(!shown.field("message").is_empty());
        assert_eq!(shown.field("avatar_url"), urls[urls.len() - 1]);
    }
    service.fetch(&urls[1]).await.with_status(200);
    let replaced = service.fetch(&urls[0]).await.status;
    assert!([403, 404].contains(&replaced), "the replaced picture is still there: {replaced}");
    // Friends, and who is online.
    ada.says_it_is_there().await;
    ben.says_it_is_there().await;
    assert!(ada.sees_online(&ada.username).await);
    ada.adds(&ben.username).await;
    assert_eq!(ada.friends().await, [(ben.username.clone(), false)]);
    assert!(!ada.sees_online(&ben.username).await, "only who follows back shows whether they are there");
    ben.adds(&ada.username).await;
    assert!(ada.sees_online(&ben.username).await && ben.sees_online(&ada.username).await);
    e2e::eventually("the list follows", async || (ada.friends().await == [(ben.username.clone(), true)]).then_some(()))
        .await;
    let remove = format!("/api/users/{}/friends/remove/{}/", ada.username, ben.username);
    assert!(!ada.send("DELETE", &remove, json!({})).await.with_status(200).field("message").is_empty());
    ada.send("DELETE", &remove, json!({})).await.with_status(200);
    assert_eq!(ada.friends().await, []);
    assert!(!ben.sees_online(&ada.username).await);
    // Another name and password; the old pair goes on with the new one that the answer has.
    let name = unique("renamed");
    let path = format!("/api/auth/update/{}/", ada.username);
    let renamed = ada.send("PATCH", &path, json!({"new_username": name})).await.with_status(200);
    let ada = Page { access: renamed.field("access"), refresh: renamed.field("refresh"), username: name, ..ada };
    let path = format!("/api/auth/change-password/{}/", ada.username);
    let new = "another-word-82";
    let body = json!({"password": "a-longer-word-41", "new_password": new, "new_password2": new});
    assert!(!ada.send("PATCH", &path, body).await.with_status(200).field("message").is_empty());
    service.post("/api/auth/logout/").json(&json!({"refresh": ada.refresh})).send().await.with_status(200);
    service.post("/api/auth/refresh/").json(&json!({"refresh": ada.refresh})).send().await.with_status(401);
}

#[tokio::test]
async fn what_acts_as_the_user_is_refused_to_others_and_to_staff() {
    let service = Service::running();
    let (account, friend, staff) = (service.signup().await, service.signup().await, sign_up_staff(&service).await);
    let (name, other) = (&account.username, &friend.username);
    let calls = [
        ("PATCH", format!("/api/users/update_last_seen/{name}/")),
        ("PATCH", format!("/api/users/{name}/friends/add/{other}/")),
        ("DELETE", format!("/api/users/{name}/friends/remove/{other}/")),
    ];
    let refusal = json!({"detail": "You do not have permission to perform this action."});
    for caller in [&friend, &staff] {
        for (method, path) in &calls {
            let call = service.call(method, path).bearer(&caller.access);
            call.json(&json!({"isOnline": true})).send().await.tells(403, &refusal);
        }
    }
    let gone = json!({"detail": "Not found."});
    let nobody = unique("nobody");
    for (method, path) in &calls {
        let call = service.call(method, &path.replace(name, &nobody)).bearer(&account.access);
        call.json(&json!({"isOnline": true})).send().await.tells(404, &gone);
    }
    let unknown = format!("/api/users/{name}/friends/add/{nobody}/");
    service.patch(&unknown).bearer(&account.access).send().await.tells(404, &gone);
    let oneself = format!("/api/users/{name}/friends/add/{name}/");
    let yourself = json!({"detail": "You cannot follow yourself."});
    service.patch(&oneself).bearer(&account.access).send().await.tells(400, &yourself);
    for path in ["status/{}", "{}/friends", "{}/avatar"] {
        service.get_as(&account, &format!("/api/users/{}/", path.replace("{}", &nobody))).await.tells(404, &gone);
    }
    // A friend is whom one follows, with the same blocks.
    block(&service, &friend, &account).await;
    let blocked = json!({"detail": "You are blocked by this user."});
    service.patch(&calls[1].1).bearer(&account.access).send().await.tells(403, &blocked);
}

async fn seen(service: &Service, account: &Account, body: &Value) -> Answer {
    let path = format!("/api/users/update_last_seen/{}/", account.username);
    service.patch(&path).bearer(&account.access).json(body).send().await
}

#[tokio::test]
async fn presence_is_for_friends_ends_on_demand_and_is_written_once_a_minute() {
    let service = Service::running();
    let (one, other, stranger) = (service.signup().await, service.signup().await, service.signup().await);
    let online = async |viewer: &Account| {
        let answer = service.get_as(viewer, &format!("/api/users/status/{}/", one.username)).await.with_status(200);
        answer.json()["isOnline"].as_bool().unwrap()
    };
    seen(&service, &one, &json!({})).await.tells(400, &json!({"isOnline": ["This field is required."]}));
    seen(&service, &one, &json!({"isOnline": "maybe"}))
        .await
        .tells(400, &json!({"isOnline": ["Must be a valid boolean."]}));
    assert!(!online(&one).await);
    let there = json!({"isOnline": true});
    seen(&service, &one, &there).await.with_status(200);
    follow(&service, &one, &other).await;
    assert!(online(&one).await && !online(&other).await, "one direction is not enough");
    follow(&service, &other, &one).await;
    assert!(online(&other).await && !online(&stranger).await);
    // The second sign within a minute costs no write: two round trips in place of three.
    let users = Function::start(&service, "users");
    let path = format!("/api/users/update_last_seen/{}/", one.username);
    let event = || Event::new("PATCH", &path).bearer(&one.access);
    assert_eq!(users.invoke(event().json(&there)).round_trips(), 2);
    let left = users.invoke(event().json(&json!({"isOnline": false})));
    assert_eq!((left.round_trips(), left.answer.status), (3, 200));
    assert!(!online(&one).await && !online(&other).await);
    assert_eq!(users.invoke(event().json(&there)).round_trips(), 3);
    assert!(online(&other).await);
    // After five minutes.
    let until = service.dynamodb().get("FeedTable", &format!("U#{}", one.id), "PRESENCE").await["expires_at"].clone();
    let until: i64 = until["N"].as_str().unwrap().parse().unwrap();
    let past = json!({"N": (until - 300).to_string()});
    service.dynamodb().set("FeedTable", &format!("U#{}", one.id), "PRESENCE", "expires_at", &past).await;
    assert!(!online(&one).await && !online(&other).await);
    seen(&service, &one, &there).await.with_status(200);
    block(&service, &one, &other).await;
    assert!(!online(&other).await);
}

#[tokio::test]
async fn a_picture_that_is_none_is_refused_by_its_field() {
    let service = Service::running();
    let account = service.signup().await;
    let send = |form: Form| service.patch("/api/avatar/").bearer(&account.access).multipart(&form).send();
    let missing = json!({"avatar": ["No file was submitted."]});
    send(Form::default().text("bio", "taken over")).await.tells(400, &missing);
    let no_image = "Upload a valid image. The file you uploaded was either not an image or a corrupted image.";
    let form = Form::default().file("avatar", "a.jpg", "image/jpeg", b"no picture");
    send(form).await.tells(400, &json!({"avatar": [no_image]}));
    // Only the picture is read, whatever else is sent.
    let form = Form::default().file("avatar", "a.jpg", "", &jpeg(8, 8, 1)).text("bio", "x").text("username", "y");
    send(form).await.with_status(200);
    let profile = service.get(&format!("/profile?username={}", account.username)).send().await.with_status(200).json();
    assert_eq!(profile["profile"]["bio"], "Write about yourself.");
    service.patch("/api/avatar/").send().await.with_status(401);
}
