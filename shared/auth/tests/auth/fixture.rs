//! A DynamoDB for each test, and a clock that the test moves.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aviary_auth::{Claims, Refresh, Verifier, digest};
use aviary_localaws::{Config, LocalAws};
use aviary_model::{Clock, Family, SessionId, Timestamp, TokenId, UserId, Username};
use aviary_runtime::OsEntropy;
use aviary_store::{
    Accounts, AccountsTable, Credentials, CredentialsTable, Db, KeysTable, Profile, Profiles, Registration,
    SessionOpening, SignIn, SigningKeys, SocialTable, User,
};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

/// The time at which all tests start: a whole second.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
pub(crate) const MONTH: i64 = 30 * 24 * 3_600;

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub(crate) struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

impl TestClock {
    pub(crate) fn advance_millis(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

pub(crate) struct World {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) credentials: Credentials,
    pub(crate) keys: SigningKeys,
    /// A client for writes that the store does not offer.
    pub(crate) raw: Client,
    pub(crate) url: String,
    pub(crate) db: Db,
    _aws: LocalAws,
}

/// A user with one session of each kind, and the first tokens of the refresh family.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) user: UserId,
    pub(crate) sid: SessionId,
    pub(crate) family: Family,
    /// The session of [`DEVICE_TOKEN`].
    pub(crate) device: SessionId,
    /// The session of [`COOKIE`] and [`CSRF`]; it ends after a minute.
    pub(crate) web: SessionId,
}

pub(crate) const DEVICE_TOKEN: &str = "0b26247231851c198b59fd6a5a13b5ae2ac20e61";
pub(crate) const COOKIE: &str = "5e551075e551075e551075e551075e551075e551075e551075e551075e551075";
pub(crate) const CSRF: &str = "c5afc5afc5afc5afc5afc5afc5afc5afc5afc5afc5afc5afc5afc5afc5afc5af";

pub(crate) const CREDENTIALS: &str = "aviary-local-CredentialsTable";

impl World {
    pub(crate) fn start() -> Self {
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
        let aws = LocalAws::start(Config::temporary(&template).unwrap()).unwrap();
        let url = aws.dynamodb_url();
        let db = db(&url);
        Self {
            clock: Arc::new(TestClock(AtomicI64::new(NOW.millis()))),
            credentials: Credentials::new(&CredentialsTable::new(&db, CREDENTIALS)),
            keys: SigningKeys::new(&KeysTable::new(&db, "aviary-local-KeysTable")),
            raw: Client::new(&aviary_aws::sdk_config_for(&url, "local", "local-secret")),
            url,
            db,
            _aws: aws,
        }
    }

    pub(crate) fn verifier(&self) -> Verifier {
        Verifier::new(self.credentials.clone(), self.clock.clone())
    }

    pub(crate) fn refresh(&self) -> Refresh {
        Refresh { credentials: self.credentials.clone(), clock: self.clock.clone(), entropy: Arc::new(OsEntropy) }
    }

    /// Makes a user with one session of each kind.
    pub(crate) async fn sign_in(&self) -> SignedIn {
        let id = UserId::new(NOW, &OsEntropy).unwrap();
        let username = Username::parse("ada").unwrap();
        let user = User::new(id, username.clone(), None, "-".to_owned(), NOW);
        let profile = Profile::new(id, username, NOW);
        let accounts = Accounts::new(&AccountsTable::new(&self.db, "aviary-local-AccountsTable"));
        let profiles = Profiles::new(&SocialTable::new(&self.db, "aviary-local-SocialTable"));
        let [sid, device, web] = [(); 3].map(|()| SessionId::new(NOW, &OsEntropy).unwrap());
        let family = Family::new(token_id(), token_id(), NOW, NOW.plus_seconds(MONTH));
        let sign_in = SignIn::new(&self.credentials, opening(id))
            .with_family(sid, &family)
            .unwrap()
            .with_device_token(device, &digest(DEVICE_TOKEN), &[])
            .unwrap()
            .with_web_session(web, &digest(COOKIE), &digest(CSRF), NOW.plus_seconds(60))
            .unwrap();
        Registration::new(&accounts, &self.credentials, &profiles, user, profile)
            .with_sign_in(sign_in)
            .commit()
            .await
            .unwrap();
        SignedIn { user: id, sid, family, device, web }
    }

    /// Sets one attribute of the user's principal.
    pub(crate) async fn set_principal(&self, user: UserId, name: &str, value: AttributeValue) {
        let call = self.raw.update_item().table_name(CREDENTIALS);
        let call = call.key("pk", AttributeValue::S(format!("U#{user}")));
        let call = call.key("sk", AttributeValue::S("PRINCIPAL".to_owned()));
        let call = call.update_expression("SET #name = :value").expression_attribute_names("#name", name);
        call.expression_attribute_values(":value", value).send().await.unwrap();
    }

    pub(crate) async fn remove_principal(&self, user: UserId) {
        let call = self.raw.delete_item().table_name(CREDENTIALS);
        let call = call.key("pk", AttributeValue::S(format!("U#{user}")));
        call.key("sk", AttributeValue::S("PRINCIPAL".to_owned())).send().await.unwrap();
    }
}

impl SignedIn {
    /// The claims of the family's refresh token with this id.
    pub(crate) fn token(&self, jti: &TokenId) -> Claims {
        Claims { user: self.user, sid: self.sid, jti: jti.clone() }
    }

    pub(crate) fn first(&self) -> Claims {
        self.token(&self.family.current.jti)
    }

    pub(crate) fn next(&self) -> Claims {
        self.token(&self.family.next)
    }
}

/// A new connection, as another process would have.
pub(crate) fn db(url: &str) -> Db {
    Db::new(&aviary_aws::sdk_config_for(url, "local", "local-secret"), Arc::new(OsEntropy))
}

pub(crate) fn opening(user: UserId) -> SessionOpening {
    SessionOpening { user, epoch: 0, now: NOW, address: "192.0.2.7".to_owned(), user_agent: "tests".to_owned() }
}

pub(crate) fn token_id() -> TokenId {
    TokenId::new(&OsEntropy).unwrap()
}
