//! The model: what exists, and what follows from each act.

use std::collections::BTreeSet;

/// The number of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Person(pub(super) usize);

/// The number of a tweet, which is also its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TweetNo(pub(super) usize);

#[derive(Clone, Debug)]
pub(super) struct Tweet {
    pub(super) no: TweetNo,
    pub(super) id: String,
    pub(super) author: Person,
    pub(super) message: String,
    pub(super) in_reply_to: Option<TweetNo>,
    pub(super) comments: Vec<(Person, String)>,
    pub(super) likes: Vec<Person>,
    pub(super) retweets: Vec<Person>,
}

/// A tweet in the timeline of a reader.
#[derive(Clone, Debug)]
pub(super) struct TimelineEntry {
    pub(super) reader: Person,
    pub(super) tweet: TweetNo,
    /// The time of the entry.
    pub(super) at: usize,
    pub(super) via: Option<Person>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) to: Person,
    pub(super) kind: &'static str,
    pub(super) actor: Person,
    pub(super) tweet: Option<TweetNo>,
    pub(super) read: bool,
}

#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) names: Vec<String>,
    pub(super) deleted: BTreeSet<Person>,
    pub(super) follows: BTreeSet<(Person, Person)>,
    pub(super) blocks: BTreeSet<(Person, Person)>,
    pub(super) mutes: BTreeSet<(Person, Person)>,
    /// The tweets that are not deleted.
    pub(super) tweets: Vec<Tweet>,
    pub(super) timeline_entries: Vec<TimelineEntry>,
    /// The newest is last.
    pub(super) notes: Vec<Note>,
    /// Every like; the newest is last.
    pub(super) likes: Vec<(Person, TweetNo)>,
    clock: usize,
}

impl Model {
    pub(super) fn of(names: Vec<String>) -> Self {
        Self { names, ..Self::default() }
    }

    pub(super) fn people(&self) -> impl Iterator<Item = Person> {
        (0..self.names.len()).map(Person)
    }

    pub(super) fn existing_people(&self) -> impl Iterator<Item = Person> {
        self.people().filter(|person| !self.deleted.contains(person))
    }

    pub(super) fn name(&self, person: Person) -> &str {
        &self.names[person.0]
    }

    pub(super) fn tweet(&self, no: TweetNo) -> &Tweet {
        self.tweets.iter().find(|tweet| tweet.no == no).expect("the tweet exists")
    }

    fn tweet_mut(&mut self, no: TweetNo) -> &mut Tweet {
        self.tweets.iter_mut().find(|tweet| tweet.no == no).expect("the tweet exists")
    }

    /// Does one of them block the other?
    pub(super) fn blocked(&self, viewer: Option<Person>, other: Person) -> bool {
        viewer.is_some_and(|viewer| self.blocks.contains(&(viewer, other)) || self.blocks.contains(&(other, viewer)))
    }

    /// Is the other hidden in the viewer's timeline and notifications?
    pub(super) fn hides(&self, viewer: Person, other: Person) -> bool {
        self.blocked(Some(viewer), other) || self.mutes.contains(&(viewer, other))
    }

    pub(super) fn follow(&mut self, follower: Person, followed: Person) {
        self.follows.insert((follower, followed));
        self.notify(followed, "follow", follower, None);
        let written: Vec<TweetNo> = self.tweets.iter().filter(|t| t.author == followed).map(|tweet| tweet.no).collect();
        for tweet in written {
            self.add_to_timeline(follower, tweet, tweet.0, None);
        }
    }

    pub(super) fn block(&mut self, blocker: Person, blocked: Person) {
        self.blocks.insert((blocker, blocked));
        self.follows.retain(|pair| ![(blocker, blocked), (blocked, blocker)].contains(pair));
        self.mark_read(blocker, blocked);
        self.mark_read(blocked, blocker);
    }

    pub(super) fn mute(&mut self, muter: Person, muted: Person) {
        self.mutes.insert((muter, muted));
        self.mark_read(muter, muted);
    }

