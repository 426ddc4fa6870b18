//! The front-end that was written for document 001: it registers, posts, likes, comments, searches and edits its profile.

use e2e::acts::people::{block, relate};
use e2e::{Account, Answer, Event, Form, Function, Service, eventually, jpeg, unique};
use serde_json::{Value, json};

/// A browser in which somebody is signed in. It keeps what the login told.
struct Page<'a> {
    service: &'a Service,
    token: String,
    user: Value,
}

impl<'a> Page<'a> {
    async fn signed_up(service: &'a Service, name: &str) -> Self {
        let username = unique("twit");
        let (email, password) = (format!("{username}@example.com"), "abcd321");
        let form = json!({"name": name, "username": username, "email": email, "password": password});
        service.post("/auth/register/").json(&form).send().await.with_status(201);
        let login = json!({"username": username, "password": password});
        let answer = service.post("/auth/login").json(&login).send().await.with_status(200);
        let user = answer.json()["user_info"].clone();
        assert_eq!((&user["username"], &user["name"]), (&json!(username), &json!(name)));
        assert!(user["profile"]["profilePic"].as_str().unwrap().starts_with("http"));
        Self { service, token: answer.field("token"), user }
    }

    fn id(&self) -> &str {
        self.user["_id"].as_str().unwrap()
    }

    fn username(&self) -> &str {
        self.user["username"].as_str().unwrap()
    }

    async fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.service.call(method, path).authorization(&format!("token {}", self.token)).json(body).send().await
    }

    async fn get(&self, path: &str) -> Value {
        let call = self.service.get(path).authorization(&format!("token {}", self.token));
        call.send().await.with_status(200).json()
    }

    /// Posts, and draws the answer as the client does.
    async fn posts(&self, form: Form) -> Tweet {
        let form = form.text("author", self.id());
        let call = self.service.post("/tweet").authorization(&format!("Bearer {}", self.token)).multipart(&form);
        let answer = call.send().await.with_status(200).json();
        assert_eq!(answer["status"], 200);
        Tweet::drawn(&answer["message"])
    }

    /// The tweets of a page of everybody's, each with its author's name as the client looks it up.
    async fn home(&self, page: u32) -> Vec<(Tweet, String)> {
        let message = self.get(&format!("/tweet/alltweets?page={page}&limit=100")).await["message"].clone();
        let name_of = |id: &str| {
            let mut users = message["users"].as_array().unwrap().iter().filter(|user| user["_id"] == id);
            let user = users.next().unwrap_or_else(|| panic!("{id} has no user"));
            assert!(
                user["profile"]["profilePic"].is_string() && user["username"].is_string() && users.next().is_none()
            );
            user["name"].as_str().unwrap().to_owned()
        };
        let drawn = message["tweets"].as_array().unwrap().iter().map(Tweet::drawn);
        drawn.map(|tweet| (tweet.clone(), name_of(&tweet.author))).collect()
    }
}

/// What the client draws of a tweet.
#[derive(Clone, Debug, PartialEq)]
struct Tweet {
    id: String,
    message: String,
    images: usize,
    author: String,
    likes: u64,
    comments: u64,
    liked: bool,
}

impl Tweet {
    fn drawn(tweet: &Value) -> Self {
        assert!(
            tweet["createdAt"].as_str() <= tweet["updatedAt"].as_str() && tweet["videolinks"].is_string(),
            "{tweet}"
        );
        Self {
            id: tweet["_id"].as_str().unwrap().to_owned(),
            message: tweet["message"].as_str().unwrap().to_owned(),
            images: tweet["imagelinks"].as_array().unwrap().len(),
            author: tweet["author"].as_str().unwrap().to_owned(),
            likes: tweet["likescount"].as_u64().unwrap(),
            comments: tweet["commentscount"].as_u64().unwrap(),
            liked: tweet["like_flag"].as_bool().unwrap(),
        }
    }
}

