//! Removes reports and cases with what they are about, and with who wrote them.

use aviary_model::{ReportTarget, UserId};

use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Key, number};
use crate::dynamodb::pages::{Order, PartitionRange, id_behind};
use crate::dynamodb::transaction::Transaction;
use crate::removal::{PAGE, PAGES, Purge};
use crate::social::keys::{case_key, report_key, reporter_pk, reports_list};
use crate::social::reports::{REPORTER, Report};

/// Reports of one person that are read at once.
const REPORTS: i32 = 25;

impl Purge {
    /// Removes the reports about a thing that is gone, and then its case. True if there is more.
    pub async fn reports_about(&self, target: ReportTarget) -> Result<bool, StoreError> {
        let mut after = None;
        for _ in 0..PAGES {
            let page = self.social.list_page(&reports_list(target), Order::OldestFirst, after.as_deref(), PAGE).await?;
            let reporters = page.entries.iter().filter_map(|item| id_behind(item, "pk", REPORTER));
            let keys: Vec<Key> = reporters.map(|reporter| report_key(reporter, target)).collect();
            self.delete_each(&self.social, keys).await?;
            match page.next {
                Some(next) => after = Some(next),
                None => {
                    self.social.delete(case_key(target)).await?;
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Removes a page of the reports that a user wrote, and takes them out of the counts of their cases. True if there is
    /// more.
    pub async fn reports_by(&self, user: UserId) -> Result<bool, StoreError> {
        let own =
            PartitionRange { pk: reporter_pk(user), prefix: "REPORT#", by_recency: false, order: Order::OldestFirst };
        let page = self.social.own_page(&own, None, REPORTS).await?;
        for item in page.entries {
            let report: Report = self.social.read(item)?;
            let key = report_key(user, report.target);
            let mut transaction = Transaction::default();
            // Without this condition a repetition would take it out of the counts twice.
            transaction.delete_if(&self.social, key.clone(), &Condition::item_exists())?;
            let less = Update::new().add(report.reason.as_str(), number(-1)).when(Condition::item_exists());
            let case = transaction.update(&self.social, case_key(report.target), &less)?;
            if transaction.commit(&self.feed.db).await?.refused(case) {
                // Its case went with what it is about.
                self.social.delete(key).await?;
            }
        }
        Ok(page.next.is_some())
    }
}