    /// Hidden notifications do not count as unread.
    fn mark_read(&mut self, person: Person, actor: Person) {
        for note in self.notes.iter_mut().filter(|note| note.to == person && note.actor == actor) {
            note.read = true;
        }
    }

    pub(super) fn tweeted(
        &mut self,
        id: String,
        author: Person,
        message: &str,
        in_reply_to: Option<TweetNo>,
    ) -> TweetNo {
        let no = TweetNo(self.tick());
        let mut mentioned: BTreeSet<Person> = in_reply_to.map(|parent| self.tweet(parent).author).into_iter().collect();
        mentioned.extend(self.people().filter(|person| message.contains(&format!("@{}", self.name(*person)))));
        let message = message.to_owned();
        let (comments, likes, retweets) = (Vec::new(), Vec::new(), Vec::new());
        self.tweets.push(Tweet { no, id, author, message, in_reply_to, comments, likes, retweets });
        for person in mentioned {
            self.notify(person, "mention", author, Some(no));
        }
        for reader in self.followers(author) {
            self.add_to_timeline(reader, no, no.0, None);
        }
        no
    }

    pub(super) fn commented(&mut self, author: Person, tweet: TweetNo, message: &str) {
        self.tweet_mut(tweet).comments.push((author, message.to_owned()));
        self.notify(self.tweet(tweet).author, "comment", author, Some(tweet));
    }

    pub(super) fn liked(&mut self, person: Person, tweet: TweetNo) {
        self.tweet_mut(tweet).likes.push(person);
        self.likes.push((person, tweet));
        self.notify(self.tweet(tweet).author, "like", person, Some(tweet));
    }

    pub(super) fn retweeted(&mut self, person: Person, tweet: TweetNo) {
        self.tweet_mut(tweet).retweets.push(person);
        self.notify(self.tweet(tweet).author, "retweet", person, Some(tweet));
        let at = self.tick();
        for reader in self.followers(person) {
            self.add_to_timeline(reader, tweet, at, Some(person));
        }
    }

    pub(super) fn tweet_deleted(&mut self, no: TweetNo) {
        self.tweets.retain(|tweet| tweet.no != no);
        self.timeline_entries.retain(|entry| entry.tweet != no);
        self.notes.retain(|note| note.tweet != Some(no));
        self.likes.retain(|(_, tweet)| *tweet != no);
        for tweet in &mut self.tweets {
            tweet.in_reply_to = tweet.in_reply_to.filter(|parent| *parent != no);
        }
    }

    pub(super) fn account_deleted(&mut self, person: Person) {
        let written: Vec<TweetNo> = self.tweets.iter().filter(|t| t.author == person).map(|tweet| tweet.no).collect();
        for tweet in written {
            self.tweet_deleted(tweet);
        }
        for tweet in &mut self.tweets {
            tweet.comments.retain(|(author, _)| *author != person);
            tweet.likes.retain(|one| *one != person);
            tweet.retweets.retain(|one| *one != person);
        }
        self.follows.retain(|(a, b)| ![*a, *b].contains(&person));
        self.notes.retain(|note| ![note.actor, note.to].contains(&person));
        self.timeline_entries.retain(|entry| entry.reader != person && entry.via != Some(person));
        self.deleted.insert(person);
    }

    fn followers(&self, person: Person) -> Vec<Person> {
        self.follows.iter().filter(|(_, followed)| *followed == person).map(|(follower, _)| *follower).collect()
    }

    fn tick(&mut self) -> usize {
        self.clock += 1;
        self.clock
    }

    /// Adds a tweet to a timeline, unless it is there already.
    fn add_to_timeline(&mut self, reader: Person, tweet: TweetNo, at: usize, via: Option<Person>) {
        if !self.timeline_entries.iter().any(|entry| entry.reader == reader && entry.tweet == tweet) {
            self.timeline_entries.push(TimelineEntry { reader, tweet, at, via });
        }
    }

    fn notify(&mut self, to: Person, kind: &'static str, actor: Person, tweet: Option<TweetNo>) {
        if to != actor && !self.hides(to, actor) {
            self.notes.push(Note { to, kind, actor, tweet, read: false });
        }
    }
}