fn ids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one["_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_front_end_posts_likes_and_shows_tweets() {
    let service = Service::running();
    let (ada, ben) = (Page::signed_up(&service, "Ada").await, Page::signed_up(&service, "Ben").await);
    let plain = ada.posts(Form::default().text("message", "fIESRT")).await;
    let photo = Form::default().text("message", "look").file("imagelinks", "a.jpg", "image/jpeg", &jpeg(32, 32, 1));
    let pictured = ada.posts(photo).await;
    assert_eq!((plain.message.as_str(), plain.images, pictured.images), ("fIESRT", 0, 1));
    // What the author posted is in the author's next view of everybody's tweets, newest first.
    let home = ada.home(1).await;
    let mine: Vec<_> = home.iter().filter(|(tweet, _)| tweet.author == ada.id()).collect();
    assert_eq!(mine, [&(pictured.clone(), "Ada".to_owned()), &(plain.clone(), "Ada".to_owned())]);

    // Ben likes, twice, and ends it.
    let like = json!({"_id": plain.id, "flag": 1});
    for likes in [1, 1] {
        let answer = ben.call("PUT", "/tweet/tweet-like", &like).await.with_status(200).json();
        assert_eq!((&answer["flag"], &answer["tweet_doc"]["likescount"]), (&json!(1), &json!(likes)));
        assert_eq!(answer["tweet_doc"]["_id"], plain.id.as_str());
    }
    let by_id = format!("/tweet/get-tweet-by-id?_id={}", plain.id);
    assert!(Tweet::drawn(&ben.get(&by_id).await).liked && !Tweet::drawn(&ada.get(&by_id).await).liked);
    let likers = eventually("the likers", async || {
        let answer = service.get(&format!("/tweet/tweet-like?_id={}&page=1", plain.id)).send().await;
        (answer.status == 200).then(|| answer.json())
    })
    .await;
    assert_eq!((ids(&likers), &likers[0]["username"]), (vec![ben.id().to_owned()], &json!(ben.username())));
    let unlike = json!({"_id": plain.id, "flag": -1});
    let answer = ben.call("PUT", "/tweet/tweet-like", &unlike).await.with_status(200).json();
    assert_eq!((&answer["flag"], &answer["tweet_doc"]["likescount"]), (&json!(-1), &json!(0)));
    assert!(!Tweet::drawn(&ben.get(&by_id).await).liked);

    // The profile page: the user's tweets, an edit, a picture, a deletion.
    let of_ada = format!("/tweet/?page=1&userid={}", ada.id());
    assert_eq!(ids(&ben.get(&of_ada).await["message"]), [&*pictured.id, &*plain.id]);
    let edit = format!("/tweet?tweet_id={}", plain.id);
    let edited = ada.call("PUT", &edit, &json!({"message": "first"})).await.with_status(200).json();
    assert_eq!((&edited["status"], &edited["message"]["message"]), (&json!(200), &json!("first")));
    let picture = Form::default().text("bio", "Hi").file("profilePic", "a.jpg", "image/jpeg", &jpeg(32, 32, 2));
    let update = service.put(&format!("/profile/update?username={}", ada.username()));
    let update = update.authorization(&format!("Token {}", ada.token)).multipart(&picture).send().await;
    let picture = update.with_status(200).field("profilePic");
    let shown = service.get(&format!("/profile?username={}", ada.username())).send().await.with_status(200).json();
    assert_eq!((&shown["profile"]["bio"], &shown["profile"]["profilePic"]), (&json!("Hi"), &json!(picture)));
    ada.call("DELETE", &edit, &json!({})).await.with_status(204);
    assert_eq!(ids(&ben.get(&of_ada).await["message"]), [&*pictured.id]);
}

