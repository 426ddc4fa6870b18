//! Users with data of every kind.

use aviary_auth::digest;
use aviary_media::{CleanImage, ImageFormat, ObjectKey, inspect};
use aviary_model::{Clock, Email, Family, MediaId, SessionId, TokenId, TweetId, TweetText, UserId, Username};
use aviary_store::{
    ClaimOutcome, Job, Media, OneTimePermission, Picture, Principal, Profile, ProfileChange, Registration,
    SessionOpening, SignIn, SignInError, Task, Tweet, User,
};

use crate::fixture::{Fixture, NOW, Random};

/// A PNG of one pixel.
const PIXEL: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x90, 0x77, 0x53, 0xde, 0x00, 0x00, 0x00, 0x0c, 0x49,
    0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0, 0x00, 0x00, 0x03, 0x01, 0x01, 0x00, 0xc9, 0xfe, 0x92, 0xef,
    0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

impl Fixture {
    /// A user with a mail address and no other data.
    pub(crate) async fn user(&self, name: &str) -> User {
        self.user_with(name, Some(&format!("{name}@example.com"))).await
    }

    pub(crate) async fn user_with(&self, name: &str, email: Option<&str>) -> User {
        let (user, profile) = new_user(name, email);
        let tables = &self.tables;
        Registration::new(&tables.accounts, &tables.credentials, &tables.profiles, user.clone(), profile)
            .commit()
            .await
            .unwrap();
        user
    }

    /// An inactive user with a mail address.
    pub(crate) async fn inactive_user(&self, name: &str) -> User {
        let (user, profile) = new_user(name, Some(&format!("{name}@example.com")));
        let tables = &self.tables;
        Registration::new(&tables.accounts, &tables.credentials, &tables.profiles, user.clone(), profile)
            .with_principal(Principal { epoch: 0, active: false, staff: false })
            .commit()
            .await
            .unwrap();
        user
    }

    /// A user with all kinds of sessions, security events, a picture, tweets with and without pictures, and integers.
    pub(crate) async fn busy_user(&self, name: &str) -> User {
        let user = self.user(name).await;
        self.sign_in(user.id, 0).await;
        self.one_time(user.id).await;
        self.once(user.id).await;
        self.picture(&user).await;
        self.tweet(user.id, 0).await;
        self.tweet(user.id, 2).await;
        self.integers(user.id).await;
        user
    }

    /// Opens a session of each kind in this epoch, with a security event.
    pub(crate) async fn sign_in(&self, user: UserId, epoch: u32) -> [SessionId; 3] {
        self.try_sign_in(user, epoch).await.unwrap()
    }

    /// As [`Self::sign_in`], of a user who may be gone.
    pub(crate) async fn try_sign_in(&self, user: UserId, epoch: u32) -> Result<[SessionId; 3], SignInError> {
        let opening =
            SessionOpening { user, epoch, now: NOW, address: "192.0.2.7".to_owned(), user_agent: "tests".to_owned() };
        let credentials = &self.tables.credentials;
        let sids = [session_id(), session_id(), session_id()];
        let month = NOW.plus_seconds(30 * 86_400);
        let family = Family::new(token_id(), token_id(), NOW, month);
        let others = credentials.device_tokens(user).await.unwrap();
        let activity = self.tables.activities.activity("login", NOW, "192.0.2.7", "tests").unwrap();
        let secret = digest(token_id().as_str());
        SignIn::new(credentials, opening)
            .with_family(sids[0], &family)
            .and_then(|sign_in| sign_in.with_device_token(sids[1], &digest(token_id().as_str()), &others))
            .and_then(|sign_in| sign_in.with_web_session(sids[2], &secret, &digest("csrf"), month))
            .and_then(|sign_in| sign_in.with_activity(&self.tables.activities, &activity))
            .unwrap()
            .commit()
            .await?;
        Ok(sids)
    }

    /// Uploads two pictures. The profile names the second, as after a crash before the first was removed.
    async fn picture(&self, user: &User) {
        for random in [1, 2] {
            let key = ObjectKey::avatar(user.id.uuid(), random, ImageFormat::Png);
            self.bucket.put(&key, &pixel()).await.unwrap();
            let change =
                ProfileChange { picture: Some(Some(Picture::Object(key.into_string()))), ..ProfileChange::default() };
            self.tables.profiles.change(user.id, &change).await.unwrap().unwrap();
        }
    }

    /// A tweet with this many pictures.
    pub(crate) async fn tweet(&self, author: UserId, pictures: u8) -> TweetId {
        let id = TweetId::new(NOW, &Random).unwrap();
        let mut media = Vec::new();
        for index in 0..pictures {
            let key = ObjectKey::tweet_image(id.uuid(), index, 7, ImageFormat::Png);
            self.bucket.put(&key, &pixel()).await.unwrap();
            let (id, key) = (MediaId::new(NOW, &Random).unwrap(), key.into_string());
            media.push(Media {
                id,
                kind: aviary_store::MediaKind::Image,
                key,
                width: 1,
                height: 1,
                alt: aviary_model::AltText::default(),
                thumbnail: None,
                blurhash: None,
                state: aviary_store::MediaState::Ready,
                direct: false,
            });
        }
        let message = TweetText::parse("Hello").unwrap();
        let tweet = Tweet { media, ..Tweet::new(id, author, message, NOW) };
        self.tweets.create(&tweet, &[], None).await.unwrap();
        id
    }

    /// Deletes the account as `auth` does. Returns the purge job of the transaction.
    pub(crate) async fn delete(&self, user: &User) -> Job {
        let purge = self.tables.jobs.job(Task::Purge { user: user.id, round: 0 }, self.clock.now()).unwrap();
        assert!(self.tables.delete(user, std::slice::from_ref(&purge), None, NOW).await.unwrap());
        purge
    }

    /// Claims an idempotency key for the user and does not complete it.
    pub(crate) async fn once(&self, user: UserId) {
        let claimed =
            self.tables.credentials.claim_idempotency_key(Some(user), &digest("key"), &digest("body"), NOW).await;
        assert!(matches!(claimed.unwrap(), ClaimOutcome::New(_)));
    }

    /// Stores a one-time token, as for a mail.
    pub(crate) async fn one_time(&self, user: UserId) {
        let token = OneTimePermission::Reset { user, state: "state".to_owned() };
        let hash = digest(token_id().as_str());
        self.tables.credentials.keep_one_time(&hash, token, NOW.plus_seconds(3_600)).await.unwrap();
    }
}

fn new_user(name: &str, email: Option<&str>) -> (User, Profile) {
    let (id, username) = (UserId::new(NOW, &Random).unwrap(), Username::parse(name).unwrap());
    let password = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned();
    let user = User::new(id, username, email.map(|email| Email::parse(email).unwrap()), password, NOW);
    let profile = Profile::new(user.id, user.username.clone(), NOW);
    (user, profile)
}

fn pixel() -> CleanImage {
    inspect(&[PIXEL.to_vec().into()], None).unwrap()
}

fn session_id() -> SessionId {
    SessionId::new(NOW, &Random).unwrap()
}

fn token_id() -> TokenId {
    TokenId::new(&Random).unwrap()
}
