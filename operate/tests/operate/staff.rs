//! Tests of making users staff.

use operate::staff::{StaffError, set_staff};

use crate::deployment::Deployment;

#[tokio::test]
async fn a_user_becomes_staff_and_no_longer_staff() {
    let deployment = Deployment::start();
    let ada = deployment.registered("Ada").await;
    let line = |what: &str| format!("Ada ({}) {what}.", ada.id);

    for (name, staff, said) in [
        ("aDa", true, "is staff now"),
        ("ada@example.com", true, "was staff already"),
        ("ada", false, "is no longer staff"),
        ("ada", false, "was not staff"),
    ] {
        assert_eq!(set_staff(&deployment.operator, name, staff).await.unwrap(), line(said));
        let principal = deployment.principal(ada.id).await.unwrap();
        assert_eq!((principal.staff, principal.active, principal.epoch), (staff, true, 0));
    }
    assert_eq!(deployment.events_of(ada.id).await, ["staff_granted", "staff_removed"], "only what changed");
}

#[tokio::test]
async fn nobody_is_made_staff_by_an_unknown_name() {
    let deployment = Deployment::start();
    for name in ["ada", "", &"a".repeat(1_000)] {
        let refused = set_staff(&deployment.operator, name, true).await.unwrap_err();
        assert!(matches!(&refused, StaffError::Unknown(unknown) if unknown == name), "{refused:?}");
    }
}

#[tokio::test]
async fn an_account_that_is_gone_gets_no_principal() {
    let deployment = Deployment::start();
    let id = aviary_model::UserId::new(deployment.operator.clock.now(), deployment.operator.entropy.as_ref()).unwrap();
    assert_eq!(deployment.operator.credentials.set_staff(id, true).await.unwrap(), None);
    assert_eq!(deployment.principal(id).await, None);
}
