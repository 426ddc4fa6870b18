//! Tests of errors: each says whether the same request may succeed later.

use aviary_model::NameKey;
use aviary_store::{
    Accounts, AccountsTable, Credentials, CredentialsTable, Profile, Registration, RegistrationError, StoreError,
};
use serde_json::json;
use tokio::net::TcpListener;

use crate::dynamodb::scripted::{Scripted, refusal};
use crate::fixture::{NOW, Names, Store, key, number, random_token, session_id, storage, text, user};

fn is_corrupt<T: std::fmt::Debug>(answer: Result<T, StoreError>, table: &str) -> bool {
    matches!(&answer, Err(StoreError::Corrupt { table: named, .. }) if named == table)
}

#[tokio::test]
async fn a_corrupt_item_is_an_error_that_names_its_table() {
    let store = Store::start().await;
    let ada = store.registered("ada").await;
    let (pk, sid) = (format!("U#{}", ada.id), session_id());
    let session = format!("S#{sid}");
    let names = store.names.clone();
    for (table, pk, sk) in [
        (&names.accounts, &*pk, "USER"),
        (&names.accounts, "NAME#ada", "NAME"),
        (&names.credentials, &*pk, "PRINCIPAL"),
        (&names.credentials, &*pk, &*session),
        (&names.social, &*pk, "PROFILE"),
        (&names.social, "NAME#ada", "NAME"),
    ] {
        let mut item = key(pk, sk);
        item.insert("id".to_owned(), text("not an id"));
        item.insert("epoch".to_owned(), number(-1));
        store.raw_put(table, item).await;
    }
    let name = NameKey::of("ada");
    assert!(is_corrupt(store.accounts.by_id(ada.id).await, &names.accounts));
    assert!(is_corrupt(store.accounts.owner_of(&name).await, &names.accounts));
    assert!(is_corrupt(store.credentials.principal(ada.id).await, &names.credentials));
    assert!(is_corrupt(store.credentials.caller_state(ada.id, sid).await, &names.credentials));
    assert!(is_corrupt(store.credentials.family(ada.id, sid).await, &names.credentials));
    let (jti, fresh) = (random_token(), random_token());
    let promoted = store.credentials.promote(ada.id, sid, &jti, &fresh, NOW);
    assert!(is_corrupt(promoted.await, &names.credentials));
    assert!(is_corrupt(store.profiles.by_id(ada.id).await, &names.social));
    assert!(is_corrupt(store.profiles.by_name(&name).await, &names.social));
}

#[tokio::test]
async fn a_missing_table_is_a_rejected_request() {
    let store = Store::start().await;
    let nowhere = Credentials::new(&CredentialsTable::new(&store.db, "no-such-table"));
    let (ada, sid) = (user("ada", None).id, session_id());
    let errors = [
        nowhere.check().await.unwrap_err(),
        nowhere.caller_state(ada, sid).await.unwrap_err(),
        nowhere.public_keys().await.unwrap_err(),
        nowhere.revoke_family(ada, sid).await.unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, StoreError::Rejected(_)) && !error.is_passing(), "{error:?}");
    }
    let missing = Accounts::new(&AccountsTable::new(&store.db, "no-such-table"));
    let ada = user("ada", None);
    let profile = Profile::new(ada.id, ada.username.clone(), ada.created_at);
    let registration = Registration::new(&missing, &store.credentials, &store.profiles, ada, profile);
    let error = registration.commit().await.unwrap_err();
    assert!(matches!(error, RegistrationError::Store(StoreError::Rejected(_))), "{error:?}");
}

#[tokio::test]
async fn an_unreachable_dynamodb_is_a_passing_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let store = Store::at(&url, Names::of(&storage("nowhere")), None);
    let error = store.credentials.check().await.unwrap_err();
    assert!(matches!(error, StoreError::Passing(_)) && error.is_passing(), "{error:?}");
    let error = store.register(&user("ada", None)).await.unwrap_err();
    assert!(matches!(error, RegistrationError::Store(StoreError::Passing(_))), "{error:?}");
}

#[tokio::test]
async fn only_passing_errors_are_retried() {
    for (status, code, passing) in [
        (400, "ProvisionedThroughputExceededException", true),
        (400, "ThrottlingException", true),
        (500, "InternalServerError", true),
        (503, "ServiceUnavailable", true),
        (400, "AccessDeniedException", false),
        (400, "ValidationException", false),
        (400, "ResourceNotFoundException", false),
    ] {
        let dynamodb = Scripted::start(vec![(status, refusal(code))]).await;
        let error = dynamodb.store.credentials.check().await.unwrap_err();
        assert_eq!(error.is_passing(), passing, "{code}: {error:?}");
        assert_eq!(matches!(error, StoreError::Rejected(_)), !passing, "{code}: {error:?}");
        let requests = dynamodb.requests().len();
        assert_eq!(requests > 1, passing, "{code} was asked {requests} times");
    }
}

#[tokio::test]
async fn a_malformed_response_is_not_a_corrupt_item() {
    let dynamodb = Scripted::start(vec![(200, json!("what?"))]).await;
    let error = dynamodb.store.credentials.check().await.unwrap_err();
    assert!(!matches!(error, StoreError::Corrupt { .. }), "{error:?}");
}