#[tokio::test]
async fn the_front_end_comments_and_answers() {
    let service = Service::running();
    let (ada, ben) = (Page::signed_up(&service, "Ada").await, Page::signed_up(&service, "Ben").await);
    let tweet = ada.posts(Form::default().text("message", "hello")).await.id;
    let add = |parent: &str| match parent {
        "" => format!("/tweet/addcomment?_id={tweet}&threadlevel=0"),
        parent => format!("/tweet/addcomment?_id={tweet}&threadlevel=1&parentid={parent}"),
    };
    let answer = ben.call("POST", &add(""), &json!({"text": "nice"})).await.with_status(200).json();
    let first = answer["comments"][0].clone();
    assert_eq!(
        (&first["text"], &first["commentorid"], &first["threadlevel"]),
        (&json!("nice"), &ben.user["_id"], &json!(0))
    );
    assert_eq!(
        (&answer["_id"], &answer["commentscount"], &first["parentid"]),
        (&json!(tweet), &json!(1), &Value::Null)
    );
    let parent = first["_id"].as_str().unwrap();
    let answer = ada.call("POST", &add(parent), &json!({"text": "thanks"})).await.with_status(200).json();
    let second = answer["comments"][0].clone();
    assert_eq!((&second["threadlevel"], &second["parentid"]), (&json!(1), &json!(parent)));
    let reply = second["_id"].as_str().unwrap();

    // The tweet's page draws the comments by what they answer, with their authors.
    let comments = format!("/tweet/getcomment?_id={tweet}");
    let shown = eventually("both groups, counted", async || {
        let shown = service.get(&comments).send().await.with_status(200).json();
        let groups = shown["commentDoc"].as_array().unwrap();
        let counted = groups.iter().all(|group| group["tweetcommentscount"] == 2);
        (groups.len() == 2 && counted && shown["commentDoc"][1]["comments"][0]["commentscount"] == 1).then_some(shown)
    })
    .await;
    let groups: Vec<(Value, Vec<String>)> = shown["commentDoc"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| (group["_id"].clone(), ids(&group["comments"])))
        .collect();
    assert_eq!(groups, [(json!(parent), vec![reply.to_owned()]), (Value::Null, vec![parent.to_owned()])]);
    assert_eq!(ids(&shown["userDoc"]), [ada.id(), ben.id()]);
    let user = &shown["userDoc"][1];
    assert_eq!((&user["name"], &user["username"]), (&json!("Ben"), &json!(ben.username())));
    assert!(user["profile"]["bio"].is_string() && user["profile"]["profilePic"].is_string());

    // Ben edits and deletes; only the own comment, or one on the own tweet.
    let edit = format!("/tweet/editcomment?_id={tweet}&commentid={parent}");
    let refusal = json!({"detail": "You do not have permission to perform this action."});
    ada.call("PUT", &edit, &json!({"text": "mine"})).await.tells(403, &refusal);
    assert!(!ben.call("PUT", &edit, &json!({"text": "nicer"})).await.with_status(200).field("message").is_empty());
    let delete = |id: &str| format!("/tweet/deletecomment?_id={tweet}&commentid={id}&threadlevel=0&parentid=");
    ben.call("DELETE", &delete(reply), &json!({})).await.tells(403, &refusal);
    assert!(!ada.call("DELETE", &delete(parent), &json!({})).await.with_status(200).field("message").is_empty());
    eventually("the comment and its answer are gone", async || {
        let shown = service.get(&comments).send().await.with_status(200).json();
        (shown["commentDoc"] == json!([])).then_some(())
    })
    .await;
}

