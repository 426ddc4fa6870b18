//! Profiles, tweets, comments, media and integer sessions in the administration.

use e2e::acts::media::{start_media, upload_media};
use e2e::acts::people::sign_up_staff;
use e2e::acts::tweets::comment;
use e2e::ids::id_of;
use e2e::{Browser, Form, Service, eventually, jpeg};
use serde_json::{Value, json};

/// Waits until a list shows this text, which its index may show later.
async fn shows(browser: &Browser, path: &str, text: &str) -> String {
    eventually(&format!("{path} shows {text}"), async || {
        let page = browser.clone().get(path).await.with_status(200).text();
        page.contains(text).then_some(page)
    })
    .await
}

#[tokio::test]
async fn everything_is_listed_and_each_entry_leads_to_its_page() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    let tweet = id_of(&service.tweet(&user, "a tweet to look at").await);
    let comment = comment(&service, &user, &tweet, "a comment to look at").await.with_status(201).field("id");
    let sets = json!({"session_id": "a session to look at", "integer_sets": [{"set_id": "a", "integers": [{"index": 0, "X": 1, "q": 1}]}]});
    service.post_as(&user, "/integers/session/", &sets).await.with_status(201);
    let mut browser = Browser::signed_in(&service, &staff).await;
    shows(&browser, "/admin/tweets/", &format!("/admin/tweets/{tweet}/")).await;
    shows(&browser, "/admin/comments/", &format!("/admin/comments/{comment}/")).await;
    shows(&browser, "/admin/profiles/", &format!("/admin/users/{}/", user.id)).await;
    let listed = shows(&browser, "/admin/integers/", "a session to look at").await;
    let session = format!("/admin/integers/session/?user={}&amp;session=a+session+to+look+at", user.id);
    assert!(listed.contains(&session), "{listed}");
    let page = browser.get(&session.replace("&amp;", "&")).await.with_status(200).text();
    for shown in [&user.username, "number", "DynamoDB", ">a<"] {
        assert!(page.contains(shown), "no {shown} in {page}");
    }
    for (path, text) in [
        (format!("/admin/tweets/{tweet}/"), "a tweet to look at"),
        (format!("/admin/comments/{comment}/"), "a comment to look at"),
    ] {
        let page = browser.get(&path).await.with_status(200).text();
        assert!(page.contains(text) && page.contains(&user.username), "{page}");
    }
    for path in
        ["/admin/tweets/019a0000-0000-7000-8000-0000000000aa/", "/admin/comments/x/", "/admin/integers/session/"]
    {
        browser.get(path).await.with_status(404);
    }
}

#[tokio::test]
async fn a_picture_elsewhere_is_a_link_that_the_page_does_not_load() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    let url = "https://pictures.example.com/a.png?a=1&b=2";
    let body = json!({"content": "", "media": true, "media_url": url});
    let posted = service.post_as(&user, "/api/tweets/tweets_list/", &body).await.with_status(201);
    let mut browser = Browser::signed_in(&service, &staff).await;
    let path = format!("/admin/tweets/{}/", posted.field("tweet_id"));
    let page = browser.get(&path).await.with_status(200).text();
    let link = url.replace('&', "&amp;");
    assert!(page.contains(&format!("href=\"{link}\" rel=\"noreferrer")), "{page}");
    assert!(!page.contains(&format!("src=\"{link}")), "{page}");
}

#[tokio::test]
async fn a_tweet_with_its_picture_is_taken_down() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    let form = Form::default().text("message", "look").file("imagelinks", "a.jpg", "image/jpeg", &jpeg(64, 48, 1));
    let posted = service.post("/api/tweets/").bearer(&user.access).multipart(&form).send().await.json();
    let (id, picture) = (id_of(&posted), posted["imagelinks"][0].as_str().unwrap().to_owned());
    service.fetch(&picture).await.with_status(200);
    let mut browser = Browser::signed_in(&service, &staff).await;
    let media = shows(&browser, "/admin/media/", &picture).await;
    assert!(media.contains(&format!("/admin/tweets/{id}/")), "{media}");

    let target = format!("tweet:{id}");
    let question = browser.get(&format!("/admin/delete/?target={target}&next=/admin/media/")).await.with_status(200);
    assert!(question.text().contains("look") && question.text().contains("1 picture or video"), "{}", question.text());
    browser.post_through("/admin/delete/", &[("target", &target), ("next", "/admin/media/")]).await;
    service.get(&format!("/api/tweets/{id}/")).send().await.with_status(404);
    eventually("the picture is removed", async || (service.fetch(&picture).await.status != 200).then_some(())).await;
    let trail = service.audit_trail(&target).await;
    assert_eq!(trail.len(), 1, "{trail:?}");
    assert!(
        trail[0].contains("tweet_deleted") && trail[0].contains(&staff.id) && trail[0].contains(&user.id),
        "{trail:?}"
    );
    let again = browser.post_through("/admin/delete/", &[("target", &target)]).await.text();
    assert!(again.contains("it is not there any more"), "{again}");
}

