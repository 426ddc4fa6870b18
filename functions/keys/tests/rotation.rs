//! Tests of the handler over the local AWS: keys rotate, and no valid token is refused.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use aviary_auth::{Claims, Issuer, Lifetime, TokenError, TokenKind, Verifier};
use aviary_localaws::LocalAws;
use aviary_model::{Clock, SessionId, Timestamp, TokenId, UserId};
use aviary_runtime::{EventHandler, OsEntropy, Settings, Start};
use aviary_store::{Credentials, CredentialsTable, Db, KeysTable, SigningKeys};
use keys_function::Keys;
use serde_json::{Value, json};
use test_support::{ManualClock, sdk_config, start_local_aws, table};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const HOUR: i64 = 3_600;

struct Fixture {
    function: Keys,
    keys: SigningKeys,
    credentials: Credentials,
    clock: Arc<ManualClock>,
    _local: LocalAws,
}

impl Fixture {
    fn start(settings: &[(&str, &str)]) -> Self {
        let local = start_local_aws();
        let (keys, credentials) = (table("KeysTable"), table("CredentialsTable"));
        let tables = [("AVIARY_KEYS_TABLE", &*keys), ("AVIARY_CREDENTIALS_TABLE", &*credentials)];
        let all = tables.iter().chain(settings).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let clock = Arc::new(ManualClock::at(NOW));
        let entropy = Arc::new(OsEntropy);
        let db = Db::new(&sdk_config("local", &local), entropy.clone());
        let aws = sdk_config("local-keys", &local);
        let start = Start { settings: Settings::of(all).unwrap(), aws, clock: clock.clone(), entropy };
        Self {
            function: Keys::new(&start).unwrap(),
            keys: SigningKeys::new(&KeysTable::new(&db, &keys)),
            credentials: Credentials::new(&CredentialsTable::new(&db, &credentials)),
            clock,
            _local: local,
        }
    }

    async fn turn_after(&self, seconds: i64) -> String {
        self.clock.forward(seconds);
        let event = json!({ "source": "aws.events", "detail-type": "Scheduled Event" });
        let answer: Value = self.function.handle(event, self.clock.now().plus_seconds(10)).await.unwrap();
        answer["turned"].as_str().unwrap().to_owned()
    }

    async fn current(&self) -> String {
        self.keys.current().await.unwrap().unwrap().kid
    }
}

#[tokio::test]
async fn a_successor_is_published_before_it_signs() {
    let fixture = Fixture::start(&[]);
    assert_eq!(fixture.turn_after(0).await, "first");
    let first = fixture.current().await;
    assert_eq!(fixture.turn_after(HOUR).await, "nothing");
    let month = 30 * 24 * HOUR;
    assert_eq!(fixture.turn_after(month - HOUR - 15 * 60).await, "published");
    assert_eq!(fixture.turn_after(0).await, "nothing", "a second event changes nothing");
    assert_eq!(fixture.current().await, first);
    let next = fixture.keys.next().await.unwrap().unwrap().kid;
    assert_eq!(fixture.turn_after(15 * 60).await, "promoted");
    assert_eq!(fixture.current().await, next);
    let public = fixture.credentials.public_keys().await.unwrap();
    let end = |kid: &str| public.iter().find(|key| key.kid == kid).unwrap().expires_at;
    assert_eq!(end(&first), Some(fixture.clock.now().plus_seconds(25 * HOUR).seconds()));
    assert_eq!(end(&next), None);
}

#[tokio::test]
async fn concurrent_turns_create_one_key() {
    let fixture = Fixture::start(&[]);
    let turns = tokio::join!(fixture.turn_after(0), fixture.turn_after(0), fixture.turn_after(0));
    let turns = [turns.0, turns.1, turns.2];
    assert_eq!(turns.iter().filter(|turn| *turn == "first").count(), 1, "{turns:?}");
    assert_eq!(fixture.credentials.public_keys().await.unwrap().len(), 1);
}

