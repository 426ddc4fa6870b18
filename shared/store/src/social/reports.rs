//! Reports of tweets, comments and profiles, and the cases that they open.
//!
//! `R#<reporter> / REPORT#<target>` is a report: one person reports one thing once. `CASE#<target> / CASE` is the case of
//! a thing: it counts its reports by reason, and lies in the list of open cases until staff close it.

use aviary_model::{ReportId, ReportNote, ReportReason, ReportTarget, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::dynamodb::client::MAX_ROUNDS;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Item, Key, count, item, number, shard, text};
use crate::dynamodb::pages::{ListPage, Order, id_behind};
use crate::dynamodb::table::SocialTable;
use crate::dynamodb::transaction::{Committed, Transaction, WriteId};
use crate::jobs::{Job, Jobs, job_item};
use crate::social::by_time::by_time;
use crate::social::keys::{case_key, list_pk, report_key, reports_list};

/// One person's report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// The id, which sorts by time.
    pub id: ReportId,
    /// Who reports.
    pub reporter: UserId,
    /// What is reported.
    pub target: ReportTarget,
    /// Whose it is.
    pub author: UserId,
    /// Why.
    pub reason: ReportReason,
    /// What the reporter wrote about it.
    #[serde(default, skip_serializing_if = "ReportNote::is_empty")]
    pub note: ReportNote,
    /// When it was reported.
    pub created_at: Timestamp,
}

/// All reports about one thing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Case {
    /// What was reported.
    pub target: ReportTarget,
    /// Whose it is.
    pub author: UserId,
    /// The report that opened the case.
    pub opened: ReportId,
    /// The number of reports as spam.
    #[serde(default, deserialize_with = "count")]
    pub spam: u64,
    /// The number of reports as abuse.
    #[serde(default, deserialize_with = "count")]
    pub abuse: u64,
    /// The number of reports as illegal.
    #[serde(default, deserialize_with = "count")]
    pub illegal: u64,
    /// The number of reports for other reasons.
    #[serde(default, deserialize_with = "count")]
    pub other: u64,
    /// What staff did. `None` while the case is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
}

impl Case {
    /// The number of reports for this reason.
    #[must_use]
    pub fn count(&self, reason: ReportReason) -> u64 {
        match reason {
            ReportReason::Spam => self.spam,
            ReportReason::Abuse => self.abuse,
            ReportReason::Illegal => self.illegal,
            ReportReason::Other => self.other,
        }
    }

    /// The number of all its reports.
    #[must_use]
    pub fn reports(&self) -> u64 {
        ReportReason::ALL.iter().map(|reason| self.count(*reason)).sum()
    }
}

/// How a case was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// What was done.
    pub outcome: CaseOutcome,
    /// Who did it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// What staff did about a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseOutcome {
    /// What was reported is deleted.
    TakenDown,
    /// Its author was warned by mail.
    Warned,
    /// Its author's account is deactivated.
    Deactivated,
    /// Nothing was done.
    Dismissed,
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filed {
    /// It is written.
    New,
    /// The same person reported the same thing before, with this id.
    Before(ReportId),
}

#[derive(Deserialize)]
struct Id {
    id: ReportId,
}

/// The reports and cases of the `social` table.
#[derive(Clone, Debug)]
pub struct Reports {
    table: SocialTable,
}

impl Reports {
    /// Uses this table. Makes no call.
    #[must_use]
    pub fn new(table: &SocialTable) -> Self {
        Self { table: table.clone() }
    }

    /// The case of this thing, open or closed. One round trip.
    pub async fn case(&self, target: ReportTarget) -> Result<Option<Case>, StoreError> {
        self.table.get(case_key(target)).await
    }

    /// Writes a report, counts it in the case that was read before, and opens that if it is missing or closed. One
    /// round trip, one more for each report of the same thing that comes in between.
    pub async fn file(&self, report: &Report, case: Option<Case>) -> Result<Filed, StoreError> {
        let mut case = case;
        for round in 0..MAX_ROUNDS {
            self.table.db.pause_before(round).await?;
            let mut transaction = Transaction::default();
            let at = transaction.create(&self.table, report_item(report)?)?;
            let case_at = count_in_case(&mut transaction, &self.table, report, case.as_ref())?;
            let committed = transaction.commit(&self.table.db).await?;
            if let Committed::Done = committed {
                return Ok(Filed::New);
            }
            if let Some(found) = committed.refusal(at).and_then(|refusal| refusal.found.clone()) {
                return Ok(Filed::Before(self.table.read::<Id>(found)?.id));
            }
            let found = committed.refusal(case_at).and_then(|refusal| refusal.found.clone());
            case = found.map(|found| self.table.read(found)).transpose()?;
        }
        Err(StoreError::Contended("others reported the same thing at the same time"))
    }

