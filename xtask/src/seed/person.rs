//! People of the made-up world.

use fastrand::Rng;

use crate::cli::DEFAULT_SEED;

use super::texts::{FIRST_NAMES, LAST_NAMES, TOPICS, Topic};

/// A person.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) username: String,
    pub(super) alias: String,
    pub(super) bio: String,
    /// Topics of the person's tweets, mostly the first.
    pub(super) topics: [&'static Topic; 2],
    /// Weight with which others choose the person. A few people have most of it.
    pub(super) renown: f64,
    /// Seed of the picture.
    pub(super) picture: u64,
}

/// This number of people with different names, the best-known first.
pub(super) fn people(rng: &mut Rng, seed: u64, count: usize) -> Vec<Person> {
    let mut names: Vec<(&str, &str)> =
        FIRST_NAMES.iter().flat_map(|first| LAST_NAMES.iter().map(move |last| (*first, *last))).collect();
    rng.shuffle(&mut names);
    let round = names.len().max(1);
    let named = names.iter().cycle().take(count).enumerate();
    named.map(|(at, (first, last))| person(rng, seed, (at, at / round), (first, last))).collect()
}

fn person(rng: &mut Rng, seed: u64, (at, again): (usize, usize), (first, last): (&str, &str)) -> Person {
    // The default seed gives plain names. Names of other seeds differ from them.
    let number = match (seed, again) {
        (DEFAULT_SEED, 0) => String::new(),
        (DEFAULT_SEED, again) => again.to_string(),
        (seed, 0) => format!("_{seed}"),
        (seed, again) => format!("_{seed}_{again}"),
    };
    let (topic, second) = (topic(rng), topic(rng));
    #[allow(clippy::cast_precision_loss, reason = "nobody makes as many people")]
    let renown = 1.0 / (at as f64 + 3.0).powf(0.9);
    Person {
        username: format!("{}_{}{number}", first.to_lowercase(), last.to_lowercase()),
        alias: format!("{first} {last}"),
        bio: bio(rng, topic, second),
        topics: [topic, second],
        renown,
        picture: rng.u64(..),
    }
}

fn topic(rng: &mut Rng) -> &'static Topic {
    let [first, ..] = &TOPICS;
    rng.choice(&TOPICS).unwrap_or(first)
}

fn bio(rng: &mut Rng, topic: &Topic, second: &Topic) -> String {
    let also = second.tags.first().copied().unwrap_or_default();
    match rng.u8(..4) {
        0 => format!("{}. Also #{also}.", topic.bio),
        1 => format!("{}.", topic.bio),
        2 if topic.bio != second.bio => format!("{}. {}.", topic.bio, second.bio),
        _ => format!("{}. Opinions borrowed, mistakes my own.", topic.bio),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_within_and_between_worlds() {
        let of = |seed: u64, count| people(&mut Rng::with_seed(seed), seed, count);
        let many = FIRST_NAMES.len() * LAST_NAMES.len() * 2 + 1;
        let worlds = [of(DEFAULT_SEED, many), of(5, 300), of(51, 300)];
        let names: HashSet<_> = worlds.iter().flatten().map(|person| person.username.clone()).collect();
        assert_eq!(names.len(), many + 600);
        assert!(names.iter().all(|name| name.len() <= 150 && name.is_ascii()));
    }
}
