//! Five people follow, tweet, reply, like, mute, block and delete. After each act every screen of each of them, and of
//! an anonymous visitor, must agree with a model.

mod acts;
mod model;
mod screens;

use acts::World;
use model::Person;

const ANN: Person = Person(0);
const BEN: Person = Person(1);
const CAT: Person = Person(2);
const DAN: Person = Person(3);
const EVE: Person = Person(4);

#[tokio::test]
async fn every_screen_agrees_with_the_model_after_every_act() {
    let mut world = World::begin(["ann", "ben", "cat", "dan", "eve"]).await;
    for (follower, followed) in [(ANN, BEN), (ANN, CAT), (BEN, ANN), (CAT, BEN), (DAN, ANN), (EVE, BEN)] {
        world.follow(follower, followed).await;
    }
    world.check("six follows").await;

    let (tag, ann, ben) = (world.tag(), world.at(ANN), world.at(BEN));
    let root = world.tweet(BEN, &format!("good morning {ann} #{tag}")).await;
    world.check("a tweet with a mention and a tag").await;
    let answer = world.reply(CAT, root, &format!("good morning {ben}")).await;
    let second = world.reply(ANN, answer, "and to you both").await;
    world.check("a thread of two replies").await;
    world.comment(DAN, root, "early today").await;
    world.check("a comment").await;
    for person in [ANN, DAN, CAT] {
        world.like(person, root).await;
    }
    for (person, tweet) in [(BEN, answer), (CAT, second)] {
        world.like(person, tweet).await;
    }
    world.comment(CAT, second, "and to you").await;
    world.check("five likes, and another comment").await;
    world.retweet(ANN, root).await;
    world.retweet(CAT, second).await;
    world.check("two retweets, one of which reaches a person who does not follow the author").await;
    world.read_all(BEN).await;
    world.check("all notifications of a person are read").await;

    world.mute(ANN, CAT).await;
    world.check("a mute").await;
    world.tweet(CAT, &format!("does {ann} hear me? #{tag}")).await;
    world.check("a tweet by a muted account").await;
    world.block(BEN, EVE).await;
    world.check("a block").await;
    world.refused_by_block(EVE, BEN, root).await;
    world.check("acts that the block refuses").await;
    world.tweet(EVE, &format!("nobody hears me #{tag}")).await;
    world.follow(DAN, BEN).await;
    world.follow(DAN, CAT).await;
    world.check("a tweet by the blocked account, and follows that add earlier tweets").await;

    world.delete_tweet(BEN, root).await;
    world.check("a deleted tweet").await;
    world.delete_account(CAT).await;
    world.check("a deleted account").await;
    world.tweet(ANN, "what is left of us").await;
    world.check("a tweet after the deletions").await;
}
