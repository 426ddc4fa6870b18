//! The declared type against the actual type.

use aviary_media::{ImageFormat, InspectError, MAX_IMAGE_BYTES, inspect};
use bytes::Bytes;

use crate::fixtures::{FORMATS, all_files, encoded, inspect_file};

#[test]
fn the_bytes_decide_when_no_type_is_declared() {
    for (format, file) in all_files() {
        let chunks = [Bytes::from(file)];
        for declared_type in
            [None, Some(""), Some(" "), Some("application/octet-stream"), Some("Application/Octet-Stream; x=y")]
        {
            assert_eq!(inspect(&chunks, declared_type).unwrap().format, format);
        }
    }
}

#[test]
fn a_declared_type_must_be_the_actual_type() {
    for actual in FORMATS {
        let chunks = [Bytes::from(encoded(actual, 9, 9))];
        for declared_type in FORMATS {
            let result = inspect(&chunks, Some(declared_type.content_type()));
            if actual == declared_type {
                assert_eq!(result.unwrap().format, actual);
            } else {
                let error =
                    InspectError::TypeMismatch { declared_type: declared_type.content_type().to_owned(), actual };
                assert_eq!(result, Err(error));
            }
        }
    }
}

#[test]
fn jpeg_has_a_second_name_and_types_may_have_parameters() {
    let jpeg = [Bytes::from(encoded(ImageFormat::Jpeg, 9, 9))];
    for declared_type in ["image/jpg", "IMAGE/JPEG", "image/jpeg; charset=binary", " image/jpeg "] {
        assert!(inspect(&jpeg, Some(declared_type)).is_ok(), "{declared_type}");
    }
    let png = [Bytes::from(encoded(ImageFormat::Png, 9, 9))];
    assert!(inspect(&png, Some("image/jpg")).is_err());
    assert!(inspect(&png, Some("text/html")).is_err());
    assert!(inspect(&jpeg, Some("image")).is_err());
}

#[test]
fn the_message_names_both_types_and_shortens_a_long_one() {
    let png = [Bytes::from(encoded(ImageFormat::Png, 9, 9))];
    let message = inspect(&png, Some("image/gif")).unwrap_err().client_message();
    assert!(message.contains("image/gif") && message.contains("image/png"), "{message}");
    let message = inspect(&png, Some(&"x".repeat(10_000))).unwrap_err().client_message();
    assert!(message.len() < 300, "{message}");
}

#[test]
fn an_empty_file_is_not_an_image() {
    assert_eq!(inspect(&[], None), Err(InspectError::Empty));
    assert_eq!(inspect(&[Bytes::new(), Bytes::new()], Some("image/png")), Err(InspectError::Empty));
    assert_eq!(InspectError::Empty.client_message(), "The submitted file is empty.");
}

#[test]
fn other_files_are_not_images() {
    let documents: [&[u8]; 8] = [
        b"G",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7\n",
        b"BM\0\0\0\0",
        b"GIF88a\x01\0\x01\0\0\0\0",
        b"RIFF\x04\0\0\0WAVE",
        b"\0\0\0\x20ftypavif",
        b"\x89PNG\n\x1a\n",
    ];
    for document in documents {
        let error = inspect_file(document).unwrap_err();
        assert_eq!(error, InspectError::NotAnImage);
        assert_eq!(
            error.client_message(),
            "Upload a valid image. The file you uploaded was either not an image or a corrupted image."
        );
    }
}

#[test]
fn bytes_before_an_image_are_refused() {
    for (_, file) in all_files() {
        for prefix in ["\n", "<script>", "%PDF-1.4\n", "PK\u{3}\u{4}"] {
            assert_eq!(inspect_file(&[prefix.as_bytes(), &file].concat()), Err(InspectError::NotAnImage));
        }
    }
}

#[test]
fn the_size_limit_is_exact() {
    let limit = MAX_IMAGE_BYTES as usize;
    let mut file = encoded(ImageFormat::Png, 9, 9);
    file.resize(limit, 0);
    assert!(inspect_file(&file).is_ok());
    file.push(0);
    assert_eq!(inspect_file(&file), Err(InspectError::TooLarge { size: MAX_IMAGE_BYTES + 1, limit: MAX_IMAGE_BYTES }));
}
