//! Direct access to the tables, for what no endpoint does: reading the signing key, deactivating a user, moving times.

use serde_json::{Value, json};

use crate::client::{Answer, Service};

/// The tables of a stack, read and written by DynamoDB's wire protocol.
#[derive(Clone, Debug)]
pub struct Dynamodb<'a>(&'a Service);

impl Service {
    /// The tables behind the service.
    #[must_use]
    pub fn dynamodb(&self) -> Dynamodb<'_> {
        Dynamodb(self)
    }
}

impl Dynamodb<'_> {
    /// The attributes of an item that must exist.
    pub async fn get(&self, table: &str, pk: &str, sk: &str) -> Value {
        let key = json!({"pk": {"S": pk}, "sk": {"S": sk}});
        let answer = self.call("GetItem", &json!({"TableName": self.table(table), "Key": key})).await;
        assert!(answer["Item"].is_object(), "{pk} / {sk} is not in {table}: {answer}");
        answer["Item"].clone()
    }

    /// Sets one attribute of an item that must exist.
    pub async fn set(&self, table: &str, pk: &str, sk: &str, attribute: &str, value: &Value) {
        let update = json!({
            "TableName": self.table(table),
            "Key": {"pk": {"S": pk}, "sk": {"S": sk}},
            "UpdateExpression": "SET #a = :v",
            "ConditionExpression": "attribute_exists(pk)",
            "ExpressionAttributeNames": {"#a": attribute},
            "ExpressionAttributeValues": {":v": value},
        });
        self.call("UpdateItem", &update).await;
    }

    /// Writes an item.
    pub async fn put(&self, table: &str, item: &Value) {
        self.call("PutItem", &json!({"TableName": self.table(table), "Item": item})).await;
    }

    /// Removes an item.
    pub async fn delete(&self, table: &str, pk: &str, sk: &str) {
        let key = json!({"pk": {"S": pk}, "sk": {"S": sk}});
        self.call("DeleteItem", &json!({"TableName": self.table(table), "Key": key})).await;
    }

    /// Every item of a table that contains the text in a key or value.
    pub async fn mentions(&self, table: &str, text: &str) -> Vec<Value> {
        let mut found = Vec::new();
        let mut scan = json!({"TableName": self.table(table), "ConsistentRead": true});
        loop {
            let page = self.call("Scan", &scan).await;
            let items = page["Items"].as_array().expect("items").iter();
            found.extend(items.filter(|item| item.to_string().contains(text)).cloned());
            match page.get("LastEvaluatedKey") {
                Some(last) => scan["ExclusiveStartKey"] = last.clone(),
                None => return found,
            }
        }
    }

    fn table(&self, logical_id: &str) -> String {
        format!("{}-{logical_id}", self.0.stack)
    }

    /// Whether a function's role lets it send this operation on a table, whose name is added to `request`.
    pub async fn allows(&self, function: &str, operation: &str, table: &str, mut request: Value) -> bool {
        request["TableName"] = self.table(table).into();
        let answer = self.send(&format!("local-{function}"), operation, &request).await;
        let denied = answer.status == 400 && answer.text().contains("AccessDeniedException");
        assert!(denied || answer.status == 200, "{operation} by {function}: {}", answer.text());
        !denied
    }

    async fn call(&self, operation: &str, body: &Value) -> Value {
        self.send("local", operation, body).await.with_status(200).json()
    }

    async fn send(&self, access_key: &str, operation: &str, body: &Value) -> Answer {
        let call = self.0.post_to(&self.0.dynamodb_url);
        let call = call.header("x-amz-target", &format!("DynamoDB_20120810.{operation}"));
        // The local DynamoDB requires a signature but does not check it.
        let signature = format!(
            "AWS4-HMAC-SHA256 Credential={access_key}/20250101/us-east-1/dynamodb/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature=0"
        );
        let call = call.header("x-amz-date", "20250101T000000Z").authorization(&signature);
        call.body("application/x-amz-json-1.0", body.to_string()).send().await
    }
}
