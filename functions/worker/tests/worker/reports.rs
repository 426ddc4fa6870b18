//! Reports go with what they are about, and with who wrote them.

use aviary_model::{ReportId, ReportNote, ReportReason, ReportTarget, UserId};
use aviary_store::{Report, Reports, Task};

use crate::fixture::{Fixture, NOW, Random};
use crate::purge::finish;

async fn file(reports: &Reports, reporter: UserId, target: ReportTarget, author: UserId) {
    let (id, note) = (ReportId::new(NOW, &Random).unwrap(), ReportNote::parse("note").unwrap());
    let report = Report { id, reporter, target, author, reason: ReportReason::Spam, note, created_at: NOW };
    let case = reports.case(target).await.unwrap();
    reports.file(&report, case).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_account_leaves_no_report_and_no_case() {
    let fixture = Fixture::start();
    let reports = Reports::new(&fixture.social());
    let (stays, other, goes) = (fixture.user("stays").await, fixture.user("other").await, fixture.user("goes").await);
    let tweet = fixture.tweet(goes.id, 0).await;
    let kept = ReportTarget::Profile(stays.id);
    for target in [ReportTarget::Tweet(tweet), ReportTarget::Profile(goes.id)] {
        file(&reports, stays.id, target, goes.id).await;
    }
    file(&reports, goes.id, kept, stays.id).await;
    file(&reports, other.id, kept, stays.id).await;

    let purge = fixture.delete(&goes).await;
    fixture.deliver(&[&purge]).await;
    let again = fixture.job(Task::Purge { user: goes.id, round: 0 }).await;
    fixture.deliver(&[&again]).await;
    finish(&fixture).await;
    let id = goes.id.to_string();
    let left: Vec<String> = fixture.items().await.into_iter().filter(|item| item.contains(&id)).collect();
    assert_eq!(left, Vec::<String>::new());
    assert_eq!(reports.case(kept).await.unwrap().unwrap().spam, 1, "the report of the account that is left");
}
