//! Line breaks of texts. Browsers send CR LF in forms and LF in JSON; a text is the same however it was sent.

/// Turns each CR LF, and each CR alone, into LF.
pub(crate) fn to_lf(text: String) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_break_becomes_one_line_feed() {
        for (sent, text) in
            [("a\r\nb", "a\nb"), ("a\rb", "a\nb"), ("a\r\r\n\nb", "a\n\n\nb"), ("a\nb", "a\nb"), ("", "")]
        {
            assert_eq!(to_lf(sent.to_owned()), text);
        }
    }
}
