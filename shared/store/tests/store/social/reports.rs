//! Reports and the cases that they open.

use aviary_model::{ReportId, ReportNote, ReportReason, ReportTarget, TweetId, UserId};
use aviary_store::{CaseOutcome, Closed, Filed, Order, Report, Reports};
use futures_util::future::join_all;

use crate::fixture::{NOW, Random, Store};

fn target() -> ReportTarget {
    ReportTarget::Tweet(TweetId::new(NOW, &Random).unwrap())
}

fn somebody() -> UserId {
    UserId::new(NOW, &Random).unwrap()
}

fn report(target: ReportTarget, author: UserId, reason: ReportReason) -> Report {
    let (id, note) = (ReportId::new(NOW, &Random).unwrap(), ReportNote::parse("see there").unwrap());
    Report { id, reporter: somebody(), target, author, reason, note, created_at: NOW }
}

#[tokio::test]
async fn the_first_report_opens_a_case_and_a_repetition_changes_nothing() {
    let store = Store::start().await;
    let reports = Reports::new(&store.social);
    let report = report(target(), somebody(), ReportReason::Abuse);
    assert_eq!(reports.file(&report, None).await.unwrap(), Filed::New);
    let case = reports.case(report.target).await.unwrap().unwrap();
    assert_eq!((case.author, case.opened, case.abuse, case.reports()), (report.author, report.id, 1, 1));
    let again = Report { id: ReportId::new(NOW, &Random).unwrap(), reason: ReportReason::Spam, ..report.clone() };
    for read in [None, Some(case)] {
        assert_eq!(reports.file(&again, read).await.unwrap(), Filed::Before(report.id));
    }
    assert_eq!(reports.case(report.target).await.unwrap().unwrap().reports(), 1);
    let about = reports.about(report.target, None, 10).await.unwrap().entries;
    assert_eq!(
        about.iter().map(|report| (report.reporter, report.note.as_str())).collect::<Vec<_>>(),
        [(report.reporter, "see there")]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_of_one_thing_at_once_are_all_counted() {
    let store = Store::start().await;
    let reports = Reports::new(&store.social);
    let (target, author) = (target(), somebody());
    let all: Vec<_> = (0..12).map(|_| report(target, author, ReportReason::Spam)).collect();
    let filed = join_all(all.iter().map(|report| reports.file(report, None))).await;
    assert!(filed.into_iter().all(|filed| filed.unwrap() == Filed::New));
    assert_eq!(reports.case(target).await.unwrap().unwrap().spam, 12);
    assert_eq!(reports.cases(true, Order::NewestFirst, None, 10).await.unwrap().entries.len(), 1);
}

#[tokio::test]
async fn a_closed_case_leaves_the_queue_and_a_later_report_opens_it_again() {
    let store = Store::start().await;
    let reports = Reports::new(&store.social);
    let first = report(target(), somebody(), ReportReason::Other);
    reports.file(&first, None).await.unwrap();
    let case = reports.case(first.target).await.unwrap().unwrap();
    let closed = Closed { outcome: CaseOutcome::Dismissed, by: somebody(), at: NOW };
    assert!(reports.close(&case, closed, None).await.unwrap());
    assert!(!reports.close(&case, closed, None).await.unwrap(), "another member of staff was faster");
    let open = async || reports.cases(true, Order::NewestFirst, None, 10).await.unwrap().entries.len();
    let done = async || reports.cases(false, Order::NewestFirst, None, 10).await.unwrap().entries;
    assert_eq!((open().await, done().await[0].closed), (0, Some(closed)));

    let second = report(first.target, first.author, ReportReason::Other);
    // What was read is older than the closing.
    reports.file(&second, Some(case.clone())).await.unwrap();
    assert_eq!((open().await, done().await.len()), (1, 0));
    let again = reports.case(first.target).await.unwrap().unwrap();
    assert_eq!((again.other, again.opened), (2, second.id));
    assert!(!reports.close(&case, closed, None).await.unwrap(), "what was read was an earlier case");
}
