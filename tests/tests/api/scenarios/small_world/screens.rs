//! Every screen with the content that the model expects, as texts that a failure can show.

use e2e::Answer;
use serde_json::{Value, json};

use super::model::{Model, Note, Person, Tweet, TweetNo};

/// A request, how its answer is read, and the expected content.
#[derive(Clone, Debug)]
pub(super) struct Screen {
    pub(super) viewer: Option<Person>,
    pub(super) path: String,
    pub(super) shape: Shape,
    /// The expected content; a number is an HTTP status.
    pub(super) expected: Value,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    Tweets,
    Comments,
    People,
    Notes,
    Whole,
    /// Only these fields of the object.
    Fields(&'static [&'static str]),
}

const VIEW: &[&str] = &[
    "username",
    "alias",
    "bio",
    "number_of_followers",
    "number_of_following",
    "number_of_tweets",
    "number_of_tweets_and_replies",
    "number_of_likes",
    "number_of_media",
    "following",
    "is_following",
];

/// Nobody in the world says that they are online.
const USER: &[&str] = &["username", "biography", "is_online"];

impl Shape {
    pub(super) fn of(self, answer: &Answer) -> Value {
        if answer.status != 200 {
            return json!(answer.status);
        }
        let json = answer.json();
        let each = |line: fn(&Value) -> String| {
            json["results"].as_array().expect("a list").iter().map(line).collect::<Vec<_>>().into()
        };
        match self {
            Self::Tweets => each(tweet_line),
            Self::Comments => each(|one| format!("{}: {}", text(&one["author"]["username"]), text(&one["message"]))),
            Self::People => each(|one| text(&one["username"])),
            Self::Notes => each(note_line),
            Self::Whole => json,
            Self::Fields(names) => {
                let json = json.get("profile").unwrap_or(&json);
                names.iter().map(|name| ((*name).to_owned(), json[*name].clone())).collect()
            }
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("-").to_owned()
}

fn tweet_line(tweet: &Value) -> String {
    let flag = |name: &'static str| if tweet[name] == true { name } else { "" };
    format!(
        "{}: {} {} > {} | {} likes {} retweets {} comments {}{}",
        text(&tweet["author"]["username"]),
        text(&tweet["message"]),
        text(&tweet["id"]),
        text(&tweet["in_reply_to"]),
        tweet["likes"],
        tweet["retweets"],
        tweet["comments"],
        flag("liked"),
        flag("retweeted"),
    )
}

fn note_line(note: &Value) -> String {
    format!(
        "{} by {} of {} {}",
        text(&note["kind"]),
        text(&note["actor"]["username"]),
        text(&note["tweet"]),
        note["read"]
    )
}

impl Model {
    /// Every screen of every person and of an anonymous visitor.
    pub(super) fn screens(&self, ids: &[String], tag: &str, word: &str) -> Vec<Screen> {
        let mut screens = Vec::new();
        for viewer in self.existing_people().map(Some).chain([None]) {
            let mut add = |path: String, shape, expected| screens.push(Screen { viewer, path, shape, expected });
            add(format!("/api/tweets/tags/{tag}/"), Shape::Tweets, self.tagged(viewer, tag));
            for other in self.people() {
                let name = self.name(other);
                let (by, liked) = (self.authored(viewer, other), self.liked_by(viewer, other));
                add(format!("/api/tweets/by/{name}/"), Shape::Tweets, by);
                add(format!("/api/tweets/by/{name}/likes/"), Shape::Tweets, liked);
                // These two are the same for every viewer, so one viewer is enough.
                if viewer.is_none() {
                    let fields = Shape::Fields(&["bio", "followers", "following"]);
                    add(format!("/profile?username={name}"), fields, self.profile(other));
                } else if viewer == self.existing_people().next() {
                    add(format!("/api/users/{name}/"), Shape::Fields(USER), self.user(other));
                }
                if viewer.is_some() {
                    let view = format!("/api/profiles/view_profile/{}/", ids[other.0]);
                    add(view, Shape::Fields(VIEW), self.viewed(viewer, other));
                }
            }
            for tweet in &self.tweets {
                let hidden = self.hidden_by(viewer, tweet.author);
                let (one, replies) = (format!("/api/tweets/{}/", tweet.id), self.replies(viewer, tweet.no));
                add(format!("{one}replies/"), Shape::Tweets, if hidden { json!(404) } else { replies });
                let comments = self.comments(viewer, tweet);
                add(format!("{one}comments/"), Shape::Comments, if hidden { json!(404) } else { comments });
            }
            let Some(viewer) = viewer else { continue };
            add("/api/tweets/".to_owned(), Shape::Tweets, self.home(viewer));
            add("/api/notifications/".to_owned(), Shape::Notes, self.notes_of(viewer));
            add("/api/notifications/unread/".to_owned(), Shape::Whole, json!({"unread": self.unread(viewer)}));
            add(format!("/api/profiles/search/?q={word}"), Shape::People, self.found(viewer));
        }
        screens
    }

    /// Does the viewer get a 404 for what this author wrote?
    fn hidden_by(&self, viewer: Option<Person>, author: Person) -> bool {
        self.deleted.contains(&author) || viewer.is_some_and(|viewer| self.blocks.contains(&(author, viewer)))
    }

    fn line(&self, viewer: Option<Person>, tweet: &Tweet) -> String {
        let by = |people: &[Person]| viewer.is_some_and(|viewer| people.contains(&viewer));
        let author = json!({"username": self.name(tweet.author)});
        tweet_line(&json!({
            "author": author, "message": tweet.message, "id": tweet.id,
            "in_reply_to": tweet.in_reply_to.map(|parent| self.tweet(parent).id.clone()),
            "likes": tweet.likes.len(), "retweets": tweet.retweets.len(), "comments": tweet.comments.len(),
            "liked": by(&tweet.likes), "retweeted": by(&tweet.retweets),
        }))
    }

    fn lines<'a>(&self, viewer: Option<Person>, tweets: impl Iterator<Item = &'a Tweet>) -> Value {
        tweets.map(|tweet| self.line(viewer, tweet)).collect::<Vec<_>>().into()
    }

    fn tagged(&self, viewer: Option<Person>, tag: &str) -> Value {
        let tweets = self.tweets.iter().rev().filter(|tweet| tweet.message.contains(&format!("#{tag}")));
        self.lines(viewer, tweets.filter(|tweet| !self.blocked(viewer, tweet.author)))
    }

    fn authored(&self, viewer: Option<Person>, author: Person) -> Value {
        if self.hidden_by(viewer, author) {
            return json!(404);
        }
        self.lines(viewer, self.tweets.iter().rev().filter(|tweet| tweet.author == author))
    }

    fn liked_by(&self, viewer: Option<Person>, person: Person) -> Value {
        if self.hidden_by(viewer, person) {
            return json!(404);
        }
        let liked = self.likes.iter().rev().filter(|(by, _)| *by == person).map(|(_, tweet)| self.tweet(*tweet));
        self.lines(viewer, liked.filter(|tweet| tweet.author == person || !self.blocked(viewer, tweet.author)))
    }

    fn replies(&self, viewer: Option<Person>, tweet: TweetNo) -> Value {
        let author = self.tweet(tweet).author;
        let replies = self.tweets.iter().filter(|reply| reply.in_reply_to == Some(tweet));
        self.lines(viewer, replies.filter(|reply| reply.author == author || !self.blocked(viewer, reply.author)))
    }

    fn comments(&self, viewer: Option<Person>, tweet: &Tweet) -> Value {
        let comments = tweet.comments.iter().filter(|(author, _)| !self.blocked(viewer, *author));
        comments.map(|(author, message)| format!("{}: {message}", self.name(*author))).collect::<Vec<_>>().into()
    }

    fn counts(&self, person: Person) -> (usize, usize) {
        let count = |of: fn(&(Person, Person)) -> Person| self.follows.iter().filter(|pair| of(pair) == person).count();
        (count(|pair| pair.1), count(|pair| pair.0))
    }

    fn profile(&self, person: Person) -> Value {
        let (followers, following) = self.counts(person);
        self.unless_deleted(
            person,
            json!({"bio": "Write about yourself.", "followers": followers, "following": following}),
        )
    }

    fn viewed(&self, viewer: Option<Person>, person: Person) -> Value {
        let (followers, following) = self.counts(person);
        let tweets = self.tweets.iter().filter(|tweet| tweet.author == person).count();
        let comments = self.tweets.iter().flat_map(|tweet| &tweet.comments);
        let replies = comments.filter(|(author, _)| *author == person).count();
        let follows = viewer.is_some_and(|viewer| self.follows.contains(&(viewer, person)));
        let view = json!({
            "username": self.name(person), "alias": "", "bio": "", "number_of_followers": followers,
            "number_of_following": following, "number_of_tweets": tweets, "number_of_tweets_and_replies": tweets + replies,
            "number_of_likes": self.likes.iter().filter(|(by, _)| *by == person).count(), "number_of_media": 0,
            "following": follows, "is_following": follows,
        });
        self.unless_deleted(person, view)
    }

    fn user(&self, person: Person) -> Value {
        let user = json!({"username": self.name(person), "biography": "Default biography", "is_online": false});
        self.unless_deleted(person, user)
    }

    fn unless_deleted(&self, person: Person, shown: Value) -> Value {
        if self.deleted.contains(&person) { json!(404) } else { shown }
    }

    fn home(&self, reader: Person) -> Value {
        let shows = |who: Person| self.follows.contains(&(reader, who)) && !self.hides(reader, who);
        let timeline_entries = self.timeline_entries.iter().filter(|entry| entry.reader == reader).filter(|entry| {
            let author = self.tweet(entry.tweet).author;
            author != reader && !self.hides(reader, author) && (shows(author) || entry.via.is_some_and(shows))
        });
        let own = self.tweets.iter().filter(|tweet| tweet.author == reader).map(|tweet| (tweet.no.0, tweet.no));
        let mut all: Vec<(usize, TweetNo)> = timeline_entries.map(|entry| (entry.at, entry.tweet)).chain(own).collect();
        all.sort_by(|a, b| b.cmp(a));
        self.lines(Some(reader), all.into_iter().map(|(_, tweet)| self.tweet(tweet)))
    }

    fn notes_of(&self, person: Person) -> Value {
        let notes = self.notes.iter().rev().filter(|note| note.to == person && !self.hides(person, note.actor));
        notes.map(|note| self.note(note)).collect::<Vec<_>>().into()
    }

    fn note(&self, note: &Note) -> String {
        let tweet = note.tweet.map(|tweet| self.tweet(tweet).id.clone());
        let actor = json!({"username": self.name(note.actor)});
        note_line(&json!({"kind": note.kind, "actor": actor, "tweet": tweet, "read": note.read}))
    }

    fn unread(&self, person: Person) -> usize {
        self.notes.iter().filter(|note| note.to == person && !note.read).count()
    }

    fn found(&self, viewer: Person) -> Value {
        let found = self.existing_people().filter(|person| !self.blocked(Some(viewer), *person));
        found.map(|person| self.name(person).to_owned()).collect::<Vec<_>>().into()
    }
}
