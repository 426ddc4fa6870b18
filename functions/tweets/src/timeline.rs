//! The home timeline: what was written to it, one's own tweets, and what those do who have too many followers to be
//! written to all of them, merged by their positions. A tweet is in it once.

use std::collections::HashSet;

use aviary_model::{EdgeId, TweetId, UserId};
use aviary_store::{ListPage, PageData, PageKeys, StoreError, TimelineEntry};
use futures_util::future::{try_join, try_join_all, try_join3};

use crate::TweetsState;

/// A page of somebody's home timeline that is being put together.
pub(crate) struct Timeline<'a> {
    pub(crate) state: &'a TweetsState,
    pub(crate) user: UserId,
    /// The position after which it begins.
    pub(crate) after: Option<EdgeId>,
    pub(crate) limit: i32,
}

/// What lies where the reader is.
pub(crate) struct Written {
    home: ListPage<TimelineEntry>,
    own: ListPage<TimelineEntry>,
    pulls: Vec<UserId>,
}

/// A page of places in a timeline.
pub(crate) struct Merged {
    entries: Vec<TimelineEntry>,
    /// The place after which the next page begins.
    pub(crate) next: Option<String>,
    /// Places of retweets that were merged: their tweets may have been written at other places.
    doubtful: HashSet<EdgeId>,
}

