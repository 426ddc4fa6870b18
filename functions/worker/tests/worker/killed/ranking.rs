//! A ranking that ends in its middle, at every change, is made up for by the next one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aviary_model::Clock;
use aviary_store::{Counter, RankedTweets};
use e2e::{AwsCall, Fault};
use serde_json::{Value, json};

use super::ProxiedWorker;
use crate::fixture::Fixture;

impl ProxiedWorker {
    /// Fires the schedule. False if the process died.
    fn fire(&mut self) -> bool {
        let event = json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} });
        let output = tokio::task::block_in_place(|| self.process.output_unless_killed(&event));
        let output: Option<Value> = output.map(|output| serde_json::from_slice(&output).unwrap());
        assert!(output.as_ref().is_none_or(|output| output["due"] == 0), "{output:?}");
        output.is_some()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_ranking_is_made_up_for() {
    for fault in [Fault::KillBefore, Fault::KillAfter] {
        // Three lists of tweets, the list of users, and the set of the followed ones.
        for at in 1..=5 {
            let fixture = Fixture::start();
            fixture.use_system_time();
            let (ada, bob) = (fixture.user("ada").await.id, fixture.user("bob").await.id);
            let second = (fixture.clock.now().millis() - crate::fixture::NOW.millis()) / 1_000;
            let mut newest = Vec::new();
            for number in 0..3 {
                newest.insert(0, fixture.tweet_at(ada, second + number, true).await);
            }
            fixture.count(Counter::Followers(bob), 2).await;
            assert!(fixture.ranked().add_followed(&[ada, bob].into()).await.unwrap());
            let changes = Arc::new(AtomicUsize::new(0));
            let (count, fault) = (changes.clone(), fault.clone());
            let plan = move |_, call: &AwsCall| match &*call.operation {
                "UpdateItem" => Fault::at(count.fetch_add(1, Ordering::SeqCst) + 1, at, fault.clone()),
                _ => Fault::Pass,
            };
            let mut killed = ProxiedWorker::start(&fixture, Box::new(plan));
            assert!(!killed.fire(), "the worker was not killed at change {at}");
            let mut undisturbed = ProxiedWorker::start(&fixture, Box::new(|_, _| Fault::Pass));
            assert!(undisturbed.fire());
            let ranked = fixture.ranked();
            for list in [RankedTweets::Latest, RankedTweets::Top, RankedTweets::Media] {
                let listed: Vec<_> = ranked.tweets(list).await.unwrap().into_iter().map(|(id, _)| id).collect();
                assert_eq!(listed, newest, "{list:?} after change {at}");
            }
            assert_eq!(ranked.popular().await.unwrap(), [bob], "after change {at}");
            assert!(ranked.stored_people().await.unwrap().followed.is_empty(), "after change {at}");
        }
    }
}
