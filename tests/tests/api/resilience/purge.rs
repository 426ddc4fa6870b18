//! The purge of a deleted account leaves nothing. The test creates one of every kind of item; a new kind is added to
//! `OwnedThings`.

use e2e::acts::people::relate;
use e2e::acts::tweets::react;
use e2e::ids::id_of;
use e2e::{Account, Form, PASSWORD, Service, eventually, jpeg, unique};
use serde_json::{Value, json};

/// All tables but the jobs: the purge itself is a job, and runs once more for writes that were under way.
const TABLES: [&str; 5] = ["AccountsTable", "CredentialsTable", "SocialTable", "FeedTable", "KeysTable"];

/// An account with one of every kind of item and object.
struct OwnedThings {
    account: Account,
    /// URLs of its objects.
    objects: Vec<String>,
    tweets: Vec<String>,
}

impl OwnedThings {
    async fn of(service: &Service) -> Self {
        let account = service.signup().await;
        let mut things = Self { account, objects: Vec::new(), tweets: Vec::new() };
        things.sign_in_everywhere(service).await;
        things.tweet(service).await;
        things.fill_profile(service).await;
        things.leave_events_and_mails(service).await;
        things
    }

    async fn sign_in_everywhere(&self, service: &Service) {
        let body = json!({"username": self.account.username, "password": PASSWORD});
        for path in ["/auth/login/", "/api/auth/login/", "/auth/token/login/", "/auth/jwt/create/"] {
            service.post(path).json(&body).send().await.with_status(200);
        }
        let refresh = json!({"refresh": self.account.refresh});
        service.post("/auth/jwt/refresh/").json(&refresh).send().await.with_status(200);
    }

    async fn tweet(&mut self, service: &Service) {
        for seed in 0..2 {
            let form =
                Form::default().text("message", "mine").file("imagelinks", "a.jpg", "image/jpeg", &jpeg(16, 16, seed));
            let call = service.post("/api/tweets/").bearer(&self.account.access).multipart(&form);
            let tweet = call.header("idempotency-key", &unique("key")).send().await.with_status(201).json();
            self.tweets.push(tweet["id"].as_str().unwrap().to_owned());
            self.objects.push(tweet["imagelinks"][0].as_str().unwrap().to_owned());
        }
    }

    async fn fill_profile(&mut self, service: &Service) {
        let form = Form::default().text("bio", "short").file("image", "me.jpg", "image/jpeg", &jpeg(16, 16, 9));
        let call = service.put("/profile/update").bearer(&self.account.access).multipart(&form);
        let picture = call.send().await.with_status(200).field("profilePic");
        self.objects.push(picture);
        let body = json!({"username": self.account.username, "biography": "longer"});
        service.post("/api/users/create/").bearer(&self.account.access).json(&body).send().await.with_status(201);
    }

    /// Creates security events and mails, and the items behind the tokens in them.
    async fn leave_events_and_mails(&mut self, service: &Service) {
        let body = json!({"username": self.account.username, "password": "wrong"});
        service.post("/auth/login/").json(&body).send().await.with_status(401);
        let new = format!("{}@example.com", unique("new"));
        let call = service.put("/auth/users/me/").bearer(&self.account.access).json(&json!({"email": new}));
        call.send().await.with_status(200);
        service.post("/auth/users/reset_password/").json(&json!({"email": new})).send().await.with_status(204);
        service.mail(&self.account.email, 1).await;
        service.mail(&new, 1).await;
    }

    /// Creates every kind of item that connects two accounts, both ways.
    async fn connect_with(&self, other: &Self, service: &Service) {
        for (one, another) in [(self, other), (other, self)] {
            let (actor, tweet) = (&one.account, &another.tweets[0]);
            relate(service, "POST", actor, "follow", &another.account.id).await.with_status(200);
            for what in ["like", "retweet", "save"] {
                react(service, "POST", actor, tweet, what).await.with_status(200);
            }
            // Texts that remain must not contain the name of the deleted account.
            let message =
                if std::ptr::eq(one, self) { format!("@{} #met", another.account.username) } else { "#met".to_owned() };
            let body = json!({"message": message, "in_reply_to": tweet});
            service.post("/api/tweets/").bearer(&actor.access).json(&body).send().await.with_status(201);
            let call = service.post(&format!("/api/tweets/{tweet}/comments/")).bearer(&actor.access);
            let comment = id_of(&call.json(&json!({"message": message})).send().await.with_status(201).json());
            let like = service.post(&format!("/api/tweets/comments/{comment}/like/")).bearer(&another.account.access);
            like.send().await.with_status(200);
        }
        // Each is notified of the other: a comment, its like, a reply, a like, a retweet, a follow.
        for (one, another) in [(self, other), (other, self)] {
            eventually("all notifications and timeline entries have arrived", async || {
                let notified = one.notifications(service).await.len() == 6;
                let found = service.dynamodb().mentions("FeedTable", &another.account.id).await;
                let own = format!("U#{}", one.account.id);
                let is_in_timeline =
                    |item: &Value| item["pk"]["S"] == own && item["sk"]["S"].as_str().unwrap().starts_with("HOME#");
                let home = found.iter().any(is_in_timeline);
                (notified && home).then_some(())
            })
            .await;
        }
    }

