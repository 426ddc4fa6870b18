//! `GET /api/profiles/<id>/followers/`, `…/following/`, `/api/profiles/blocked/`, `/muted/`.

use std::collections::BTreeSet;

use e2e::acts::people::{follow, relate};
use e2e::ids::{ids_on_all_pages, ids_on_page};
use e2e::{Account, PASSWORD, Service, eventually};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

fn person(account: &Account, alias: &str, image_url: &str) -> Value {
    json!({"id": account.id, "username": account.username, "alias": alias, "image_url": image_url})
}

fn page(people: &[Value]) -> Value {
    json!({"next": null, "previous": null, "results": people})
}

#[tokio::test]
async fn lists_of_people_have_the_newest_first() {
    let service = Service::running();
    let (a, b, c) = (service.signup().await, service.signup().await, service.signup().await);
    let body = json!({"profile_id": c.id, "alias": "Cee", "image_url": "https://example.com/c.png"});
    service.put("/api/profiles/edit/").bearer(&c.access).json(&body).send().await.with_status(200);
    for other in [&b, &c] {
        follow(&service, &a, other).await;
        follow(&service, other, &a).await;
        relate(&service, "POST", &a, "mute", &other.id).await.with_status(200);
    }
    let both = page(&[person(&c, "Cee", "https://example.com/c.png"), person(&b, "", "")]);
    let get = |path: String| service.get(&path).bearer(&b.access).send();
    // Own acts are listed at once, acts of others as soon as the index has them.
    get(format!("/api/profiles/{}/following/", a.id)).await.is(200, &both);
    service.get("/api/profiles/muted/").bearer(&a.access).send().await.is(200, &both);
    eventually("both followers", async || {
        let page = get(format!("/api/profiles/{}/followers/", a.id)).await.with_status(200);
        (page.json() == both).then_some(())
    })
    .await;
    for other in [&b, &c] {
        relate(&service, "POST", &a, "block", &other.id).await.with_status(200);
    }
    service.get("/api/profiles/blocked/").bearer(&a.access).send().await.is(200, &both);
    for list in ["blocked", "muted"] {
        service.get(&format!("/api/profiles/{list}")).bearer(&b.access).send().await.is(200, &page(&[]));
    }
}

#[tokio::test]
async fn lists_need_a_known_person_and_a_caller() {
    let service = Service::running();
    let account = service.signup().await;
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    for list in ["followers", "following"] {
        for id in ["x", "01a1f9f8-eb32-7f02-8f74-6c633c173b52"] {
            let call = service.get(&format!("/api/profiles/{id}/{list}/")).bearer(&account.access);
            call.send().await.is(404, &json!({"detail": "Not found."}));
        }
        service.get(&format!("/api/profiles/{}/{list}/", account.id)).send().await.unauthorized(&nobody);
    }
    for list in ["blocked", "muted"] {
        service.get(&format!("/api/profiles/{list}/")).send().await.unauthorized(&nobody);
    }
}

#[tokio::test]
async fn lists_omit_deleted_and_blocked_accounts() {
    let service = Service::running();
    let star = service.signup().await;
    let fans = join_all((0..4).map(|_| service.signup())).await;
    let viewer = &fans[0];
    for fan in &fans {
        follow(&service, fan, &star).await;
        follow(&service, &star, fan).await;
    }
    let (gone, blocks, blocked) = (&fans[1], &fans[2], &fans[3]);
    relate(&service, "POST", blocks, "block", &viewer.id).await.with_status(200);
    relate(&service, "POST", viewer, "block", &blocked.id).await.with_status(200);
    relate(&service, "POST", viewer, "block", &gone.id).await.with_status(200);
    let delete = service.delete("/auth/users/me/").bearer(&gone.access);
    delete.json(&json!({"current_password": PASSWORD})).send().await.with_status(204);
    for list in ["followers", "following"] {
        let path = format!("/api/profiles/{}/{list}/", star.id);
        eventually("those whom the viewer may see", async || {
            (ids_on_page(&service, viewer, &path).await == [viewer.id.clone()]).then_some(())
        })
        .await;
        // Others see all of them but the deleted one.
        let expected: BTreeSet<String> = [viewer, blocks, blocked].map(|one| one.id.clone()).into();
        eventually("everybody else", async || {
            let others: BTreeSet<String> = ids_on_page(&service, &star, &path).await.into_iter().collect();
            (others == expected).then_some(())
        })
        .await;
    }
    assert_eq!(ids_on_page(&service, viewer, "/api/profiles/blocked/").await, [blocked.id.as_str()]);
}

