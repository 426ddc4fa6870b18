use proptest::prelude::*;

use super::*;

const DAY: i64 = 24 * 3_600;

fn token(number: u32) -> TokenId {
    format!("{number:032x}").parse().expect("32 hex digits")
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// A family as the service keeps it: tokens are numbered as they are minted.
struct Service {
    family: Family,
    minted: u32,
    currents: Vec<TokenId>,
}

impl Service {
    fn new() -> Self {
        let family = Family::new(token(0), token(1), at(0), at(0).plus_seconds(30 * DAY));
        Self { currents: vec![family.current.jti.clone()], family, minted: 1 }
    }

    /// Presents a token; the answer is the new refresh token, or nothing when the family has ended.
    fn refresh(&mut self, jti: &TokenId, now: Timestamp) -> Option<TokenId> {
        let fresh = token(self.minted + 1);
        match self.family.present(jti, now, fresh) {
            Presented::Repeat => Some(self.family.next.clone()),
            Presented::Promote(family) => {
                self.minted += 1;
                self.currents.push(family.current.jti.clone());
                self.family = family;
                Some(self.family.next.clone())
            }
            Presented::Theft => {
                self.family.revoked = true;
                None
            }
            Presented::Ended => None,
        }
    }
}

#[test]
fn a_client_that_keeps_its_first_token_goes_on() {
    let mut service = Service::new();
    for hour in 0..100 {
        assert_eq!(service.refresh(&token(0), at(hour * 3_600_000)), Some(token(1)));
    }
}

#[test]
fn a_token_superseded_longer_ago_than_the_grace_ends_the_family() {
    let mut service = Service::new();
    let next = service.refresh(&token(0), at(0)).expect("alive");
    service.refresh(&next, at(1_000)).expect("alive");
    assert!(service.refresh(&token(0), at(1_000 + GRACE_MILLIS - 1)).is_some());
    assert_eq!(service.refresh(&token(0), at(1_000 + GRACE_MILLIS)), None);
    assert_eq!(service.refresh(&service.family.next.clone(), at(40_000)), None, "everyone is out");
}

#[test]
fn a_token_that_was_never_of_the_family_ends_it() {
    let mut service = Service::new();
    assert_eq!(service.refresh(&token(99), at(0)), None);
    assert_eq!(service.refresh(&token(0), at(1)), None);
}

#[test]
fn a_family_ends_after_its_time() {
    let mut service = Service::new();
    assert_eq!(service.refresh(&token(0), at(30 * DAY * 1_000)), None);
}

#[test]
fn superseded_tokens_do_not_pile_up() {
    let mut service = Service::new();
    let mut token = token(0);
    for second in 0..1_000 {
        token = service.refresh(&token, at(second * 1_000)).expect("alive");
    }
    assert!(service.family.superseded.len() <= 31, "{}", service.family.superseded.len());
}

proptest! {
    /// Holders that share one token store, whose requests arrive up to 30 s late and whose answers may be
    /// lost, are never logged out.
    #[test]
    fn holders_of_one_store_are_never_logged_out(
        steps in prop::collection::vec((0i64..400_000, 0i64..GRACE_MILLIS, any::<bool>()), 1..60),
    ) {
        let mut service = Service::new();
        // Each request reads the shared store when it is sent and arrives later; sort by arrival.
        let mut sent = 0;
        let mut store: Vec<(i64, TokenId)> = vec![(0, token(0))];
        let mut requests: Vec<(i64, i64, bool)> = steps
            .into_iter()
            .map(|(gap, delay, lost)| { sent += gap; (sent, sent + delay, lost) })
            .collect();
        requests.sort_by_key(|(_, arrives, _)| *arrives);
        for (sent, arrives, lost) in requests {
            // What the store held at the time of sending: the newest answer written by then.
            let held = store.iter().filter(|(written, _)| *written <= sent).max_by_key(|(written, _)| *written);
            let held = held.expect("the first token is always there").1.clone();
            if arrives >= 30 * DAY * 1_000 { break; }
            let answer = service.refresh(&held, at(arrives));
            prop_assert!(answer.is_some(), "logged out at {arrives}");
            if !lost {
                store.push((arrives, answer.expect("checked")));
            }
        }
    }

    /// Two separate holders of a copied token: when one has promoted its token, the other's use of the
    /// superseded one after the grace ends the family.
    #[test]
    fn a_copied_token_is_found_out(rounds in 1usize..10, late in GRACE_MILLIS..10_000_000) {
        let mut service = Service::new();
        let copied = token(0);
        let mut owner = copied.clone();
        let mut now = 0;
        for _ in 0..=rounds {
            now += 60_000;
            owner = service.refresh(&owner, at(now)).expect("the owner is alone so far");
        }
        prop_assert_eq!(service.refresh(&copied, at(now + late)), None);
        prop_assert_eq!(service.refresh(&owner, at(now + late)), None);
    }

    /// Whatever is presented when, no token is current twice, and none that was superseded comes back.
    #[test]
    fn there_is_one_current(presented in prop::collection::vec((0u32..12, 0i64..100_000), 0..80)) {
        let mut service = Service::new();
        let mut now = 0;
        for (number, gap) in presented {
            now += gap;
            service.refresh(&token(number), at(now));
            let mut seen = service.currents.clone();
            seen.sort_by(|a, b| a.as_str().cmp(b.as_str()));
            seen.dedup();
            prop_assert_eq!(seen.len(), service.currents.len());
            prop_assert_ne!(&service.family.current.jti, &service.family.next);
        }
    }
}
