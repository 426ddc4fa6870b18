use proptest::prelude::*;

use super::*;

const DAY: i64 = 24 * 3_600;

fn token(number: u32) -> TokenId {
    format!("{number:032x}").parse().expect("32 hex digits")
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// A family as the service stores it. Tokens are numbered in the order in which they are issued.
struct Service {
    family: Family,
    issued: u32,
    currents: Vec<TokenId>,
}

impl Service {
    fn new() -> Self {
        let family = Family::new(token(0), token(1), at(0), at(0).plus_seconds(30 * DAY));
        Self { currents: vec![family.current.jti.clone()], family, issued: 1 }
    }

    /// Presents a token; returns the new refresh token, or `None` if the family has ended.
    fn refresh(&mut self, jti: &TokenId, now: Timestamp) -> Option<TokenId> {
        let fresh = token(self.issued + 1);
        match self.family.present(jti, now, fresh) {
            RefreshDecision::Repeat => Some(self.family.next.clone()),
            RefreshDecision::Promote(family) => {
                self.issued += 1;
                self.currents.push(family.current.jti.clone());
                self.family = family;
                Some(self.family.next.clone())
            }
            RefreshDecision::Theft => {
                self.family.revoked = true;
                None
            }
            RefreshDecision::Ended => None,
        }
    }
}

#[test]
fn a_client_may_keep_its_first_token() {
    let mut service = Service::new();
    for hour in 0..100 {
        assert_eq!(service.refresh(&token(0), at(hour * 3_600_000)), Some(token(1)));
    }
}

#[test]
fn a_token_superseded_before_the_grace_period_ends_the_family() {
    let mut service = Service::new();
    let next = service.refresh(&token(0), at(0)).expect("alive");
    service.refresh(&next, at(1_000)).expect("alive");
    assert!(service.refresh(&token(0), at(1_000 + GRACE_MILLIS - 1)).is_some());
    assert_eq!(service.refresh(&token(0), at(1_000 + GRACE_MILLIS)), None);
    assert_eq!(service.refresh(&service.family.next.clone(), at(40_000)), None, "every client is logged out");
}

#[test]
fn an_unknown_token_ends_the_family() {
    let mut service = Service::new();
    assert_eq!(service.refresh(&token(99), at(0)), None);
    assert_eq!(service.refresh(&token(0), at(1)), None);
}

#[test]
fn a_family_ends_when_it_expires() {
    let mut service = Service::new();
    assert_eq!(service.refresh(&token(0), at(30 * DAY * 1_000)), None);
}

#[test]
fn superseded_tokens_do_not_accumulate() {
    let mut service = Service::new();
    let mut token = token(0);
    for second in 0..1_000 {
        token = service.refresh(&token, at(second * 1_000)).expect("alive");
    }
    assert!(service.family.superseded.len() <= 31, "{}", service.family.superseded.len());
}

proptest! {
    /// Clients that share one token store are never logged out, though their requests arrive up to 30 s late and
    /// responses may be lost.
    #[test]
    fn clients_that_share_a_store_are_never_logged_out(
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
            // The client sends what the store held at that time: the newest response written by then.
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

    /// Two clients hold the same copied token. When one has promoted its token, the other ends the family by presenting
    /// the superseded one after the grace period.
    #[test]
    fn a_copied_token_ends_the_family(rounds in 1usize..10, late in GRACE_MILLIS..10_000_000) {
        let mut service = Service::new();
        let copied = token(0);
        let mut owner = copied.clone();
        let mut now = 0;
        for _ in 0..=rounds {
            now += 60_000;
            owner = service.refresh(&owner, at(now)).expect("only the owner has refreshed so far");
        }
        prop_assert_eq!(service.refresh(&copied, at(now + late)), None);
        prop_assert_eq!(service.refresh(&owner, at(now + late)), None);
    }

    /// Whatever is presented, and whenever: no token becomes current twice, so a superseded one never returns.
    #[test]
    fn no_token_is_current_twice(presented in prop::collection::vec((0u32..12, 0i64..100_000), 0..80)) {
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