    /// The notifications of this account.
    async fn notifications(&self, service: &Service) -> Vec<Value> {
        let call = service.get("/api/notifications/?limit=100").bearer(&self.account.access);
        call.send().await.with_status(200).json()["results"].as_array().unwrap().clone()
    }

    async fn items(&self, service: &Service) -> Vec<Value> {
        let mut found = Vec::new();
        for table in TABLES {
            for text in [&self.account.id, &self.account.username].into_iter().chain(&self.tweets) {
                found.extend(service.dynamodb().mentions(table, text).await);
            }
        }
        found
    }

    async fn objects_left(&self, service: &Service) -> usize {
        let mut left = 0;
        for url in &self.objects {
            left += usize::from(service.fetch(url).await.status == 200);
        }
        left
    }
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing() {
    let service = Service::running();
    let (mine, others) = (OwnedThings::of(&service).await, OwnedThings::of(&service).await);
    mine.connect_with(&others, &service).await;
    // Blocks and mutes both ways, with accounts that have no other connection.
    for what in ["block", "mute"] {
        let stranger = service.signup().await;
        relate(&service, "POST", &stranger, what, &mine.account.id).await.with_status(200);
        relate(&service, "POST", &mine.account, what, &stranger.id).await.with_status(200);
    }
    let items = mine.items(&service).await.len();
    assert!(items > 60, "only {items} items: the test creates too little");
    assert_eq!(mine.objects_left(&service).await, mine.objects.len());

    let body = json!({"current_password": PASSWORD});
    let call = service.delete("/auth/users/me/").bearer(&mine.account.access).json(&body);
    call.send().await.with_status(204);
    assert_is_hidden(&service, &mine).await;
    eventually("a purge that leaves nothing", async || {
        let (items, objects) = (mine.items(&service).await, mine.objects_left(&service).await);
        (items.is_empty() && objects == 0).then_some(())
    })
    .await;
    // The other account has lost nothing but its connections to the deleted one.
    assert!(others.notifications(&service).await.is_empty());
    eventually("the others' counts are right", async || {
        let call = service.get(&format!("/api/profiles/view_profile/{}/", others.account.id));
        let profile = call.bearer(&others.account.access).send().await.with_status(200).json();
        let tweet = service.get(&format!("/api/tweets/{}/", others.tweets[0])).send().await.with_status(200).json();
        let unread = service.get("/api/notifications/unread/").bearer(&others.account.access).send().await;
        let counts = ["likes", "comments", "retweets"].map(|name| tweet[name].clone());
        let all = [
            profile["number_of_followers"].clone(),
            profile["number_of_following"].clone(),
            unread.json()["unread"].clone(),
        ];
        all.into_iter().chain(counts).all(|count| count == 0).then_some(())
    })
    .await;
    assert_eq!(others.objects_left(&service).await, others.objects.len());
    for tweet in &others.tweets {
        service.get(&format!("/api/tweets/{tweet}/")).send().await.with_status(200);
    }
}

/// Demands that everything is hidden at once, before the purge.
async fn assert_is_hidden(service: &Service, things: &OwnedThings) {
    let account = &things.account;
    for tweet in &things.tweets {
        service.get(&format!("/api/tweets/{tweet}/")).send().await.with_status(404);
    }
    service.get(&format!("/profile?username={}", account.username)).send().await.with_status(404);
    let gone = json!({"detail": "User not found", "code": "user_not_found"});
    service.get("/auth/users/me/").bearer(&account.access).send().await.unauthorized(&gone);
    let refresh = service.post("/auth/jwt/refresh/").json(&json!({"refresh": account.refresh})).send().await;
    refresh.unauthorized(&json!({"detail": "Token is blacklisted", "code": "token_not_valid"}));
    service.get("/auth/users/me/").bearer(&account.device_token).send().await.with_status(401);
    service.get("/auth/users/me/").cookies(&account.cookies).send().await.with_status(401);
    let login = json!({"username": account.username, "password": PASSWORD});
    service.post("/auth/login/").json(&login).send().await.with_status(401);
    // The username is free again.
    let signup = json!({"username": account.username.to_uppercase(), "password": PASSWORD});
    let again = service.post("/api/auth/signup/").json(&signup).send().await.with_status(201);
    let delete = service.delete("/auth/users/me/").bearer(&again.field("access"));
    delete.json(&json!({"current_password": PASSWORD})).send().await.with_status(204);
}
