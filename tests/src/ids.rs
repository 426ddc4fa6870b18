//! Ids in answers and in lists of pages.

use serde_json::Value;

use crate::client::{Account, Service};

/// The `id` of a tweet, comment or person.
#[must_use]
pub fn id_of(thing: &Value) -> String {
    thing["id"].as_str().unwrap_or_else(|| panic!("no id in {thing}")).to_owned()
}

/// The ids of a page's results.
#[must_use]
pub fn ids_of(page: &Value) -> Vec<String> {
    page["results"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// The ids of the page at this path.
pub async fn ids_on_page(service: &Service, caller: &Account, path: &str) -> Vec<String> {
    let page = service.get(path).bearer(&caller.access).send().await.with_status(200).json();
    ids_of(&page)
}

/// The ids of all pages, by following `next`. `between` runs after each page and gets the number of pages so far.
pub async fn ids_on_all_pages(
    service: &Service,
    caller: &Account,
    path: &str,
    mut between: impl AsyncFnMut(usize),
) -> Vec<String> {
    let (mut all, mut next, mut pages) = (Vec::new(), Some(path.to_owned()), 0);
    while let Some(path) = next {
        let page = service.get(&path).bearer(&caller.access).send().await.with_status(200).json();
        assert_eq!(page["previous"], Value::Null);
        all.extend(ids_of(&page));
        next = page["next"].as_str().map(|url| url.strip_prefix(&service.url).expect("our own URL").to_owned());
        pages += 1;
        assert!(pages < 100, "the list does not end");
        between(pages).await;
    }
    all
}
