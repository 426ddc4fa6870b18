//! Reads a page of the home timeline. It merges three kinds of lists by position: the stored timeline, the user's own
//! tweets, and, on read, the tweets and retweets of followed accounts that have too many followers for fan-out. A tweet
//! appears once.

use std::collections::HashSet;

use aviary_model::{EdgeId, TweetId, UserId};
use aviary_store::{ListPage, PageData, PageKeys, StoreError, TimelineEntry};
use futures_util::future::{try_join, try_join_all, try_join3};

use crate::state::TweetsState;

/// A page of a user's home timeline while it is read.
pub(crate) struct HomeTimelinePage<'a> {
    pub(crate) state: &'a TweetsState,
    pub(crate) user: UserId,
    /// The position after which the page begins.
    pub(crate) after: Option<EdgeId>,
    pub(crate) limit: i32,
}

/// The lists that are stored with the user.
pub(crate) struct StoredLists {
    home: ListPage<TimelineEntry>,
    own: ListPage<TimelineEntry>,
    /// Followed accounts whose tweets are merged on read.
    pulled: Vec<UserId>,
}

/// The merged entries of a page.
pub(crate) struct MergedPage {
    entries: Vec<TimelineEntry>,
    /// The position after which the next page begins.
    pub(crate) next: Option<String>,
    /// Positions of retweets that were merged on read. The stored timeline may hold their tweets at other positions.
    doubtful: HashSet<EdgeId>,
}

impl HomeTimelinePage<'_> {
    /// Reads the stored lists concurrently. One round trip.
    pub(crate) async fn read_lists(&self) -> Result<StoredLists, StoreError> {
        let home = &self.state.home;
        let page = home.page(self.user, self.after, self.limit, self.state.clock.now());
        let (home, own, pulled) = try_join3(page, self.tweets_of(self.user), home.pulls(self.user)).await?;
        Ok(StoredLists { home, own, pulled })
    }

    /// Merges the lists and drops the duplicates that the keys alone show. One round trip if accounts are merged on
    /// read, else none.
    pub(crate) async fn merge(&self, lists: StoredLists) -> Result<MergedPage, StoreError> {
        let StoredLists { mut home, own, pulled } = lists;
        let pulled_set: HashSet<UserId> = pulled.iter().copied().collect();
        // A tweet of a pulled account is merged at its own position; a retweet does not show it a second time.
        let is_merged = |entry: &TimelineEntry| entry.via.is_some() && pulled_set.contains(&entry.author);
        home.entries.retain(|entry| entry.author != self.user && !is_merged(entry));
        let tweets = try_join_all(pulled.iter().map(|user| self.tweets_of(*user)));
        let retweets = pulled.iter().map(|user| self.state.reactions.retweeted_by(*user, self.after, self.limit));
        let (tweets, mut retweets) = try_join(tweets, try_join_all(retweets)).await?;
        for page in &mut retweets {
            page.entries.retain(|entry| entry.author != self.user && !pulled_set.contains(&entry.author));
        }
        let doubtful = retweets.iter().flat_map(|page| page.entries.iter().map(|entry| entry.position)).collect();
        let mut pages = vec![home, own];
        pages.extend(tweets);
        pages.extend(retweets);
        let ListPage { entries, next } = merge_pages(pages, self.limit);
        Ok(MergedPage { entries, next, doubtful })
    }

    /// Reads the tweets of the entries and decides which are shown. An entry is hidden if the reader no longer follows
    /// any of its sources, or hides them. One round trip, none for an empty page; two if the stored timeline holds the
    /// tweet of a merged retweet.
    pub(crate) async fn visible(&self, page: &MergedPage) -> Result<(PageData, Vec<TweetId>), StoreError> {
        let keys = PageKeys::by(Some(self.user));
        let keys = page.entries.iter().fold(keys, |keys, entry| self.entry_keys(keys, entry));
        let doubtful = page.entries.iter().filter(|entry| page.doubtful.contains(&entry.position));
        let doubtful = doubtful.map(|entry| entry.tweet).collect();
        let stored = self.state.home.entries(self.user, &doubtful, self.state.clock.now());
        let (mut page_data, stored) = try_join(self.state.page_reads.read(&keys), stored).await?;
        if !stored.is_empty() {
            let keys = PageKeys::by(Some(self.user));
            let keys = stored.values().fold(keys, |keys, entry| self.source_keys(keys, entry));
            page_data = page_data.and(self.state.page_reads.read(&keys).await?);
        }
        // A tweet that the stored timeline shows at another position is not shown here a second time.
        let is_elsewhere = |entry: &TimelineEntry| {
            let stored = stored.get(&entry.tweet);
            stored.is_some_and(|stored| stored.position != entry.position && self.is_visible(stored, &page_data))
        };
        let shown = page.entries.iter().filter(|entry| self.is_visible(entry, &page_data) && !is_elsewhere(entry));
        let mut tweets = HashSet::new();
        // A tweet with several positions is shown at the first.
        let shown = shown.map(|entry| entry.tweet).filter(|tweet| tweets.insert(*tweet)).collect();
        Ok((page_data, shown))
    }

    fn entry_keys(&self, keys: PageKeys, entry: &TimelineEntry) -> PageKeys {
        self.source_keys(keys.tweet(entry.tweet, entry.author), entry)
    }

    /// The keys of the profiles of an entry's sources, and of the reader's follows of them.
    fn source_keys(&self, keys: PageKeys, entry: &TimelineEntry) -> PageKeys {
        let others = entry.bringers().filter(|other| *other != self.user);
        others.fold(keys, |keys, other| keys.author(other))
    }

    /// Is the entry the reader's own tweet, or does the reader follow one of its sources and hide neither that source
    /// nor the author?
    fn is_visible(&self, entry: &TimelineEntry, page_data: &PageData) -> bool {
        let is_followed = |source: UserId| {
            page_data.follows(source)
                && page_data.profile(source).is_some()
                && !page_data.visibility(source).is_hidden()
        };
        let hides_author = page_data.visibility(entry.author).is_hidden();
        entry.author == self.user || (!hides_author && entry.bringers().any(is_followed))
    }

    async fn tweets_of(&self, user: UserId) -> Result<ListPage<TimelineEntry>, StoreError> {
        let page = self.state.tweets.by_author(user, self.after.and_then(as_tweet), self.limit).await?;
        Ok(ListPage {
            entries: page.entries.into_iter().map(|tweet| TimelineEntry::tweeted(tweet, user)).collect(),
            next: page.next,
        })
    }
}

