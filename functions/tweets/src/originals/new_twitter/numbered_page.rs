//! Pages by number.
//!
//! The service's lists have cursors. A page by number reads the keys of the list up to the end of the page, and the
//! things of the page alone. The bound keeps what a request reads small.

use aviary_store::ListPage;
use aviary_web::{Form, Value};

/// The entries after which a list by pages ends.
const MAX_ENTRIES: i32 = 500;
const DEFAULT_LIMIT: i32 = 10;
const MAX_LIMIT: i32 = 100;

/// A page of a list: how many entries come before it, and where it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NumberedPage {
    before: i32,
    end: i32,
}

impl NumberedPage {
    /// The page that `page` (from 1) and `limit` (10) name; what is no positive number counts as absent. `None` beyond
    /// the bound, where every page is empty.
    pub(crate) fn of(form: &Form) -> Option<Self> {
        let limit = number(form, "limit").unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
        let page = number(form, "page").unwrap_or(1);
        let end = page.checked_mul(limit).filter(|end| *end <= MAX_ENTRIES)?;
        Some(Self { before: end - limit, end })
    }

    /// How many entries of the list are read, from its beginning.
    pub(crate) fn end(self) -> i32 {
        self.end
    }

    /// The entries of the page, of those that were read from the list's beginning.
    pub(crate) fn cut<T>(self, read: ListPage<T>) -> ListPage<T> {
        let [before, end] = [self.before, self.end].map(|at| usize::try_from(at).unwrap_or_default());
        ListPage { entries: read.entries.into_iter().take(end).skip(before).collect(), next: None }
    }
}

fn number(form: &Form, name: &str) -> Option<i32> {
    let Value::Text(text) = form.get(name)? else { return None };
    text.trim().parse().ok().filter(|number: &i32| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(page: &str, limit: &str) -> Option<(i32, i32)> {
        let field = |name: &str, value: &str| (name.to_owned(), Value::Text(value.to_owned()));
        let form = Form::new(vec![field("page", page), field("limit", limit)]);
        NumberedPage::of(&form).map(|page| (page.before, page.end))
    }

    #[test]
    fn a_page_ends_within_the_first_five_hundred_entries() {
        assert_eq!(page("1", ""), Some((0, 10)));
        assert_eq!(page("x", "-1"), Some((0, 10)));
        assert_eq!(page("50", "10"), Some((490, 500)));
        assert_eq!(page("51", "10"), None);
        assert_eq!(page("5", "1000"), Some((400, 500)));
        assert_eq!(page("2147483647", "100"), None);
    }

    #[test]
    fn a_page_has_what_comes_after_the_pages_before() {
        let page = NumberedPage { before: 2, end: 4 };
        let cut = |read: Vec<u8>| page.cut(ListPage { entries: read, next: Some("x".to_owned()) }).entries;
        assert_eq!((cut(vec![1, 2, 3, 4]), cut(vec![1, 2, 3]), cut(vec![1])), (vec![3, 4], vec![3], vec![]));
    }
}