#[tokio::test]
async fn comments_and_integer_sessions_are_removed() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    let tweet = id_of(&service.tweet(&user, "hello").await);
    let comment = comment(&service, &user, &tweet, "bad words").await.with_status(201).field("id");
    let sets = json!({"session_id": "big: one", "integer_sets": [{"set_id": "a", "integers": [{"index": 0, "X": 1, "q": 1}]}]});
    service.post_as(&user, "/integers/session/", &sets).await.with_status(201);
    let mut browser = Browser::signed_in(&service, &staff).await;
    let targets = [format!("comment:{comment}"), format!("integers:{}:big: one", user.id)];
    let fields = [("target", targets[0].as_str()), ("target", targets[1].as_str())];
    let page = browser.post_through("/admin/delete/", &fields).await.text();
    assert!(page.contains("Done for 2 entries."), "{page}");
    let comments = service.get(&format!("/api/tweets/{tweet}/comments/")).send().await.with_status(200).text();
    assert!(!comments.contains("bad words"), "{comments}");
    service.get_as(&user, "/integers/session/?session_id=big:%20one").await.with_status(404);
    let trail = service.audit_trail(&user.id).await.join("\n");
    assert!(trail.contains("comment_deleted") && trail.contains("integers_deleted"), "{trail}");
    assert!(!trail.contains("big: one") && !trail.contains("bad words"), "texts are not logged");
}

#[tokio::test]
async fn what_people_write_is_never_markup() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let tweet = id_of(&service.tweet(&user, evil).await);
    let edit = json!({"alias": evil, "bio": evil});
    service.put("/api/profiles/edit/").bearer(&user.access).json(&edit).send().await.with_status(200);
    let mut browser = Browser::signed_in(&service, &staff).await;
    for path in [
        format!("/admin/tweets/{tweet}/"),
        format!("/admin/users/{}/", user.id),
        format!("/admin/delete/?target=tweet:{tweet}"),
        "/admin/users/?q=%3Cscript%3Ealert(1)%3C/script%3E%22".to_owned(),
        "/admin/audit/?user=%3Cscript%3Ealert(1)%22".to_owned(),
        "/admin/login/?next=%22%3E%3Cscript%3Ealert(1)".to_owned(),
    ] {
        let page = browser.get(&path).await.with_status(200).text();
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{path}: {page}");
    }
}

#[tokio::test]
async fn a_users_page_says_where_each_upload_stands() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    start_media(&service, &user, "image/png", 10).await;
    upload_media(&service, &user, "video/mp4", b"no film").await;
    let ready = upload_media(&service, &user, "image/jpeg", &jpeg(20, 20, 1)).await;
    let body = json!({"message": "look", "media": [ready["id"]]});
    let tweet = id_of(&service.post_as(&user, "/api/tweets/", &body).await.with_status(201).json());
    let mut browser = Browser::signed_in(&service, &staff).await;
    let page = browser.get(&format!("/admin/users/{}/", user.id)).await.with_status(200).text();
    let uploads = page.split("Direct uploads").nth(1).unwrap().split("</table>").next().unwrap();
    let place = |text: &str| uploads.find(text).unwrap_or_else(|| panic!("no {text} in {uploads}"));
    assert!(place("image/jpeg") < place("video/mp4") && place("video/mp4") < place("image/png"), "newest first");
    for shown in [">ready<", ">rejected<", ">waiting<", "not an MP4", &format!("/admin/tweets/{tweet}/")] {
        place(shown);
    }
}