#[tokio::test]
async fn paging_neither_skips_nor_repeats_while_others_follow() {
    let service = Service::running();
    let star = service.signup().await;
    let fans = join_all((0..9).map(|_| service.signup())).await;
    let late = join_all((0..6).map(|_| service.signup())).await;
    for fan in &fans {
        follow(&service, fan, &star).await;
        follow(&service, &star, fan).await;
    }
    let followers = format!("/api/profiles/{}/followers/", star.id);
    eventually("all followers", async || {
        (ids_on_page(&service, &star, &followers).await.len() == fans.len()).then_some(())
    })
    .await;
    let expected: Vec<String> = fans.iter().rev().map(|fan| fan.id.clone()).collect();
    for list in ["followers", "following"] {
        for limit in [1, 2, 4, 9, 100] {
            let path = format!("/api/profiles/{}/{list}/?limit={limit}", star.id);
            let newcomers = async |page: usize| {
                let Some(newcomer) = late.get(page) else { return };
                if limit == 2 {
                    join(follow(&service, newcomer, &star), follow(&service, &star, newcomer)).await;
                } else if limit == 4 {
                    relate(&service, "DELETE", newcomer, "follow", &star.id).await.with_status(200);
                    relate(&service, "DELETE", &star, "follow", &newcomer.id).await.with_status(200);
                }
            };
            let seen = ids_on_all_pages(&service, &star, &path, newcomers).await;
            // Those who came or left meanwhile may be listed or not; the others are listed exactly once, in order.
            let seen: Vec<String> = seen.into_iter().filter(|id| late.iter().all(|one| one.id != *id)).collect();
            assert_eq!(seen, expected, "{list} by {limit}");
        }
        for newcomer in &late {
            relate(&service, "DELETE", newcomer, "follow", &star.id).await.with_status(200);
            relate(&service, "DELETE", &star, "follow", &newcomer.id).await.with_status(200);
        }
    }
}

#[tokio::test]
async fn a_cursor_belongs_to_its_own_list() {
    let service = Service::running();
    let (a, b) = (service.signup().await, service.signup().await);
    let others = join_all((0..3).map(|_| service.signup())).await;
    for other in &others {
        follow(&service, &a, other).await;
        relate(&service, "POST", &a, "mute", &other.id).await.with_status(200);
    }
    let get = async |path: &str| service.get(path).bearer(&a.access).send().await;
    let following = format!("/api/profiles/{}/following/", a.id);
    let next = get(&format!("{following}?limit=1")).await.with_status(200).field("next");
    let (_, cursor) = next.split_once("cursor=").unwrap();
    get(&format!("{following}?limit=1&cursor={cursor}")).await.with_status(200);
    let invalid = json!({"detail": "Invalid cursor"});
    for other in [
        format!("/api/profiles/{}/followers/?cursor={cursor}", a.id),
        format!("/api/profiles/{}/following/?cursor={cursor}", b.id),
        format!("/api/profiles/muted/?cursor={cursor}"),
        format!("/api/profiles/blocked/?cursor={cursor}"),
        format!("/api/profiles/search/?q=a&cursor={cursor}"),
        format!("{following}?cursor=x"),
        format!("{following}?cursor="),
        // The list's own name, and a position that is invalid.
        format!("{following}?cursor={}", forged(&format!("following/{}\nFOLLOW#~~~", a.id))),
        format!("/api/profiles/search/?q=a&cursor={}", forged("search/\"a\"\nb#x")),
    ] {
        get(&other).await.is(404, &invalid);
    }
}

fn forged(text: &str) -> String {
    use base64::Engine;
    base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(text)
}
