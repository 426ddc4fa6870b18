//! Plans a made-up world, the same for the same seed.

use std::collections::BTreeSet;

use fastrand::Rng;

use super::person::{Person, people};
use super::pictures::LANDSCAPES;
use super::texts::{ANSWERS, LAST_WORD, PLACES, REPLIES, TIMES};

/// A tweet.
#[derive(Debug)]
pub(super) struct Tweet {
    pub(super) author: usize,
    pub(super) message: String,
    /// Its pictures, as indexes of the landscapes.
    pub(super) landscapes: Vec<usize>,
}

/// An answer to a tweet, and the reply of the tweet's author.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) author: usize,
    pub(super) tweet: usize,
    pub(super) message: String,
    pub(super) back: Option<String>,
    /// A tweet of its own, instead of a comment.
    pub(super) is_reply: bool,
}

/// A button under a tweet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Button {
    Like,
    Retweet,
    Save,
}

impl Button {
    /// Last segment of the endpoint's path.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Like => "like",
            Self::Retweet => "retweet",
            Self::Save => "save",
        }
    }
}

/// People and their acts.
#[derive(Debug)]
pub(super) struct World {
    pub(super) people: Vec<Person>,
    /// Pairs of follower and followed person.
    pub(super) follows: Vec<(usize, usize)>,
    pub(super) tweets: Vec<Tweet>,
    pub(super) answers: Vec<Answer>,
    /// Person, tweet and button.
    pub(super) presses: Vec<(usize, usize, Button)>,
}

impl World {
    /// The world of this seed with this number of people.
    pub(super) fn plan(seed: u64, count: usize) -> Self {
        let mut rng = Rng::with_seed(seed);
        let people = people(&mut rng, seed, count);
        let follows = follows(&mut rng, &people);
        let mut tweets = tweets(&mut rng, &people, &follows);
        rng.shuffle(&mut tweets);
        let answers = answers(&mut rng, &people, &follows, &tweets);
        let presses = presses(&mut rng, &people, &follows, &tweets);
        tweets.push(Tweet { author: 0, message: LAST_WORD.to_owned(), landscapes: Vec::new() });
        Self { people, follows, tweets, answers, presses }
    }

    /// Number of requests without those of signups and profiles.
    pub(super) fn deeds(&self) -> usize {
        let back = self.answers.iter().filter(|answer| answer.is_reply && answer.back.is_some()).count();
        self.follows.len() + self.tweets.len() + self.answers.len() + back + self.presses.len()
    }
}

/// Each person follows a handful to a few dozen, mostly well-known people and those with the same interests.
fn follows(rng: &mut Rng, people: &[Person]) -> Vec<(usize, usize)> {
    let mut follows = Vec::new();
    for (at, person) in people.iter().enumerate() {
        let wanted = few(rng, 3.0, 8.0).min(people.len().saturating_sub(1));
        let interest = |other: &Person| {
            let shared = person.topics.iter().any(|topic| other.topics.iter().any(|own| own.bio == topic.bio));
            other.renown * if shared { 4.0 } else { 1.0 }
        };
        let weights: Vec<f64> = people.iter().map(interest).collect();
        let mut chosen = BTreeSet::new();
        for _ in 0..wanted * 3 {
            let other = weighted(rng, &weights);
            if chosen.len() < wanted && other != at {
                chosen.insert(other);
            }
        }
        follows.extend(chosen.into_iter().map(|other| (at, other)));
    }
    rng.shuffle(&mut follows);
    follows
}

fn tweets(rng: &mut Rng, people: &[Person], follows: &[(usize, usize)]) -> Vec<Tweet> {
    let mut tweets = Vec::new();
    for (at, person) in people.iter().enumerate() {
        let known: Vec<&Person> =
            follows.iter().filter(|(from, _)| *from == at).filter_map(|(_, to)| people.get(*to)).collect();
        // Well-known people write more, but nobody exceeds the service's limits.
        for _ in 0..few(rng, 1.0, 1.8 + 12.0 * person.renown).min(30) {
            let pictures = if rng.f64() < 0.3 { 1 + rng.usize(..6) / 4 } else { 0 };
            let landscapes = (0..pictures).map(|_| rng.usize(..LANDSCAPES)).collect();
            tweets.push(Tweet { author: at, message: message(rng, person, &known), landscapes });
        }
    }
    tweets
}

fn message(rng: &mut Rng, person: &Person, known: &[&Person]) -> String {
    let [first, second] = person.topics;
    let topic = if rng.u8(..3) == 0 { second } else { first };
    let mut text = filled(rng, topic.openers);
    if rng.bool() {
        text = format!("{text} {}", filled(rng, topic.tails));
    }
    if rng.u8(..6) == 0
        && let Some(friend) = rng.choice(known)
    {
        text = format!("{text} @{} will know.", friend.username);
    }
    if rng.u8(..10) < 7 {
        text = format!("{text} #{}", pick(rng, topic.tags));
    }
    text
}

