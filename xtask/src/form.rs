//! A `multipart/form-data` body. The same fields give the same bytes, so a repeat fits its idempotency key.

const BOUNDARY: &str = "----aviary-xtask-5f1d2c7b9e";

/// A form under construction.
#[derive(Debug, Default)]
pub(crate) struct Form(Vec<u8>);

impl Form {
    pub(crate) const CONTENT_TYPE: &'static str = "multipart/form-data; boundary=----aviary-xtask-5f1d2c7b9e";

    /// Appends a text field.
    pub(crate) fn text(self, name: &str, value: &str) -> Self {
        self.part(&format!("name=\"{name}\""), "", value.as_bytes())
    }

    /// Appends a file.
    pub(crate) fn file(self, name: &str, file_name: &str, content_type: &str, bytes: &[u8]) -> Self {
        let kind = format!("Content-Type: {content_type}\r\n");
        self.part(&format!("name=\"{name}\"; filename=\"{file_name}\""), &kind, bytes)
    }

    pub(crate) fn into_body(mut self) -> Vec<u8> {
        self.0.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
        self.0
    }

    fn part(mut self, disposition: &str, kind: &str, bytes: &[u8]) -> Self {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n{kind}\r\n");
        self.0.extend([head.as_bytes(), bytes, b"\r\n"].concat());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_as_browsers_send_it() {
        let body = Form::default().text("a", "1").file("b", "x.png", "image/png", b"p").into_body();
        let expected = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--{BOUNDARY}\r\nContent-Disposition: \
             form-data; name=\"b\"; filename=\"x.png\"\r\nContent-Type: image/png\r\n\r\np\r\n--{BOUNDARY}--\r\n"
        );
        assert_eq!(String::from_utf8(body).expect("text"), expected);
        assert!(Form::CONTENT_TYPE.ends_with(BOUNDARY));
    }
}
