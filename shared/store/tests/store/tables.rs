//! Makes the template's tables where nobody else does, through the SDK.

use aviary_template::{KeyElement, Table};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, LocalSecondaryIndex, Projection,
    StreamSpecification, TimeToLiveSpecification,
};

pub(crate) async fn create(client: &Client, tables: &[Table]) {
    for table in tables {
        let attributes = table.attributes.iter().map(|attribute| {
            let definition = AttributeDefinition::builder().attribute_name(&attribute.name);
            definition.attribute_type(attribute.kind.as_str().into()).build().unwrap()
        });
        let indexes: Vec<_> = table.indexes.iter().map(index).collect();
        let local_indexes: Vec<_> = table.local_indexes.iter().map(local_index).collect();
        let stream = table.stream_view.as_deref().map(|view| {
            let stream = StreamSpecification::builder().stream_enabled(true);
            stream.stream_view_type(view.into()).build().unwrap()
        });
        let call = client
            .create_table()
            .table_name(&table.name)
            .billing_mode(BillingMode::PayPerRequest)
            .set_attribute_definitions(Some(attributes.collect()))
            .set_key_schema(Some(keys(&table.key_schema)))
            .set_global_secondary_indexes((!indexes.is_empty()).then_some(indexes))
            .set_local_secondary_indexes((!local_indexes.is_empty()).then_some(local_indexes))
            .set_stream_specification(stream);
        call.send().await.unwrap();
        if let Some(attribute) = &table.ttl_attribute {
            let ttl = TimeToLiveSpecification::builder().attribute_name(attribute).enabled(true).build().unwrap();
            let call = client.update_time_to_live().table_name(&table.name).time_to_live_specification(ttl);
            call.send().await.unwrap();
        }
    }
}

fn index(index: &aviary_template::Index) -> GlobalSecondaryIndex {
    GlobalSecondaryIndex::builder()
        .index_name(&index.name)
        .set_key_schema(Some(keys(&index.key_schema)))
        .projection(projection(index))
        .build()
        .unwrap()
}

fn local_index(index: &aviary_template::Index) -> LocalSecondaryIndex {
    LocalSecondaryIndex::builder()
        .index_name(&index.name)
        .set_key_schema(Some(keys(&index.key_schema)))
        .projection(projection(index))
        .build()
        .unwrap()
}

fn projection(index: &aviary_template::Index) -> Projection {
    let attributes = (!index.projection.attributes.is_empty()).then(|| index.projection.attributes.clone());
    Projection::builder()
        .projection_type(index.projection.kind.as_str().into())
        .set_non_key_attributes(attributes)
        .build()
}

fn keys(schema: &[KeyElement]) -> Vec<KeySchemaElement> {
    let element = |key: &KeyElement| {
        let element = KeySchemaElement::builder().attribute_name(&key.attribute);
        element.key_type(key.role.as_str().into()).build().unwrap()
    };
    schema.iter().map(element).collect()
}