#[tokio::test]
async fn all_uploads_are_listed_by_time_and_by_where_they_stand() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    let waiting = start_media(&service, &user, "image/png", 10).await["media_id"].clone();
    upload_media(&service, &user, "video/mp4", b"no film").await;
    upload_media(&service, &user, "image/jpeg", &jpeg(20, 30, 1)).await;
    let newest = start_media(&service, &user, "image/gif", 10).await["media_id"].clone();
    let mut browser = Browser::signed_in(&service, &staff).await;
    // The rows of this user that are older.
    let mut rows = async |query: &str, than: &Value| {
        let after = than.as_str().unwrap();
        let page = browser.get(&format!("/admin/uploads/?after={after}&{query}")).await.with_status(200).text();
        let rows = page.split("<tr>").filter(|row| row.contains(&user.username));
        rows.map(ToOwned::to_owned).collect::<Vec<String>>()
    };
    for (query, types) in [
        ("", vec!["image/jpeg", "video/mp4", "image/png"]),
        ("state=undecided", vec!["image/png"]),
        ("state=ready", vec!["image/jpeg"]),
        ("state=rejected", vec!["video/mp4"]),
    ] {
        let found = eventually("the uploads are listed", async || {
            let found = rows(query, &newest).await;
            (found.len() >= types.len()).then_some(found)
        })
        .await;
        assert_eq!(found.len(), types.len(), "{query}: {found:#?}");
        assert!(found.iter().zip(&types).all(|(row, kind)| row.contains(kind)), "{query}: {found:#?}");
    }
    for (query, shown) in [
        ("state=undecided", ["waiting", ">up to 10 bytes<"]),
        ("state=ready", [">ready<", "20 × 30 pixels"]),
        ("state=rejected", ["not an MP4", ">7 bytes<"]),
    ] {
        let found = rows(query, &newest).await.concat();
        assert!(shown.iter().all(|shown| found.contains(shown)), "{query}: {found}");
    }
    let older = rows("", &waiting).await;
    assert!(older.is_empty(), "the first upload of this user is the oldest: {older:#?}");
}

#[tokio::test]
async fn single_sets_of_an_integer_session_are_removed_and_the_last_takes_the_session() {
    let service = Service::running();
    let (staff, user) = (sign_up_staff(&service).await, service.signup().await);
    let set = |id: &str| json!({"set_id": id, "integers": [{"index": 0, "X": 1, "q": 1}]});
    let sets = json!({"session_id": "two: sets", "integer_sets": [set("alpha"), set("beta")]});
    service.post_as(&user, "/integers/session/", &sets).await.with_status(201);
    let mut browser = Browser::signed_in(&service, &staff).await;
    let session = format!("/admin/integers/session/?user={}&session=two%3A+sets", user.id);
    let target = |set: &str| format!("integer_set:{}:{set}:two: sets", user.id);
    let encoded = form_urlencoded::byte_serialize(target("alpha").as_bytes()).collect::<String>();
    let page = browser.get(&session).await.with_status(200).text();
    assert!(page.contains(&format!("/admin/delete/?target={encoded}")), "{page}");

    let question = browser.get(&format!("/admin/delete/?target={encoded}")).await.with_status(200).text();
    assert!(question.contains("alpha") && question.contains("1 integer (") && !question.contains("last"), "{question}");
    let page = browser.post_through("/admin/delete/", &[("target", &target("alpha")), ("next", &session)]).await.text();
    assert!(page.contains("Done for 1 entry.") && page.contains("beta") && !page.contains("alpha"), "{page}");
    let left = service.get_as(&user, "/integers/session/?session_id=two:%20sets").await.with_status(200).json();
    assert_eq!(left["integer_sets"].as_array().map(Vec::len), Some(1), "{left}");
    let again = browser.post_through("/admin/delete/", &[("target", &target("alpha"))]).await.text();
    assert!(again.contains("it is not there any more"), "{again}");

    let encoded = form_urlencoded::byte_serialize(target("beta").as_bytes()).collect::<String>();
    let question = browser.get(&format!("/admin/delete/?target={encoded}")).await.with_status(200).text();
    assert!(question.contains("It is the last one, so its session goes too."), "{question}");
    browser.post_through("/admin/delete/", &[("target", &target("beta"))]).await;
    browser.get(&session).await.with_status(404);
    service.get_as(&user, "/integers/session/?session_id=two:%20sets").await.with_status(404);

    let trail = service.audit_trail(&user.id).await;
    let of = |event: &str| trail.iter().filter(|line| line.contains(&format!("\"{event}\""))).count();
    assert_eq!((of("integer_set_deleted"), of("refused")), (3, 1), "{trail:#?}");
    assert!(trail.iter().any(|line| line.contains("integer_set_deleted") && line.contains(&staff.id)), "{trail:#?}");
    let all = trail.join("\n");
    assert!(!all.contains("two: sets") && !all.contains("alpha"), "names of sets are not logged: {all}");
}
