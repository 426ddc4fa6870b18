//! Tests of reading units.

use super::*;

fn read(json: &str) -> Result<(String, Encoding), Vec<String>> {
    Units::read(json, None).map(|(units, encoding)| (units.write(encoding).expect("it is small"), encoding))
}

fn error(json: &str) -> String {
    read(json).expect_err(json).join("; ")
}

#[test]
fn a_set_is_written_as_it_was_sent_ordered_by_index() {
    let sent = r#"[{"q":2,"X":1,"index":7},{"index":0,"X":-123456789012345678901234567890,"q":0,"more":[1]}]"#;
    let written = r#"[{"index":0,"X":-123456789012345678901234567890,"q":0},{"index":7,"X":1,"q":2}]"#;
    assert_eq!(read(sent), Ok((written.to_owned(), Encoding::Number)));
    let base64 = r#"[{"index":0,"X":"-/w==","q":"AQA="}]"#;
    assert_eq!(read(base64), Ok((base64.to_owned(), Encoding::Base64)));
    let (units, encoding) = Units::read(r#"[{"index":0,"X":"\u0031f","q":"-A"}]"#, Some(Encoding::Hex)).expect("a set");
    assert_eq!(units.write(encoding).as_deref(), Some(r#"[{"index":0,"X":"1f","q":"-a"}]"#));
}

#[test]
fn a_result_can_be_sent_again() {
    let sent = r#"[{"index":0,"X":3,"q":5,"terms":[{"m":0,"p":0,"c":3},{"m":0,"p":1,"c":-2},{"m":1,"p":0,"c":5}]}]"#;
    assert_eq!(read(sent), Ok((sent.to_owned(), Encoding::Number)));
    let zero = r#"[{"index":0,"X":0,"q":0,"terms":[]}]"#;
    assert_eq!(read(zero), Ok((zero.to_owned(), Encoding::Number)));
    assert_eq!(
        error(r#"[{"index":0,"X":4,"q":5,"terms":[{"m":0,"p":0,"c":3},{"m":1,"p":0,"c":5}]}]"#),
        "Unit 0: X and q are not those of its terms."
    );
    assert_eq!(
        error(r#"[{"index":0,"terms":[{"m":5,"p":4,"c":3}]}]"#),
        "Unit 0: terms: the degree of a term is at most 8."
    );
    assert_eq!(
        error(r#"[{"index":0,"terms":[{"m":0,"p":0,"c":3},{"m":0,"p":0,"c":3}]}]"#),
        "Unit 0: terms: m=0, p=0 comes more than once."
    );
}

#[test]
fn an_error_of_a_term_names_the_field() {
    let with = |terms: &str| error(&format!(r#"[{{"index":0,"terms":{terms}}}]"#));
    for (terms, message) in [
        ("{}", "Expected a list of items but got type \"dict\"."),
        ("\"x\"", "Expected a list of items but got type \"str\"."),
        ("[1]", "Invalid data. Expected a dictionary, but got int."),
        (r#"[{"p":0,"c":1}]"#, "m: This field is required."),
        (r#"[{"m":0,"p":0}]"#, "c: This field is required."),
        (r#"[{"m":0,"p":null,"c":1}]"#, "p: This field may not be null."),
        (r#"[{"m":0.5,"p":0,"c":1}]"#, "m: A valid integer is required."),
        (r#"[{"m":"1","p":0,"c":1}]"#, "m: A valid integer is required."),
        (r#"[{"m":-1,"p":0,"c":1}]"#, "m: Ensure this value is greater than or equal to 0."),
        (r#"[{"m":256,"p":1,"c":1}]"#, "the degree of a term is at most 8."),
        (r#"[{"m":0,"p":0,"c":1.5}]"#, "c: A valid integer is required."),
    ] {
        assert_eq!(with(terms), format!("Unit 0: terms: {message}"), "{terms}");
    }
    let many = vec![r#"{"m":0,"p":0,"c":1}"#; MAX_TERMS + 1].join(",");
    assert_eq!(with(&format!("[{many}]")), "Unit 0: terms: m=0, p=0 comes more than once.");
}

#[test]
fn no_error_repeats_the_input() {
    let long = "x".repeat(4 << 20);
    for json in [
        format!("\"{long}\""),
        format!("[\"{long}\"]"),
        format!("[{{\"index\":\"{long}\",\"X\":1,\"q\":1}}]"),
        format!("[{{\"index\":0,\"X\":\"{long}\",\"q\":1}}]"),
        format!("[{{\"index\":0,\"X\":1,\"q\":[\"{long}\"]}}]"),
        format!("[{{\"index\":0,\"terms\":\"{long}\"}}]"),
        format!("[{{\"index\":0,\"terms\":[\"{long}\"]}}]"),
        format!("[{{\"index\":0,\"terms\":[{{\"m\":\"{long}\",\"p\":0,\"c\":1}}]}}]"),
        format!("[{{\"index\":0,\"terms\":[{{\"m\":0,\"p\":[\"{long}\"],\"c\":1}}]}}]"),
        format!("[{{\"index\":0,\"terms\":[{{\"m\":0,\"p\":0,\"c\":\"{long}\"}}]}}]"),
        format!("[{{\"{long}\":0}}]"),
        format!("[{{\"index\":0,\"index\":\"{long}\"}}]"),
    ] {
        let error = error(&json);
        assert!(
            error.len() < 200 && !error.contains("xx"),
            "{} of {}",
            error.len(),
            json.get(..60).unwrap_or_default()
        );
    }
}

#[test]
fn a_named_encoding_applies_to_all_texts() {
    let named = |json: &str, encoding| {
        let read = Units::read(json, Some(encoding));
        read.map(|(units, encoding)| units.write(encoding).expect("it is small"))
    };
    let unit = |x: &str, q: &str| format!(r#"[{{"index":0,"X":{x},"q":{q}}}]"#);
    let invalid = Err(vec!["Unit 0: q: A valid integer is required.".to_owned()]);
    assert_eq!(named(&unit("1", "\"2\""), Encoding::Number), invalid);
    for (encoding, x, q) in [
        (Encoding::Number, "255", "-16"),
        (Encoding::Base64, "\"/w==\"", "\"-EA==\""),
        (Encoding::Decimal, "\"255\"", "\"-16\""),
        (Encoding::Hex, "\"ff\"", "\"-10\""),
    ] {
        // JSON numbers are allowed with every encoding, also next to texts.
        assert_eq!(named(&unit("255", "-16"), encoding), Ok(unit(x, q)));
        assert_eq!(named(&unit(x, "-16"), encoding), Ok(unit(x, q)));
    }
    // Without a name the encoding is that of the first number.
    assert_eq!(read(&unit("255", "\"-EA==\"")), Ok((unit("255", "-16"), Encoding::Number)));
    assert_eq!(read(&unit("\"/w==\"", "-16")), Ok((unit("\"/w==\"", "\"-EA==\""), Encoding::Base64)));
}

#[test]
fn an_error_names_its_unit() {
    assert_eq!(error("[]"), "This list may not be empty.");
    assert_eq!(error("null"), "This field may not be null.");
    assert_eq!(error("{}"), "Expected a list of items but got type \"dict\".");
    assert_eq!(error("[1]"), "Unit 0: Invalid data. Expected a dictionary, but got int.");
    assert_eq!(error(r#"[{"index":0,"X":1,"q":1},{"index":1,"q":1}]"#), "Unit 1: X: This field is required.");
    assert_eq!(error(r#"[{"X":1,"q":1}]"#), "Unit 0: index: This field is required.");
    for (index, message) in [
        ("-1", "Ensure this value is greater than or equal to 0."),
        ("1.5", "A valid integer is required."),
        ("null", "This field may not be null."),
        ("18446744073709551616", "Ensure this value is less than or equal to 18446744073709551615."),
    ] {
        assert_eq!(error(&format!(r#"[{{"index":{index},"X":1,"q":1}}]"#)), format!("Unit 0: index: {message}"));
    }
    assert_eq!(error(r#"[{"index":0,"X":1.5,"q":1}]"#), "Unit 0: X: A valid integer is required.");
    assert_eq!(error(r#"[{"index":0,"X":true,"q":1}]"#), "Unit 0: X: A valid integer is required.");
    assert_eq!(error(r#"[{"index":0,"X":null,"q":1}]"#), "Unit 0: X: This field may not be null.");
    assert!(error(r#"[{"index":0,"X":"**","q":1}]"#).contains("must be base64"));
    assert_eq!(error(r#"[{"index":3,"X":1,"q":1},{"index":3,"X":1,"q":1}]"#), "Index 3 comes more than once.");
    assert!(error(r#"[{"index":0,"index":1,"X":1,"q":1}]"#).contains("duplicate field"));
    assert_eq!(read(&format!("[{}{{}}]", "{},".repeat(50))).expect_err("errors").len(), MAX_ERRORS);
    assert_eq!(error(&format!("[{}1]", r#"{"index":0,"X":1,"q":1},"#.repeat(MAX_UNITS))), "There may be 100000 units.");
    assert!(error("[{\"index\":0,").contains("EOF"));
}
