//! Thumbnails of every kind of picture, and of pictures that would not fit into memory.

use std::io::Cursor;

use aviary_media::{CleanImage, ImageFormat, inspect};
use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, ImageBuffer, Rgb, RgbImage, Rgba, RgbaImage};
use media_function::{THUMBNAIL_SIDE, Thumbnail, ThumbnailError, thumbnail};

/// Red at the left, blue at the right.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) })
}

fn encoded(picture: impl Into<DynamicImage>, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn clean(file: Vec<u8>) -> CleanImage {
    inspect(&[Bytes::from(file)], None).unwrap()
}

fn decoded(thumbnail: &Thumbnail) -> DynamicImage {
    image::load_from_memory(&thumbnail.file.parts.concat()).unwrap()
}

fn is_red(pixel: [u8; 3]) -> bool {
    pixel[0] > 150 && pixel[2] < 100
}

fn is_blue(pixel: [u8; 3]) -> bool {
    pixel[2] > 150 && pixel[0] < 100
}

#[test]
fn every_kind_of_picture_becomes_a_small_one() {
    for format in [image::ImageFormat::Jpeg, image::ImageFormat::Png, image::ImageFormat::Gif, image::ImageFormat::WebP]
    {
        let small = thumbnail(&clean(encoded(halves(1000, 500), format))).unwrap();
        let picture = decoded(&small).to_rgb8();
        assert_eq!((picture.width(), picture.height()), (THUMBNAIL_SIDE, THUMBNAIL_SIDE / 2), "{format:?}");
        assert!(is_red(picture.get_pixel(50, 100).0) && is_blue(picture.get_pixel(350, 100).0), "{format:?}");
        assert_eq!(small.blurhash.len(), 28, "4 by 3 components");
    }
}

#[test]
fn a_small_picture_keeps_its_size() {
    let small = thumbnail(&clean(encoded(halves(31, 7), image::ImageFormat::Png))).unwrap();
    assert_eq!((small.file.width, small.file.height), (31, 7));
    let line = thumbnail(&clean(encoded(halves(4000, 1), image::ImageFormat::Jpeg))).unwrap();
    assert_eq!((line.file.width, line.file.height), (400, 1));
}

#[test]
fn a_picture_is_turned_as_it_is_shown() {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, 90).encode_image(&halves(80, 40)).unwrap();
    // Exif's orientation 6: the camera was turned, so the left side is shown at the top.
    let exif = b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let image = clean([&file[..2], exif, &file[2..]].concat());
    assert_eq!((image.width, image.height, image.orientation), (40, 80, 6));
    let picture = decoded(&thumbnail(&image).unwrap()).to_rgb8();
    assert_eq!((picture.width(), picture.height()), (40, 80));
    assert!(is_red(picture.get_pixel(20, 10).0) && is_blue(picture.get_pixel(20, 70).0));
}

#[test]
fn transparency_and_depth_are_kept_or_flattened() {
    let glass = RgbaImage::from_fn(900, 900, |x, _| Rgba([200, 0, 0, if x < 450 { 0 } else { 255 }]));
    let small = thumbnail(&clean(encoded(glass, image::ImageFormat::Png))).unwrap();
    assert_eq!(small.file.format, ImageFormat::Png);
    assert_eq!(decoded(&small).to_rgba8().get_pixel(10, 10).0[3], 0);
    let opaque = RgbaImage::from_pixel(600, 600, Rgba([1, 2, 3, 255]));
    assert_eq!(thumbnail(&clean(encoded(opaque, image::ImageFormat::Png))).unwrap().file.format, ImageFormat::Jpeg);
    let deep: ImageBuffer<Rgb<u16>, Vec<u16>> = ImageBuffer::from_pixel(500, 500, Rgb([u16::MAX, 0, 0]));
    let small = thumbnail(&clean(encoded(DynamicImage::from(deep), image::ImageFormat::Png))).unwrap();
    assert!(is_red(decoded(&small).to_rgb8().get_pixel(9, 9).0));
    let grey = GrayImage::from_pixel(700, 700, image::Luma([77]));
    assert!(thumbnail(&clean(encoded(grey, image::ImageFormat::Jpeg))).is_ok());
}

/// What a header announces is judged before a pixel is decoded; there are no pixels in these files.
#[test]
fn what_does_not_fit_into_memory_is_refused_before_it_is_decoded() {
    let header = [&8_000_u32.to_be_bytes()[..], &6_000_u32.to_be_bytes(), &[16, 6, 0, 0, 0]].concat();
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let mut checksum = crc32fast::Hasher::new();
        checksum.update(kind);
        checksum.update(data);
        [&(data.len() as u32).to_be_bytes()[..], kind, data, &checksum.finalize().to_be_bytes()].concat()
    };
    let png =
        [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &header), &chunk(b"IDAT", b"x"), &chunk(b"IEND", b"")].concat();
    let components = b"\x01\x11\0\x02\x11\0\x03\x11\0\x04\x11\0";
    let frame = [&b"\xff\xc2\0\x14\x08"[..], &6_000_u16.to_be_bytes(), &8_000_u16.to_be_bytes(), b"\x04", components];
    let jpeg =
        [&b"\xff\xd8"[..], &frame.concat(), b"\xff\xda\0\x0e\x04\x01\0\x02\0\x03\0\x04\0\0\x3f\0x\xff\xd9"].concat();
    for (format, file) in [(ImageFormat::Png, png), (ImageFormat::Jpeg, jpeg)] {
        let length = file.len() as u64;
        let parts = vec![Bytes::from(file)];
        let image = CleanImage {
            format,
            width: 8_000,
            height: 6_000,
            orientation: 1,
            decoded_pixels: 48_000_000,
            parts,
            length,
        };
        let refused = thumbnail(&image);
        assert!(matches!(refused, Err(ThumbnailError::TooLarge { bytes: 384_000_000 })), "{format}: {refused:?}");
    }
}

#[test]
fn a_picture_without_pixels_is_broken() {
    let file = encoded(halves(300, 300), image::ImageFormat::Png);
    let mut image = clean(file);
    image.parts = vec![image.parts.concat()[..200].to_vec().into()];
    assert!(matches!(thumbnail(&image), Err(ThumbnailError::Broken(_))));
}