    /// A page of the open or the closed cases, by the time when they were opened, after the report `after`. The index
    /// lags. Two round trips.
    pub async fn cases(
        &self,
        open: bool,
        order: Order,
        after: Option<ReportId>,
        limit: i32,
    ) -> Result<ListPage<Case>, StoreError> {
        let list = if open { OPEN } else { CLOSED };
        let after = after.map(|id| id.to_string());
        let page = by_time(&self.table, list, order, after.as_deref(), limit).await?;
        let page = page.filter_map(|item| id_behind::<ReportTarget>(&item, "pk", CASE));
        let found = self.table.batch_get_many_lagging(page.entries.iter().map(|at| case_key(*at)).collect()).await?;
        let cases = found.into_iter().map(|item| self.table.read(item)).collect::<Result<Vec<Case>, _>>()?;
        let of = |target: ReportTarget| cases.iter().find(|case| case.target == target).cloned();
        // An entry whose case was closed or opened meanwhile belongs to the other list.
        Ok(page.filter_map(|target| of(target).filter(|case| case.closed.is_none() == open)))
    }

    /// A page of the reports about a thing, newest first. The index lags. Two round trips.
    pub async fn about(
        &self,
        target: ReportTarget,
        after: Option<ReportId>,
        limit: i32,
    ) -> Result<ListPage<Report>, StoreError> {
        let after = after.map(|id| id.to_string());
        let list = reports_list(target);
        let page = self.table.list_page(&list, Order::NewestFirst, after.as_deref(), limit).await?;
        let reporters = page.entries.iter().filter_map(|item| id_behind(item, "pk", REPORTER));
        let keys: Vec<Key> = reporters.map(|reporter| report_key(reporter, target)).collect();
        let found = self.table.batch_get_many_lagging(keys).await?;
        let mut reports = found.into_iter().map(|item| self.table.read(item)).collect::<Result<Vec<Report>, _>>()?;
        reports.sort_by_key(|report| std::cmp::Reverse(report.id));
        Ok(ListPage { entries: reports, next: page.next })
    }

    /// Closes a case that is as it was read, and writes a job with it. False if it was closed or opened again
    /// meanwhile, or is gone. One round trip.
    pub async fn close(&self, case: &Case, closed: Closed, job: Option<(&Jobs, &Job)>) -> Result<bool, StoreError> {
        let value = serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(closed)
            .map_err(|cause| StoreError::Rejected(format!("an outcome can't be written: {cause}")))?;
        let update = Update::new()
            .set("closed", value)
            .set("time_pk", text(shard(CLOSED, case.opened.uuid())))
            .when(is_open(case));
        let mut transaction = Transaction::default();
        transaction.update(&self.table, case_key(case.target), &update)?;
        if let Some((jobs, job)) = job {
            transaction.create(&jobs.table, job_item(job)?)?;
        }
        Ok(matches!(transaction.commit(&self.table.db).await?, Committed::Done))
    }
}

const OPEN: &str = "OPENCASES";
const CLOSED: &str = "CLOSEDCASES";
/// The prefix of the partition of a case.
pub(crate) const CASE: &str = "CASE#";
/// The prefix of the partition of a person's reports.
pub(crate) const REPORTER: &str = "R#";

/// The case is open, and no report has opened it again since it was read.
fn is_open(case: &Case) -> Condition {
    Condition::missing("closed").and(Condition::equals("opened", text(case.opened.to_string())))
}

fn count_in_case(
    transaction: &mut Transaction,
    table: &SocialTable,
    report: &Report,
    case: Option<&Case>,
) -> Result<WriteId, StoreError> {
    let counted = Update::new().add(report.reason.as_str(), number(1));
    let update = match case.filter(|case| case.closed.is_none()) {
        Some(case) => counted.when(is_open(case)),
        None => counted
            .set("target", text(report.target.to_string()))
            .set("author", text(report.author.to_string()))
            .set("opened", text(report.id.to_string()))
            .set("time_pk", text(shard(OPEN, report.id.uuid())))
            .set("time_sk", text(report.id.to_string()))
            .remove("closed")
            .when(Condition::item_missing().or(Condition::exists("closed"))),
    };
    transaction.update(table, case_key(report.target), &update)
}

fn report_item(report: &Report) -> Result<Item, StoreError> {
    let list = list_pk(&reports_list(report.target), report.reporter.uuid());
    let index = [("list_pk", list), ("list_sk", report.id.to_string())];
    item(report_key(report.reporter, report.target), report, index)
}