#[tokio::test]
async fn errors_have_the_text_that_the_client_shows() {
    let service = Service::running();
    let (ada, ben) = (Page::signed_up(&service, "Ada").await, Page::signed_up(&service, "Ben").await);
    let tweet = ada.posts(Form::default().text("message", "hello")).await.id;
    let required = |name: &str| json!({name: ["This field is required."]});
    let gone = json!({"detail": "Not found."});
    for path in ["/tweet/get-tweet-by-id", "/tweet/getcomment", "/tweet/tweet-like"] {
        service.get(path).send().await.tells(400, &required("_id"));
        service.get(&format!("{path}?_id=5fa95a12ffcf7367a2c9f18a")).send().await.tells(404, &gone);
    }
    service.get("/tweet").send().await.tells(400, &required("userid"));
    service.get("/tweet?userid=x").send().await.tells(404, &gone);
    // Nobody likes it yet, and pages end at 500 entries.
    service.get(&format!("/tweet/tweet-like?_id={tweet}")).send().await.tells(404, &gone);
    let beyond = service.get(&format!("/tweet?userid={}&page=51", ada.id())).send().await.with_status(200);
    assert_eq!(beyond.json(), json!({"message": []}));
    let beyond = service.get("/tweet/alltweets?page=6&limit=100").send().await.with_status(200);
    assert_eq!(beyond.json(), json!({"message": {"tweets": [], "users": []}}));

    ben.call("PUT", "/tweet", &json!({"message": "x"})).await.tells(400, &required("tweet_id"));
    ben.call("DELETE", "/tweet", &json!({})).await.tells(400, &required("tweet_id"));
    let own = format!("/tweet?tweet_id={tweet}");
    let refusal = json!({"detail": "You do not have permission to perform this action."});
    ben.call("DELETE", &own, &json!({})).await.tells(403, &refusal);
    ada.call("PUT", &own, &json!({})).await.tells(400, &required("message"));
    let flag = json!({"flag": ["\"2\" is not a valid choice."]});
    ben.call("PUT", "/tweet/tweet-like", &json!({"_id": tweet, "flag": 2})).await.tells(400, &flag);
    let add = format!("/tweet/addcomment?_id={tweet}");
    ben.call("POST", &add, &json!({"message": "not here"})).await.tells(400, &required("text"));
    let unknown = json!({"parentid": ["Invalid pk \"x\" - object does not exist."]});
    ben.call("POST", &format!("{add}&parentid=x"), &json!({"text": "hi"})).await.tells(400, &unknown);
    ben.call("PUT", "/tweet/editcomment", &json!({"text": "x"})).await.tells(400, &required("commentid"));
    // A bad credential is told before a missing parameter.
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    for (method, path) in
        [("PUT", "/tweet"), ("DELETE", "/tweet"), ("PUT", "/tweet/tweet-like"), ("POST", "/tweet/addcomment")]
    {
        service.call(method, path).json(&json!({})).send().await.tells(401, &nobody);
    }
    service.post("/api/auth/user/logout_all/").bearer(&ada.token).send().await.with_status(205);
    for (method, path) in [("PUT", "/tweet"), ("PUT", "/tweet/tweet-like"), ("DELETE", "/tweet/deletecomment")] {
        assert_eq!(ada.call(method, path, &json!({})).await.status, 401, "{method} {path}");
    }
}

