//! The page of a search for people that a viewer sees.

use aviary_media::MediaUrls;
use aviary_model::{NameKey, UserId};
use aviary_store::{ListPage, PageKeys, PageReads, Profiles, SearchHit, StoreError};

use crate::person::Person;

/// How often a request reads on while everybody whom it found is hidden from the viewer.
const MAX_READS: usize = 10;
/// How many hits it then reads at once.
const READ_ON: i32 = 100;

/// A search by the beginning of a name, for this viewer or an anonymous one.
#[derive(Clone, Copy, Debug)]
pub struct PeopleSearch<'a> {
    /// Where names are found.
    pub profiles: &'a Profiles,
    /// Where the people are read.
    pub page_reads: &'a PageReads,
    /// The public URLs of their pictures.
    pub media: &'a MediaUrls,
    /// Who searches.
    pub viewer: Option<UserId>,
    /// The beginning of the name.
    pub query: &'a NameKey,
    /// How many people a page has.
    pub limit: i32,
}

impl PeopleSearch<'_> {
    /// The people of a page whom the viewer may see, and the place at which the next page begins. That is always the
    /// place of somebody shown, because a place tells the name and the id of whoever is there. So where nobody of a page
    /// is shown, the next one is read at once. A search ends where about a thousand people in a row are hidden. One
    /// round trip, and two more each time that nobody is shown.
    pub async fn shown(&self, mut found: ListPage<SearchHit>) -> Result<(Vec<Person>, Option<String>), StoreError> {
        let limit = usize::try_from(self.limit).unwrap_or_default();
        for _ in 0..MAX_READS {
            let mut people = self.visible(found.entries).await?;
            let has_more = found.next.is_some() || people.len() > limit;
            people.truncate(limit);
            let last = people.last().map(|(_, hit)| hit.place.clone());
            match found.next {
                Some(next) if last.is_none() => {
                    let page = self.profiles.search(self.query, Some(&next), READ_ON).await?;
                    // The place came from this search, so it belongs to it.
                    found = page.unwrap_or(ListPage { entries: Vec::new(), next: None });
                }
                _ => return Ok((people.into_iter().map(|(person, _)| person).collect(), last.filter(|_| has_more))),
            }
        }
        Ok((Vec::new(), None))
    }

    async fn visible(&self, hits: Vec<SearchHit>) -> Result<Vec<(Person, SearchHit)>, StoreError> {
        let keys = hits.iter().fold(PageKeys::by(self.viewer), |keys, hit| keys.person(hit.user));
        let page_data = self.page_reads.read(&keys).await?;
        let people = hits.into_iter().filter_map(|hit| {
            let profile = page_data.profile(hit.user)?;
            let is_shown = !page_data.visibility(hit.user).is_block() && hit.shows(profile, self.query);
            is_shown.then(|| (Person::of(profile, self.media), hit))
        });
        Ok(people.collect())
    }
}
