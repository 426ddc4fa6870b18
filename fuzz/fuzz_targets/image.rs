//! Fuzzes the inspection of images: what is accepted passes a second look unchanged.
#![no_main]

use aviary_media::inspect;
use bytes::Bytes;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(image) = inspect(&[Bytes::copy_from_slice(data)], None) {
        let clean = Bytes::from(image.parts.concat());
        assert_eq!(clean.len() as u64, image.length);
        let again = inspect(std::slice::from_ref(&clean), None).expect("a clean image is accepted");
        assert_eq!(again.parts.concat(), clean);
        assert_eq!((again.width, again.height), (image.width, image.height));
    }
});
