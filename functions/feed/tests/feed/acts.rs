//! What users do: tweets, reactions, follows, and the end of accounts.

use aviary_model::{CommentId, EdgeId, TweetId, TweetText, UserId, Username};
use aviary_store::{Comment, Job, Profile, Reaction, Registration, ReplyTo, Task, Tweet, User};

use crate::world::{NOW, Random, World};

impl World {
    /// A new account, by its id.
    pub(crate) async fn user(&self, name: &str) -> UserId {
        self.account(name).await.id
    }

    pub(crate) async fn account(&self, name: &str) -> User {
        let (id, username) = (UserId::new(NOW, &Random).unwrap(), Username::parse(name).unwrap());
        let password = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned();
        let user = User::new(id, username, None, password, NOW);
        let profile = Profile::new(user.id, user.username.clone(), NOW);
        let tables = &self.tables;
        Registration::new(&tables.accounts, &tables.credentials, &tables.profiles, user.clone(), profile)
            .commit()
            .await
            .unwrap();
        user
    }

    pub(crate) async fn users<const N: usize>(&self) -> [UserId; N] {
        let mut users = Vec::new();
        for number in 0..N {
            users.push(self.user(&format!("user{number}")).await);
        }
        users.try_into().unwrap()
    }

    /// Deletes an account as `auth` does, in one transaction with the purge job.
    pub(crate) async fn delete_account(&self, user: &User) -> Job {
        let purge = self.tables.jobs.job(Task::Purge { user: user.id, round: 0 }, self.now()).unwrap();
        assert!(self.tables.delete(user, std::slice::from_ref(&purge), None, NOW).await.unwrap());
        purge
    }

    pub(crate) async fn follow(&self, follower: UserId, followed: UserId) {
        self.relations.follow(follower, followed, self.edge()).await.unwrap();
    }

    pub(crate) async fn unfollow(&self, follower: UserId, followed: UserId) {
        let was = self.relations.between(follower, followed).await.unwrap().unwrap();
        self.relations.unfollow(follower, was).await.unwrap();
    }

    pub(crate) async fn block(&self, blocker: UserId, blocked: UserId) {
        let was = self.relations.between(blocker, blocked).await.unwrap().unwrap();
        self.relations.block(blocker, was, self.edge()).await.unwrap();
    }

    pub(crate) async fn tweet(&self, author: UserId, message: &str) -> Tweet {
        self.tweet_that(author, message, None).await
    }

    pub(crate) async fn reply(&self, author: UserId, to: &Tweet, message: &str) -> Tweet {
        self.tweet_that(author, message, Some(ReplyTo { tweet: to.id, author: to.author })).await
    }

    async fn tweet_that(&self, author: UserId, message: &str, in_reply_to: Option<ReplyTo>) -> Tweet {
        let id = TweetId::new(self.now(), &Random).unwrap();
        let mut tweet = Tweet::new(id, author, TweetText::parse(message).unwrap(), self.now());
        tweet.in_reply_to = in_reply_to;
        self.tweets.create(&tweet, &[], None).await.unwrap();
        tweet
    }

    pub(crate) async fn comment(&self, author: UserId, tweet: &Tweet, message: &str) -> Comment {
        let comment = Comment {
            id: CommentId::new(self.now(), &Random).unwrap(),
            author,
            tweet: tweet.id,
            tweet_author: tweet.author,
            message: TweetText::parse(message).unwrap(),
            in_reply_to: None,
            likes: 0,
            comments: 0,
            created_at: self.now(),
            edited_at: None,
        };
        self.comments.create(&comment, &[], None).await.unwrap();
        comment
    }

    pub(crate) async fn react(&self, actor: UserId, reaction: Reaction, tweet: &Tweet) {
        self.reactions.put(actor, reaction, tweet, self.now()).await.unwrap();
    }

    pub(crate) async fn like(&self, actor: UserId, tweet: &Tweet) {
        self.react(actor, Reaction::Like, tweet).await;
    }

    pub(crate) async fn unlike(&self, actor: UserId, tweet: &Tweet) {
        self.unreact(actor, Reaction::Like, tweet).await;
    }

    pub(crate) async fn retweet(&self, actor: UserId, tweet: &Tweet) {
        self.react(actor, Reaction::Retweet, tweet).await;
    }

    pub(crate) async fn unretweet(&self, actor: UserId, tweet: &Tweet) {
        self.unreact(actor, Reaction::Retweet, tweet).await;
    }

    async fn unreact(&self, actor: UserId, reaction: Reaction, tweet: &Tweet) {
        let held = self.reactions.by(actor, tweet.id).await.unwrap();
        self.reactions.remove(actor, reaction, tweet.id, held).await.unwrap();
    }

    pub(crate) async fn like_comment(&self, actor: UserId, comment: &Comment) {
        self.reactions.like_comment(actor, comment, self.now()).await.unwrap();
    }

    pub(crate) fn edge(&self) -> EdgeId {
        EdgeId::new(self.now(), &Random).unwrap()
    }
}
