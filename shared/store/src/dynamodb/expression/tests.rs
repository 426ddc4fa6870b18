//! Tests of how updates and conditions are rendered.

use super::*;
use crate::dynamodb::item::{number, text};

#[test]
fn clauses_have_one_order_whatever_the_order_of_calls() {
    let update = Update::new()
        .delete("also", AttributeValue::Ss(vec!["x".to_owned()]))
        .add("likes", number(1))
        .remove("picture")
        .set("bio", text("b"))
        .remove("background")
        .set_some("alias", None)
        .set_some("name", Some(text("n")))
        .when(Condition::item_exists());
    let rendered = update.render();
    assert_eq!(rendered.update, "SET #n0 = :v0, #n1 = :v1 REMOVE #n2, #n3 ADD #n4 :v2 DELETE #n5 :v3");
    assert_eq!(rendered.condition.as_deref(), Some("attribute_exists(#n6)"));
    let names = rendered.names.expect("names");
    let of = |place: usize| names.get(&format!("#n{place}")).map(String::as_str);
    let expected = ["bio", "name", "picture", "background", "likes", "also", "pk"].map(Some);
    assert_eq!([of(0), of(1), of(2), of(3), of(4), of(5), of(6)], expected);
    let values = rendered.values.expect("values");
    assert_eq!(values.get(":v2"), Some(&number(1)));
    assert_eq!(values.len(), 4);
}

#[test]
fn assignments_may_read_attributes() {
    let update = Update::new()
        .set_to_attribute("read_seq", "seq")
        .increase("unread", number(2))
        .decrease("kept", number(3))
        .set_if_missing("since", number(4));
    let rendered = update.render();
    assert_eq!(rendered.update, "SET #n0 = #n1, #n2 = #n2 + :v0, #n3 = #n3 - :v1, #n4 = if_not_exists(#n4, :v2)");
    assert_eq!(rendered.condition, None);
}

#[test]
fn a_name_has_one_placeholder_and_each_value_its_own() {
    let update = Update::new().set("kid", text("new")).when(Condition::equals("kid", text("old")));
    let rendered = update.render();
    assert_eq!((&*rendered.update, rendered.condition.as_deref()), ("SET #n0 = :v0", Some("#n0 = :v1")));
    assert_eq!(rendered.names.map(|names| names.len()), Some(1));
    assert_eq!(rendered.values.and_then(|values| values.get(":v1").cloned()), Some(text("old")));
}

#[test]
fn only_operands_with_operands_have_parentheses() {
    let one = || Condition::equals("a", number(1));
    let text = |condition: Condition| condition.render().condition;
    let chain = one().and(one()).and(one());
    assert_eq!(text(chain).as_deref(), Some("#n0 = :v0 AND #n0 = :v1 AND #n0 = :v2"));
    let nested = Condition::missing("pk").or(Condition::at_most("b", number(2))).or(one().and(one()));
    let expected = "attribute_not_exists(#n0) OR #n1 <= :v0 OR (#n2 = :v1 AND #n2 = :v2)";
    assert_eq!(text(nested).as_deref(), Some(expected));
    let within = one().and(Condition::less("b", number(2)).or(Condition::more("c", number(3))));
    assert_eq!(text(within).as_deref(), Some("#n0 = :v0 AND (#n1 < :v1 OR #n2 > :v2)"));
}

#[test]
fn not_applies_to_a_whole_condition() {
    let one = || Condition::differs("a", number(1));
    assert_eq!(one().negated().render().condition.as_deref(), Some("NOT #n0 <> :v0"));
    let both = Condition::item_exists().and(one().and(one()).negated());
    let expected = "attribute_exists(#n0) AND NOT (#n1 <> :v0 AND #n1 <> :v1)";
    assert_eq!(both.render().condition.as_deref(), Some(expected));
}

#[test]
fn conditions_of_an_update_must_all_hold() {
    let update = Update::new().remove("a").when(Condition::exists("b")).when(Condition::missing("c"));
    let expected = "attribute_exists(#n1) AND attribute_not_exists(#n2)";
    assert_eq!(update.render().condition.as_deref(), Some(expected));
}

#[test]
fn each_part_of_a_path_has_a_placeholder() {
    let rendered = Condition::at_most("current[0].since", number(1)).render();
    assert_eq!(rendered.condition.as_deref(), Some("#n0[0].#n1 <= :v0"));
    assert_eq!((rendered.update.as_str(), rendered.names.map(|names| names.len())), ("", Some(2)));
}

#[test]
fn what_needs_no_values_has_none() {
    assert_eq!(Condition::item_missing().render().values, None);
}