impl Timeline<'_> {
    /// Reads all of it beside each other: one step.
    pub(crate) async fn written(&self) -> Result<Written, StoreError> {
        let home = &self.state.home;
        let page = home.page(self.user, self.after, self.limit, self.state.clock.now());
        let (home, own, pulls) = try_join3(page, self.tweets_of(self.user), home.pulls(self.user)).await?;
        Ok(Written { home, own, pulls })
    }

    /// The page, without what can't be seen by the keys alone. One step more if somebody is merged.
    pub(crate) async fn merged(&self, written: Written) -> Result<Merged, StoreError> {
        let Written { mut home, own, pulls } = written;
        let pulled: HashSet<UserId> = pulls.iter().copied().collect();
        // Whoever retweets what is merged at its own place does not bring it here a second time.
        let is_merged = |entry: &TimelineEntry| entry.via.is_some() && pulled.contains(&entry.author);
        home.entries.retain(|entry| entry.author != self.user && !is_merged(entry));
        let tweets = try_join_all(pulls.iter().map(|user| self.tweets_of(*user)));
        let retweets = pulls.iter().map(|user| self.state.reactions.retweeted_by(*user, self.after, self.limit));
        let (tweets, mut retweets) = try_join(tweets, try_join_all(retweets)).await?;
        for page in &mut retweets {
            // What is merged at its own place already needs no second one.
            page.entries.retain(|entry| entry.author != self.user && !pulled.contains(&entry.author));
        }
        let doubtful = retweets.iter().flat_map(|page| page.entries.iter().map(|entry| entry.position)).collect();
        let mut pages = vec![home, own];
        pages.extend(tweets);
        pages.extend(retweets);
        let ListPage { entries, next } = merge(pages, self.limit);
        Ok(Merged { entries, next, doubtful })
    }

    /// Reads what the entries lead to, and says which of them are shown: who follows nobody any more who brought
    /// a tweet here, or hides them, does not see it. One step, none where there is nothing; two where a merged retweet
    /// is of a tweet that was written at another place.
    pub(crate) async fn visible(&self, page: &Merged) -> Result<(PageData, Vec<TweetId>), StoreError> {
        let wanted = PageKeys::by(Some(self.user));
        let wanted = page.entries.iter().fold(wanted, |wanted, entry| self.wanted(wanted, entry));
        let doubtful = page.entries.iter().filter(|entry| page.doubtful.contains(&entry.position));
        let doubtful = doubtful.map(|entry| entry.tweet).collect();
        let held = self.state.home.entries(self.user, &doubtful, self.state.clock.now());
        let (mut seen, held) = try_join(self.state.page_reads.read(&wanted), held).await?;
        if !held.is_empty() {
            let bringers =
                held.values().fold(PageKeys::by(Some(self.user)), |wanted, entry| self.bringers(wanted, entry));
            seen = seen.and(self.state.page_reads.read(&bringers).await?);
        }
        // What is shown at another place is not shown here a second time.
        let elsewhere = |entry: &TimelineEntry| {
            held.get(&entry.tweet).is_some_and(|held| held.position != entry.position && self.brings(held, &seen))
        };
        let shown = page.entries.iter().filter(|entry| self.brings(entry, &seen) && !elsewhere(entry));
        let mut tweets = HashSet::new();
        // Once, where it comes first.
        let shown = shown.map(|entry| entry.tweet).filter(|tweet| tweets.insert(*tweet)).collect();
        Ok((seen, shown))
    }

    fn wanted(&self, wanted: PageKeys, entry: &TimelineEntry) -> PageKeys {
        self.bringers(wanted.tweet(entry.tweet, entry.author), entry)
    }

    fn bringers(&self, wanted: PageKeys, entry: &TimelineEntry) -> PageKeys {
        let others = entry.bringers().filter(|other| *other != self.user);
        others.fold(wanted, |wanted, other| wanted.person(other).follows(other))
    }

    /// Is there anybody who brings this entry's tweet to the reader, and nothing between the reader and its author?
    fn brings(&self, entry: &TimelineEntry, seen: &PageData) -> bool {
        let brings = |who: UserId| seen.follows(who) && seen.profile(who).is_some() && !seen.hide(who).hides();
        entry.author == self.user || (!seen.hide(entry.author).hides() && entry.bringers().any(brings))
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

/// The first `limit` of all pages by their positions, newest first, each place of a tweet once. Where a page
/// ends before its list does, nothing older is known of that list, so nothing older is shown of the others.
fn merge(pages: Vec<ListPage<TimelineEntry>>, limit: i32) -> ListPage<TimelineEntry> {
    let limit = usize::try_from(limit).unwrap_or_default();
    let horizon = pages.iter().filter_map(|page| page.next.as_ref()?.parse::<EdgeId>().ok()).max();
    let mut entries: Vec<TimelineEntry> = pages.into_iter().flat_map(|page| page.entries).collect();
    entries.retain(|entry| horizon.is_none_or(|horizon| entry.position >= horizon));
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.position));
    let cut = entries.len() > limit;
    entries.truncate(limit);
    let next = if cut { entries.last().map(|last| last.position) } else { horizon };
    let mut places = HashSet::new();
    entries.retain(|entry| places.insert((entry.position, entry.tweet)));
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
    fn pages_are_merged_by_position_and_go_on_after_the_last_one_shown() {
        let merged = merge(vec![page(&[9, 5], Some(5)), page(&[8, 7], Some(7)), page(&[], None)], 2);
        assert_eq!((positions(&merged), merged.next), (vec![id(9), id(8)], Some(id(8))));
        let last = merge(vec![page(&[3], None), page(&[2], None)], 2);
        assert_eq!((positions(&last), last.next), (vec![id(3), id(2)], None));
    }

    #[test]
    fn what_lies_behind_the_end_of_a_page_waits_for_the_next() {
        // Of the first list nothing is left to be shown, but it goes on after 6; 5 may not come before what follows 6.
        let merged = merge(vec![page(&[], Some(6)), page(&[7, 5], None)], 2);
        assert_eq!((positions(&merged), merged.next), (vec![id(7)], Some(id(6))));
    }

    #[test]
    fn a_place_that_two_lists_have_is_one() {
        let (one, other) = (vec![entry(1, 9), entry(1, 1)], vec![entry(2, 5), entry(1, 1)]);
        let pages = [one, other].map(|entries| ListPage { entries, next: None });
        assert_eq!(positions(&merge(pages.into(), 5)), [id(9), id(5), id(1)]);
    }
}
