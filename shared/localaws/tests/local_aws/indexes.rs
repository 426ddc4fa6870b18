use crate::fixture::{TABLE, dynamodb, item, put, start, text};

#[tokio::test]
async fn an_index_is_read_page_by_page_in_its_order_and_holds_only_its_items() {
    let aws = start();
    let client = dynamodb(&aws.dynamodb_url());
    for n in 0..7 {
        let sort = text(&format!("{:02}", 9 - n));
        put(&client, item(&format!("u{n}"), &[("time_pk", text("users")), ("time_sk", sort), ("extra", text("x"))]))
            .await;
    }
    put(&client, item("not-indexed", &[("time_sk", text("00"))])).await;

    let (mut times, mut pages, mut start) = (Vec::new(), Vec::new(), None);
    loop {
        let page = client
            .query()
            .table_name(TABLE)
            .index_name("by-time")
            .key_condition_expression("time_pk = :users")
            .expression_attribute_values(":users", text("users"))
            .limit(3)
            .set_exclusive_start_key(start)
            .send()
            .await
            .unwrap();
        pages.push(page.items().len());
        for found in page.items() {
            // Keys only, as the template says.
            assert!(!found.contains_key("extra"));
            times.push(found["time_sk"].as_s().unwrap().clone());
        }
        start = page.last_evaluated_key;
        if start.is_none() {
            break;
        }
    }
    assert_eq!(times, ["03", "04", "05", "06", "07", "08", "09"]);
    assert_eq!(pages.iter().sum::<usize>(), 7);
    assert!(pages.len() >= 3, "{pages:?}");
}
