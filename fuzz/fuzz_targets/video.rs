//! Fuzzes the inspection of videos: what is accepted passes a second look unchanged.
#![no_main]

use aviary_media::inspect_video;
use bytes::Bytes;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(video) = inspect_video(&[Bytes::copy_from_slice(data)], None) {
        let clean = Bytes::from(video.parts.concat());
        assert_eq!(clean.len() as u64, video.length);
        let again = inspect_video(std::slice::from_ref(&clean), None).expect("a clean video is accepted");
        assert_eq!(again.parts.concat(), clean);
    }
});