/// During ten hours keys rotate, while processes that started at different times sign and verify.
#[tokio::test]
async fn no_valid_token_is_refused_while_keys_rotate() {
    let durations = [("AVIARY_KEY_SIGNING_SECONDS", "7200"), ("AVIARY_KEY_PUBLISHED_SECONDS", "900")];
    let fixture = Fixture::start(&durations);
    fixture.turn_after(0).await;
    let clock: Arc<dyn Clock> = fixture.clock.clone();
    let (mut signers, mut verifiers, mut tokens) = (Vec::new(), Vec::new(), Vec::new());
    let (mut promoted, mut kids) = (0, std::collections::BTreeSet::new());
    for minute in 0..600 {
        let turn = fixture.turn_after(60).await;
        promoted += usize::from(turn == "promoted");
        kids.insert(fixture.current().await);
        if minute % 173 == 0 {
            let issuer = Issuer::load(fixture.keys.clone(), &fixture.credentials, clock.clone(), Arc::new(OsEntropy));
            signers.push(issuer.await.unwrap());
            verifiers.push(Verifier::new(fixture.credentials.clone(), clock.clone()));
        }
        for issuer in &signers {
            issuer.freshen().await.unwrap();
            let claims = claims();
            tokens.push((fixture.clock.now(), issuer.issue(TokenKind::Refresh, Lifetime::Refresh, &claims).unwrap()));
        }
        // The newest eight, and each older one at times.
        for (index, (_, token)) in tokens.iter().enumerate() {
            if index + 8 >= tokens.len() || index % 97 == minute % 97 {
                for verifier in &verifiers {
                    let verdict = verifier.verify(token, Some(TokenKind::Refresh)).await.unwrap();
                    assert!(verdict.is_ok(), "minute {minute}, token {index}: {verdict:?}");
                }
            }
        }
    }
    assert!(promoted >= 3 && kids.len() == promoted + 1, "{promoted} rotations, {} keys", kids.len());
    // A token of the first key, after its lifetime.
    fixture.turn_after(25 * HOUR).await;
    let verdict = verifiers[0].verify(&tokens[0].1, None).await.unwrap();
    assert!(matches!(verdict, Err(TokenError::Expired | TokenError::Invalid)), "{verdict:?}");
}

fn claims() -> Claims {
    Claims {
        user: UserId::new(NOW, &OsEntropy).unwrap(),
        sid: SessionId::new(NOW, &OsEntropy).unwrap(),
        jti: TokenId::new(&OsEntropy).unwrap(),
    }
}

#[test]
fn an_invalid_duration_stops_the_start() {
    let start = |setting: (&str, &str)| {
        let aws = aviary_aws::sdk_config_for("http://127.0.0.1:1", "local", "local-secret");
        let settings = [("AVIARY_KEYS_TABLE", "k"), ("AVIARY_CREDENTIALS_TABLE", "c"), setting];
        let settings = Settings::of(settings.map(|(name, value)| (name.to_owned(), value.to_owned()))).unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        Keys::new(&Start { settings, aws, clock, entropy: Arc::new(OsEntropy) })
    };
    // Of the last two: processes read the keys every five minutes and would not know a key that signs earlier.
    for wrong in ["soon", "0", "1", "300"] {
        let error = start(("AVIARY_KEY_PUBLISHED_SECONDS", wrong)).unwrap_err();
        assert!(error.to_string().contains("AVIARY_KEY_PUBLISHED_SECONDS"), "{error}");
    }
    assert!(start(("AVIARY_KEY_FRESH_SECONDS", "900")).is_err(), "as long as a key is published");
    assert!(start(("AVIARY_KEY_PUBLISHED_SECONDS", "301")).is_ok());
    assert!(start(("AVIARY_KEY_FRESH_SECONDS", "899")).is_ok());
}
