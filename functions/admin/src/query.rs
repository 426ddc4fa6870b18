//! Fields of queries and forms as texts, and URLs with a query.

use aviary_web::{Form, Value};

/// The trimmed text of a field. `None` if it is absent or empty.
pub(crate) fn text(form: &Form, name: &str) -> Option<String> {
    of_value(form.get(name)?).filter(|text| !text.is_empty())
}

/// The texts of a repeated field.
pub(crate) fn texts(form: &Form, name: &str) -> Vec<String> {
    form.all(name).iter().filter_map(of_value).filter(|text| !text.is_empty()).collect()
}

fn of_value(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.trim().to_owned()),
        Value::Json(serde_json::Value::String(text)) => Some(text.trim().to_owned()),
        _ => None,
    }
}

/// A path with these parameters.
pub(crate) fn url<'a>(path: &str, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters {
        query.append_pair(name, value);
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// A place inside the administration to go on at. Another site, or no place, is the dashboard.
pub(crate) fn next(form: &Form) -> String {
    let wanted = text(form, "next").unwrap_or_default();
    let inside = ["/admin/", "/admin?"].iter().any(|begin| wanted.starts_with(begin)) || wanted == "/admin";
    let plain = wanted.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    if inside && plain { wanted } else { "/admin/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_leads_to_no_other_site() {
        let to = |wanted: &str| next(&Form::new(vec![("next".to_owned(), Value::Text(wanted.to_owned()))]));
        for place in ["/admin/", "/admin/users/?q=a%20b", "/admin?x=1", "/admin"] {
            assert_eq!(to(place), place);
        }
        for elsewhere in
            ["", "//evil.test/admin/", "https://evil.test/admin/", "/administrator", "/admin/\\evil", "/admin/\r\nx"]
        {
            assert_eq!(to(elsewhere), "/admin/", "{elsewhere:?}");
        }
    }
}