#[tokio::test]
async fn a_repeated_post_or_comment_gives_the_first_result() {
    let service = Service::running();
    let account = service.signup().await;
    let key = unique("key");
    let post = || service.post("/tweet").bearer(&account.access).header("idempotency-key", &key);
    let first = post().json(&json!({"message": "once"})).send().await.with_status(200).json();
    post().json(&json!({"message": "once"})).send().await.is(200, &first);
    let tweet = first["message"]["_id"].as_str().unwrap();
    let path = format!("/tweet/addcomment?_id={tweet}");
    let comment = || {
        let call = service.post(&path).bearer(&account.access).header("idempotency-key", &key);
        call.json(&json!({"text": "once"})).send()
    };
    let first = comment().await.with_status(200).json();
    let again = comment().await.with_status(200).json();
    assert_eq!(again["comments"], first["comments"]);
    assert_eq!(first["comments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn searches_find_people_by_name_and_tweets_by_tag_page_by_page() {
    let service = Service::running();
    let (reader, blocker) = (service.signup().await, service.signup().await);
    let word = unique("plover").to_lowercase();
    let mut people = Vec::new();
    for n in 10..23 {
        people.push(service.signup_as(&format!("{word}{n}")).await);
    }
    let mut tweets = Vec::new();
    for n in 0..12 {
        tweets.push(service.tweet(&people[0], &format!("{n} #{word}")).await["id"].as_str().unwrap().to_owned());
    }
    let hidden = service.tweet(&blocker, &format!("hidden #{word}")).await;
    block(&service, &blocker, &reader).await;
    tweets.reverse();
    let get = async |caller: Option<&Account>, path: &str, text: &str, after: &str| {
        let call = service.get(&format!("/search/{path}?text={text}&searchAfterText={after}"));
        match caller {
            Some(caller) => call.bearer(&caller.access).send().await,
            None => call.send().await,
        }
    };
    eventually("the index has them all", async || {
        let found = get(None, "contentsearch", &word, "").await;
        let second = get(None, "contentsearch", &word, found.json()["searchAfterText"].as_str()?).await;
        (second.status == 200 && second.json()["tweets"].as_array()?.len() == 3).then_some(())
    })
    .await;
    let names: Vec<String> = people.iter().map(|person| person.id.clone()).collect();
    let first = get(None, "usersearch", &word, "").await.with_status(200).json();
    assert_eq!(ids(&first["users"]), names[..10]);
    assert!(first["users"][0]["profile"]["profilePic"].as_str().unwrap().starts_with("http"));
    let next = first["searchAfterText"].as_str().unwrap();
    let second = get(None, "usersearch", &word, next).await.with_status(200).json();
    assert_eq!(ids(&second["users"]), names[10..]);
    let end = second["searchAfterText"].as_str().unwrap();
    let gone = json!({"detail": "Not found."});
    get(None, "usersearch", &word, end).await.tells(404, &gone);

    let first = get(Some(&reader), "contentsearch", &word, "").await.with_status(200).json();
    assert_eq!(ids(&first["users"]), names[..10]);
    let next = first["searchAfterText"].as_str().unwrap();
    let second = get(Some(&reader), "contentsearch", &word, next).await.with_status(200).json();
    assert_eq!(ids(&second["users"]), names[10..]);
    let shown = [ids(&first["tweets"]), ids(&second["tweets"])].concat();
    assert_eq!(shown, tweets, "without the blocker's {hidden}");
    let end = second["searchAfterText"].as_str().unwrap();
    get(Some(&reader), "contentsearch", &word, end).await.tells(404, &gone);
    // A tag may be written with its sign; who is blocked is not found by name.
    let tagged = get(Some(&reader), "contentsearch", &format!("%23{word}"), "").await.with_status(200).json();
    assert_eq!((ids(&tagged["users"]), ids(&tagged["tweets"]).len()), (vec![], 9));
    get(Some(&reader), "usersearch", &blocker.username, "").await.tells(404, &gone);
    get(None, "usersearch", &unique("nobody"), "").await.tells(404, &gone);
    let invalid = json!({"detail": "Invalid cursor"});
    get(None, "usersearch", &word, "x").await.tells(404, &invalid);
    // A place of another search is no place in this one.
    get(None, "usersearch", &reader.username, next).await.tells(404, &invalid);
    get(None, "contentsearch", "%20", "").await.tells(400, &json!({"text": ["This field may not be blank."]}));
}

#[tokio::test]
async fn the_searches_of_an_address_are_limited() {
    let service = Service::running();
    let account = service.signup().await;
    let tweets = Function::start_with(&service, "tweets", &[("AVIARY_LIMITS", "search_address=2/3600")]);
    let address = e2e::limits::unused_address();
    let search = |path: &str| {
        let event = Event::new("GET", &format!("/search/{path}")).query(&format!("text={}", account.username));
        tweets.invoke(event.source(&address)).answer.status
    };
    assert!([search("usersearch"), search("contentsearch")].iter().all(|status| [200, 404].contains(status)));
    assert_eq!([search("usersearch"), search("contentsearch")], [429, 429]);
}

#[tokio::test]
async fn a_blocked_reader_does_not_see_the_blockers_tweets() {
    let service = Service::running();
    let (reader, blocker) = (service.signup().await, service.signup().await);
    let tweet = service.tweet(&blocker, "mine").await["id"].as_str().unwrap().to_owned();
    block(&service, &blocker, &reader).await;
    for path in [
        format!("/tweet?userid={}", blocker.id),
        format!("/tweet/get-tweet-by-id?_id={tweet}"),
        format!("/tweet/getcomment?_id={tweet}"),
        format!("/tweet/tweet-like?_id={tweet}"),
    ] {
        service.get_as(&reader, &path).await.tells(404, &json!({"detail": "Not found."}));
    }
    let all = service.get_as(&reader, "/tweet/alltweets?limit=100").await.with_status(200).json();
    assert!(!ids(&all["message"]["tweets"]).contains(&tweet));
    let blocked = json!({"detail": "You are blocked by this user."});
    let call = service.put("/tweet/tweet-like").bearer(&reader.access);
    call.json(&json!({"_id": tweet, "flag": 1})).send().await.tells(403, &blocked);
    let call = service.post(&format!("/tweet/addcomment?_id={tweet}")).bearer(&reader.access);
    call.json(&json!({"text": "why?"})).send().await.tells(403, &blocked);
    relate(&service, "DELETE", &blocker, "block", &reader.id).await.with_status(200);
    service.get_as(&reader, &format!("/tweet/get-tweet-by-id?_id={tweet}")).await.with_status(200);
}
