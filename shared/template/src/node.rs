//! YAML nodes as CloudFormation reads them: `!Ref` and `Ref:` are the same function.

use serde_yaml_ng::Value;

/// A call of an intrinsic function.
pub(crate) struct Call<'a> {
    /// The long name: `Ref`, `Condition` or `Fn::…`.
    pub(crate) name: String,
    pub(crate) argument: &'a Value,
}

/// The call in `node`, if it is one.
pub(crate) fn call(node: &Value) -> Option<Call<'_>> {
    match node {
        Value::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            Some(Call { name: long_name(tag.trim_start_matches('!')), argument: &tagged.value })
        }
        Value::Mapping(map) if map.len() == 1 => {
            let (key, argument) = map.iter().next()?;
            let key = key.as_str()?;
            (key == "Ref" || key.starts_with("Fn::")).then(|| Call { name: key.to_owned(), argument })
        }
        _ => None,
    }
}

fn long_name(tag: &str) -> String {
    match tag {
        "Ref" | "Condition" => tag.to_owned(),
        other => format!("Fn::{other}"),
    }
}

/// A scalar as text, converted as CloudFormation does.
pub(crate) fn text(node: &Value) -> Option<String> {
    match node {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A whole number, also if a parameter made it a string.
pub(crate) fn number(node: &Value) -> Option<u32> {
    text(node)?.parse().ok()
}

/// The value at the path `keys`.
pub(crate) fn at<'a>(node: &'a Value, keys: &[&str]) -> Option<&'a Value> {
    keys.iter().try_fold(node, |node, key| node.get(key))
}

/// The resource and the attribute of an `Fn::GetAtt`.
pub(crate) fn attribute(argument: &Value) -> Option<(String, String)> {
    match argument {
        Value::String(text) => text.split_once('.').map(|(id, attribute)| (id.to_owned(), attribute.to_owned())),
        Value::Sequence(items) => match items.as_slice() {
            [id, attribute] => text(id).zip(text(attribute)),
            _ => None,
        },
        _ => None,
    }
}