fn as_tweet(position: EdgeId) -> Option<TweetId> {
    position.to_string().parse().ok()
}

/// The first `limit` entries of all pages, newest first, each tweet once per position. Where a page ends before its
/// list does, the list's older entries are unknown, so the other lists are not shown beyond that position either.
fn merge_pages(pages: Vec<ListPage<TimelineEntry>>, limit: i32) -> ListPage<TimelineEntry> {
    let limit = usize::try_from(limit).unwrap_or_default();
    let horizon = pages.iter().filter_map(|page| page.next.as_ref()?.parse::<EdgeId>().ok()).max();
    let mut entries: Vec<TimelineEntry> = pages.into_iter().flat_map(|page| page.entries).collect();
    entries.retain(|entry| horizon.is_none_or(|horizon| entry.position >= horizon));
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.position));
    let cut = entries.len() > limit;
    entries.truncate(limit);
    let next = if cut { entries.last().map(|last| last.position) } else { horizon };
    let mut positions = HashSet::new();
    entries.retain(|entry| positions.insert((entry.position, entry.tweet)));
    ListPage { entries, next: next.map(|position| position.to_string()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn id(n: u32) -> String {
        format!("019a0000-0000-7000-8000-{n:012}")
    }

    fn entry(tweet: u32, position: u32) -> TimelineEntry {
        let (tweet, author) = (id(tweet).parse().unwrap(), id(0).parse().unwrap());
        TimelineEntry { position: id(position).parse().unwrap(), ..TimelineEntry::tweeted(tweet, author) }
    }

    fn positions(page: &ListPage<TimelineEntry>) -> Vec<String> {
        page.entries.iter().map(|entry| entry.position.to_string()).collect()
    }

    fn page(positions: &[u32], next: Option<u32>) -> ListPage<TimelineEntry> {
        ListPage { entries: positions.iter().map(|n| entry(*n, *n)).collect(), next: next.map(id) }
    }

    #[test]
    fn the_next_page_begins_after_the_last_entry_shown() {
        let merged = merge_pages(vec![page(&[9, 5], Some(5)), page(&[8, 7], Some(7)), page(&[], None)], 2);
        assert_eq!((positions(&merged), merged.next), (vec![id(9), id(8)], Some(id(8))));
        let last = merge_pages(vec![page(&[3], None), page(&[2], None)], 2);
        assert_eq!((positions(&last), last.next), (vec![id(3), id(2)], None));
    }

    #[test]
    fn entries_beyond_the_end_of_a_page_wait_for_the_next() {
        // The first page is empty, but its list continues after 6: entry 5 may not come before what follows 6.
        let merged = merge_pages(vec![page(&[], Some(6)), page(&[7, 5], None)], 2);
        assert_eq!((positions(&merged), merged.next), (vec![id(7)], Some(id(6))));
    }

    #[test]
    fn an_entry_in_two_lists_is_shown_once() {
        let (one, other) = (vec![entry(1, 9), entry(1, 1)], vec![entry(2, 5), entry(1, 1)]);
        let pages = [one, other].map(|entries| ListPage { entries, next: None });
        assert_eq!(positions(&merge_pages(pages.into(), 5)), [id(9), id(5), id(1)]);
    }
}