fn answers(rng: &mut Rng, people: &[Person], follows: &[(usize, usize)], tweets: &[Tweet]) -> Vec<Answer> {
    let mut answers = Vec::new();
    for (at, tweet) in tweets.iter().enumerate() {
        let readers = followers(follows, tweet.author);
        let renown = people.get(tweet.author).map_or(0.0, |person| person.renown);
        for _ in 0..few(rng, 0.0, 0.5 + 4.0 * renown) {
            let Some(author) = rng.choice(&readers).copied() else { continue };
            let is_reply = rng.u8(..3) == 0;
            let back = (rng.u8(..3) == 0).then(|| pick(rng, REPLIES).to_owned());
            answers.push(Answer { author, tweet: at, message: pick(rng, ANSWERS).to_owned(), back, is_reply });
        }
    }
    answers
}

fn presses(
    rng: &mut Rng,
    people: &[Person],
    follows: &[(usize, usize)],
    tweets: &[Tweet],
) -> Vec<(usize, usize, Button)> {
    let mut presses = BTreeSet::new();
    for (at, tweet) in tweets.iter().enumerate() {
        let readers = followers(follows, tweet.author);
        let charm = if tweet.landscapes.is_empty() { 1.0 } else { 1.6 };
        let renown = people.get(tweet.author).map_or(0.0, |person| person.renown);
        for _ in 0..few(rng, 0.0, charm * (2.0 + 14.0 * renown)) {
            // Mostly by followers, sometimes by others.
            let reader = if rng.u8(..8) == 0 { None } else { rng.choice(&readers).copied() };
            let reader = reader.unwrap_or_else(|| rng.usize(..people.len()));
            let button = match rng.u8(..20) {
                0..15 => Button::Like,
                15..18 => Button::Retweet,
                _ => Button::Save,
            };
            presses.insert((reader, at, button));
        }
    }
    let mut presses: Vec<_> = presses.into_iter().collect();
    rng.shuffle(&mut presses);
    presses
}

fn followers(follows: &[(usize, usize)], of: usize) -> Vec<usize> {
    follows.iter().filter(|(_, to)| *to == of).map(|(from, _)| *from).collect()
}

/// At least `least`, on average `mean` more, rarely much more.
fn few(rng: &mut Rng, least: f64, mean: f64) -> usize {
    let more = -(1.0 - rng.f64()).ln() * mean;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is small and not below zero")]
    let count = (least + more).min(1_000.0) as usize;
    count
}

/// An index, chosen by weight.
fn weighted(rng: &mut Rng, weights: &[f64]) -> usize {
    let mut left = rng.f64() * weights.iter().sum::<f64>();
    let last = weights.len().saturating_sub(1);
    weights
        .iter()
        .position(|weight| {
            left -= weight;
            left < 0.0
        })
        .unwrap_or(last)
}

fn pick(rng: &mut Rng, of: &[&'static str]) -> &'static str {
    rng.choice(of).copied().unwrap_or_default()
}

fn filled(rng: &mut Rng, of: &[&'static str]) -> String {
    let text = pick(rng, of);
    let number = rng.u8(2..24).to_string();
    text.replace("{place}", pick(rng, PLACES)).replace("{time}", pick(rng, TIMES)).replace("{number}", &number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_is_the_same_world() {
        let world = |seed| format!("{:?}", World::plan(seed, 60));
        assert_eq!(world(3), world(3));
        assert_ne!(world(3), world(4));
    }

    #[test]
    fn a_world_respects_the_services_limits() {
        let world = World::plan(1, 200);
        for tweet in &world.tweets {
            assert!((1..=280).contains(&tweet.message.chars().count()), "{}", tweet.message);
            assert!(!tweet.message.contains('{') && tweet.landscapes.len() <= 3, "{}", tweet.message);
        }
        assert!(world.people.iter().all(|person| person.bio.chars().count() <= 400));
        assert!(world.follows.iter().all(|(from, to)| from != to));
        for at in 0..world.people.len() {
            let tweets = world.tweets.iter().filter(|tweet| tweet.author == at).count();
            let answers = world.answers.iter().filter(|answer| answer.author == at).count();
            // The service accepts 120 per minute and person.
            assert!(tweets + answers < 100, "{tweets} and {answers}");
        }
    }

    #[test]
    fn a_few_have_many_followers_and_most_have_some() {
        let world = World::plan(1, 200);
        let mut counts: Vec<usize> = (0..200).map(|at| followers(&world.follows, at).len()).collect();
        counts.sort_unstable();
        assert!(counts[199] > 40 && counts[100] < 20, "{counts:?}");
        assert!(
            world.follows.len() > 1_500 && world.tweets.len() > 400,
            "{} {}",
            world.follows.len(),
            world.tweets.len()
        );
        assert!(world.deeds() > 3_000, "{}", world.deeds());
    }

    #[test]
    fn a_world_of_one_or_two_works_too() {
        for count in [1, 2] {
            let world = World::plan(9, count);
            assert_eq!(world.people.len(), count);
            assert!(world.tweets.len() > 1);
        }
    }
}
