//! Removal of integers: `del-logout` removes those of the web session, a deleted account all, in the table and bucket.

use aviary_media::Folder;
use aviary_model::{IntegerSession, UserId};
use e2e::acts::integers::{MORE_UNITS_THAN_AN_ITEM_HOLDS, media_bucket, object_of, start_upload, units, upload};
use e2e::{Account, Call, PASSWORD, Service, eventually};
use serde_json::{Value, json};

fn user(account: &Account) -> UserId {
    account.id.parse().unwrap()
}

/// The keys of the objects of a user's sets, as the table names them.
async fn objects(service: &Service, account: &Account) -> Vec<aviary_media::PrivateKey> {
    let items = service.dynamodb().mentions("IntegersTable", &format!("integers/{}/", account.id)).await;
    items.iter().map(object_of).collect()
}

async fn is_there(service: &Service, key: &aviary_media::PrivateKey) -> bool {
    media_bucket(service).get_private(key, 1 << 22).await.unwrap().is_some()
}

/// The key of the object that an answer's download links to.
fn download_key(answer: &Value) -> aviary_media::PrivateKey {
    let url = answer["download"]["url"].as_str().unwrap();
    let path = url.split('?').next().unwrap();
    path.get(path.find("downloads/").unwrap()..).unwrap().parse().unwrap()
}

#[tokio::test]
async fn del_logout_removes_only_what_the_web_session_created() {
    let service = Service::running();
    let account = service.signup().await;
    let web = |call: Call| {
        call.bearer(&account.access).cookies(&account.cookies).header("x-csrftoken", &account.cookies.csrf)
    };
    let large = units(1, MORE_UNITS_THAN_AN_ITEM_HOLDS);
    let set = |session: &str| json!({"set_id": "a", "session_id": session, "integers": large});
    let sets =
        |session: &str| json!({"session_id": session, "integer_sets": [{"set_id": "a", "integers": units(1, 2)}]});
    // Created under the web session: its own session, a named one, and one that replaces a session of another client.
    let body = json!({"set_id": "a", "integers": units(1, MORE_UNITS_THAN_AN_ITEM_HOLDS), "download": true});
    let own = web(service.post("/integers/set/")).json(&body).send().await.with_status(201).json();
    let own_name = own["session_id"].as_str().unwrap();
    web(service.post("/integers/set/")).json(&set("named")).send().await.with_status(201);
    service.post_as(&account, "/integers/session/", &sets("replaced")).await.with_status(201);
    web(service.post("/integers/session/")).json(&sets("replaced")).send().await.with_status(201);
    let gone = objects(&service, &account).await;
    assert_eq!(gone.len(), 2);
    let named = web(service.get("/integers/set/?set_id=a&session_id=named&download=1")).send().await.with_status(200);
    let downloads_before = [download_key(&own), download_key(&named.json())];
    // Created elsewhere: a session that a request with the cookie only wrote into, and one that was replaced since.
    service.post_as(&account, "/integers/set/", &set("elsewhere")).await.with_status(201);
    let body = json!({"set_id": "b", "session_id": "elsewhere", "integers": units(2, 1)});
    web(service.post("/integers/set/")).json(&body).send().await.with_status(201);
    web(service.post("/integers/session/")).json(&sets("taken_over")).send().await.with_status(201);
    service.post_as(&account, "/integers/session/", &sets("taken_over")).await.with_status(201);
    // No answer contains the hash of the web session.
    let shown = service.get_as(&account, "/integers/session/?session_id=replaced").await.with_status(200).json();
    assert_eq!(shown.as_object().unwrap().keys().collect::<Vec<_>>(), ["session_id", "integer_sets"]);

    web(service.post("/api/auth/del-logout/")).send().await.with_status(200);
    for session in [own_name, "named", "replaced"] {
        eventually("the removal of the session", async || {
            let answer = service.get_as(&account, &format!("/integers/session/?session_id={session}")).await;
            (answer.status == 404).then_some(())
        })
        .await;
    }
    for key in gone.iter().chain(&downloads_before) {
        eventually("the removal of its objects", async || (!is_there(&service, key).await).then_some(())).await;
    }
    let kept = objects(&service, &account).await;
    assert_eq!(kept.len(), 1);
    assert!(is_there(&service, &kept[0]).await);
    for session in ["elsewhere", "taken_over"] {
        service.get_as(&account, &format!("/integers/session/?session_id={session}")).await.with_status(200);
    }
}

#[tokio::test]
async fn a_deleted_session_takes_its_downloads_with_it() {
    let service = Service::running();
    let account = service.signup().await;
    let mut keys = Vec::new();
    for session in ["s", "t"] {
        let body = json!({"set_id": "a", "session_id": session, "integers": units(1, 1), "download": true});
        let answer = service.post_as(&account, "/integers/set/", &body).await.with_status(201).json();
        service.fetch(answer["download"]["url"].as_str().unwrap()).await.with_status(200);
        keys.push(download_key(&answer));
    }
    let folder = Folder::session_downloads(user(&account), &IntegerSession::parse("s").unwrap());
    assert!(keys[0].as_str().starts_with(folder.as_str()) && !keys[1].as_str().starts_with(folder.as_str()));
    service.delete("/integers/session/?session_id=s").bearer(&account.access).send().await.with_status(200);
    eventually("the removal of the download", async || (!is_there(&service, &keys[0]).await).then_some(())).await;
    // The other download is removed with the last set of its session.
    assert!(is_there(&service, &keys[1]).await);
    service.delete("/integers/set/?session_id=t&set_id=a").bearer(&account.access).send().await.with_status(200);
    eventually("the removal of the download", async || (!is_there(&service, &keys[1]).await).then_some(())).await;
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing_in_the_table_or_the_bucket() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    for account in [&account, &other] {
        let large = json!({"set_id": "a", "integers": units(1, MORE_UNITS_THAN_AN_ITEM_HOLDS), "download": true});
        service.post_as(account, "/integers/set/", &large).await.with_status(201);
        let sets = json!([{"set_id": "b", "integers": units(2, MORE_UNITS_THAN_AN_ITEM_HOLDS)}]);
        let session = json!({"session_id": "s", "integer_sets": sets});
        service.post_as(account, "/integers/session/", &session).await.with_status(201);
        // An upload that was never used, and one whose form was never sent.
        upload(&service, account, "{}").await;
        start_upload(&service, account, 10).await;
    }
    let keys = objects(&service, &account).await;
    assert_eq!(keys.len(), 2);
    let body = json!({"current_password": PASSWORD});
    service.delete("/auth/users/me/").bearer(&account.access).json(&body).send().await.with_status(204);
    eventually("the purge of the integers", async || {
        service.dynamodb().mentions("IntegersTable", &account.id).await.is_empty().then_some(())
    })
    .await;
    // `delete_all` returns the number of objects that it found.
    let id = user(&account);
    let folders = [Folder::integers(id), Folder::integers_uploads(id), Folder::downloads(id)];
    for folder in folders {
        assert_eq!(media_bucket(&service).delete_all(&folder).await.unwrap(), 0, "{folder:?}");
    }
    let id = user(&other);
    let folders = [Folder::integers(id), Folder::integers_uploads(id), Folder::downloads(id)];
    for (folder, count) in folders.into_iter().zip([2, 1, 1]) {
        assert_eq!(media_bucket(&service).delete_all(&folder).await.unwrap(), count, "{folder:?}");
    }
}
