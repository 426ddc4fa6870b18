//! Concurrent refreshes of one family: all get the same tokens, and nobody is logged out.

use std::collections::BTreeSet;

use aviary_auth::Refresh;
use aviary_model::{Family, GRACE_MILLIS, TokenId};
use futures_util::future::join_all;

use crate::fixture::{SignedIn, World, db};

const HOLDERS: usize = 20;

/// Twenty processes, each with its own connection.
fn functions(world: &World) -> Vec<Refresh> {
    let one = || {
        let credentials = aviary_store::Credentials::new(&aviary_store::CredentialsTable::new(
            &db(&world.url),
            crate::fixture::CREDENTIALS,
        ));
        Refresh { credentials, ..world.refresh() }
    };
    std::iter::repeat_with(one).take(HOLDERS).collect()
}

async fn stored(world: &World, of: &SignedIn) -> Family {
    world.credentials.family(of.user, of.sid).await.unwrap().unwrap().0
}

/// Presents these tokens concurrently and returns every result.
async fn present(functions: &[Refresh], of: &SignedIn, tokens: &[TokenId]) -> BTreeSet<String> {
    let presented = functions.iter().zip(tokens.iter().cycle()).map(|(function, jti)| {
        let claims = of.token(jti);
        async move { function.present(&claims).await.unwrap().claims.jti.as_str().to_owned() }
    });
    join_all(presented).await.into_iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_concurrent_uses_of_next_get_the_same_successor() {
    let world = World::start();
    let functions = functions(&world);
    let ada = world.sign_in().await;
    let mut token = ada.family.next.clone();
    // First in one round trip, then twice within the grace, then in one round trip again.
    for pause in [GRACE_MILLIS, 0, 1_000, GRACE_MILLIS] {
        world.clock.advance_millis(pause);
        let answers = present(&functions, &ada, std::slice::from_ref(&token)).await;
        let family = stored(&world, &ada).await;
        assert_eq!(answers, BTreeSet::from([family.next.as_str().to_owned()]));
        assert_eq!(family.current.jti, token, "exactly one promotion");
        assert!(!family.revoked);
        token = family.next;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_first_and_second_tokens_agree() {
    let world = World::start();
    let functions = functions(&world);
    let ada = world.sign_in().await;
    world.clock.advance_millis(GRACE_MILLIS);
    let held = [ada.family.current.jti.clone(), ada.family.next.clone()];
    let answers = present(&functions, &ada, &held).await;

    // A first token that was presented before the second was promoted gets the second.
    let family = stored(&world, &ada).await;
    let expected = BTreeSet::from([ada.family.next.as_str().to_owned(), family.next.as_str().to_owned()]);
    assert!(answers.is_subset(&expected) && answers.contains(family.next.as_str()), "{answers:?}");
    assert_eq!(family.current.jti, ada.family.next);
    assert!(!family.revoked);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_token_among_concurrent_ones_revokes_the_family() {
    let world = World::start();
    let functions = functions(&world);
    let ada = world.sign_in().await;
    world.clock.advance_millis(GRACE_MILLIS);
    let newest = world.refresh().present(&ada.next()).await.unwrap().claims;
    world.clock.advance_millis(GRACE_MILLIS);

    let stolen = ada.first();
    let presented = functions.iter().enumerate().map(|(n, function)| {
        let claims = if n == HOLDERS / 2 { stolen.clone() } else { newest.clone() };
        async move { function.present(&claims).await }
    });
    let answers = join_all(presented).await;
    assert!(answers[HOLDERS / 2].is_err());
    assert!(stored(&world, &ada).await.revoked);
    for function in &functions {
        assert!(function.present(&newest).await.is_err(), "the family has ended for all");
    }
}
