//! Thumbnails: the only place where pixels are decoded. What a decoder will take is estimated before it begins, and
//! `decoding` bounds what it does take.

use std::io::Cursor;

use aviary_media::{CleanImage, ImageFormat, InspectError, inspect};
use bytes::Bytes;
use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{PngDecoder, PngEncoder};
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageEncoder, ImageError, RgbImage};
use jpeg_decoder::{CodingProcess, PixelFormat};

/// The longest side of a thumbnail in pixels.
pub const THUMBNAIL_SIDE: u32 = 400;
/// The longest side of the picture from which a blurhash is made.
const BLURHASH_SIDE: u32 = 32;
const QUALITY: u8 = 80;
/// The most bytes that a decoder may take. The function has 512 MiB, and holds the file besides.
const MAX_DECODED_BYTES: u64 = 320 * 1024 * 1024;

/// A small picture of an image.
#[derive(Debug)]
pub struct Thumbnail {
    /// A JPEG, or a PNG if the image is transparent somewhere.
    pub file: CleanImage,
    /// A few characters that describe its colours (blurha.sh).
    pub blurhash: String,
}

/// Why an image gets no thumbnail.
#[derive(Debug, thiserror::Error)]
pub enum ThumbnailError {
    /// Decoding it would take too much memory.
    #[error("decoding the image would take {bytes} bytes")]
    TooLarge {
        /// The estimate.
        bytes: u64,
    },
    /// Decoding it took more memory or time than there is.
    #[error("decoding the image takes too much memory or time: {0}")]
    Exhausting(String),
    /// Its pixels cannot be decoded.
    #[error("the image cannot be decoded: {0}")]
    Broken(String),
}

impl ThumbnailError {
    /// The message for the sender of the image.
    #[must_use]
    pub fn client_message(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } | Self::Exhausting(_) => {
                "The image has too many pixels for its kind. Save it smaller, or as a JPEG that is not progressive."
            }
            Self::Broken(_) => {
                "Upload a valid image. The file you uploaded was either not an image or a corrupted image."
            }
        }
    }
}

impl From<ImageError> for ThumbnailError {
    fn from(error: ImageError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<jpeg_decoder::Error> for ThumbnailError {
    fn from(error: jpeg_decoder::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<InspectError> for ThumbnailError {
    fn from(error: InspectError) -> Self {
        Self::Broken(error.to_string())
    }
}

/// Makes a thumbnail of an image, turned as the image is shown.
///
/// # Errors
/// [`ThumbnailError`] if the image cannot be decoded, or not in the memory that there is.
pub fn thumbnail(image: &CleanImage) -> Result<Thumbnail, ThumbnailError> {
    let (decoded, profile) = match image.format {
        ImageFormat::Jpeg => decode_jpeg(image)?,
        ImageFormat::Png => decode(PngDecoder::new(Cursor::new(joined(image)))?, 0)?,
        ImageFormat::Gif => decode(GifDecoder::new(Cursor::new(joined(image)))?, 4)?,
        ImageFormat::WebP => decode(WebPDecoder::new(Cursor::new(joined(image)))?, 4)?,
    };
    let mut small = shrunk(decoded, THUMBNAIL_SIDE);
    if let Some(orientation) = Orientation::from_exif(image.orientation) {
        small.apply_orientation(orientation);
    }
    let blurhash = blurhash_of(&small)?;
    let bytes = encode(&small, profile)?;
    Ok(Thumbnail { file: inspect(&[Bytes::from(bytes)], None)?, blurhash })
}

fn joined(image: &CleanImage) -> Vec<u8> {
    image.parts.concat()
}

type Decoded = (DynamicImage, Option<Vec<u8>>);

fn check(bytes: u64) -> Result<(), ThumbnailError> {
    if bytes <= MAX_DECODED_BYTES { Ok(()) } else { Err(ThumbnailError::TooLarge { bytes }) }
}

/// Decodes the first frame. `working` is what the decoder takes for a pixel besides its result.
fn decode<D: ImageDecoder>(mut decoder: D, working: u64) -> Result<Decoded, ThumbnailError> {
    let (width, height) = decoder.dimensions();
    check(decoder.total_bytes().saturating_add(u64::from(width) * u64::from(height) * working))?;
    let profile = decoder.icc_profile().ok().flatten();
    Ok((DynamicImage::from_decoder(decoder)?, profile))
}

/// Decodes a JPEG at an eighth, a quarter or a half of its size, if that is enough. Its discrete cosine transform makes
/// that exact and cheap: a photo of 12 megapixels takes half the time of decoding all of it.
fn decode_jpeg(image: &CleanImage) -> Result<Decoded, ThumbnailError> {
    let mut decoder = jpeg_decoder::Decoder::new(Cursor::new(joined(image)));
    decoder.read_info()?;
    let info = decoder.info().ok_or_else(|| ThumbnailError::Broken("no header".to_owned()))?;
    let pixels = u64::from(info.width) * u64::from(info.height);
    let components = match info.pixel_format {
        PixelFormat::L8 => 1,
        PixelFormat::L16 => 2,
        PixelFormat::RGB24 => 3,
        PixelFormat::CMYK32 => 4,
    };
    // All coefficients of a progressive one are held, of two bytes each.
    let progressive = info.coding_process == CodingProcess::DctProgressive;
    check(if progressive { pixels.saturating_mul(components * 2) } else { 0 })?;
    let fit = |side: u16, other: u16| {
        let longest = u32::from(side.max(other)).max(1);
        u16::try_from((u32::from(side) * THUMBNAIL_SIDE).div_ceil(longest)).unwrap_or(u16::MAX).max(1)
    };
    let (width, height) = decoder.scale(fit(info.width, info.height), fit(info.height, info.width))?;
    let pixels = decoder.decode()?;
    let profile = decoder.icc_profile();
    let (width, height) = (u32::from(width), u32::from(height));
    let decoded = match info.pixel_format {
        PixelFormat::L8 => GrayImage::from_raw(width, height, pixels).map(DynamicImage::from),
        PixelFormat::RGB24 => RgbImage::from_raw(width, height, pixels).map(DynamicImage::from),
        PixelFormat::CMYK32 => RgbImage::from_raw(width, height, rgb(&pixels)).map(DynamicImage::from),
        PixelFormat::L16 => None,
    };
    Ok((decoded.ok_or_else(|| ThumbnailError::Broken("an unexpected number of pixels".to_owned()))?, profile))
}

/// Inks to light, as a screen without a profile for these inks shows them.
fn rgb(cmyk: &[u8]) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(cmyk.len() / 4 * 3);
    for pixel in cmyk.as_chunks::<4>().0 {
        let [inks @ .., black] = *pixel;
        let light = |ink: u8| u16::from(255 - ink) * u16::from(255 - black) / 255;
        rgb.extend(inks.map(|ink| u8::try_from(light(ink)).unwrap_or(u8::MAX)));
    }
    rgb
}

/// The image with no side longer than `side`.
fn shrunk(image: DynamicImage, side: u32) -> DynamicImage {
    if image.width().max(image.height()) <= side { image } else { image.thumbnail(side, side) }
}

fn blurhash_of(image: &DynamicImage) -> Result<String, ThumbnailError> {
    let tiny = shrunk(image.clone(), BLURHASH_SIDE).to_rgba8();
    let (x, y) = if tiny.width() >= tiny.height() { (4, 3) } else { (3, 4) };
    let hash = blurhash::encode(x, y, tiny.width(), tiny.height(), tiny.as_raw());
    hash.map_err(|error| ThumbnailError::Broken(format!("{error:?}")))
}

/// A PNG if a pixel is transparent, otherwise a JPEG.
fn encode(image: &DynamicImage, profile: Option<Vec<u8>>) -> Result<Vec<u8>, ThumbnailError> {
    let mut bytes = Vec::new();
    // A profile for grey or for inks does not fit the pixels any more.
    let profile = profile.filter(|profile| profile.get(16..20) == Some(b"RGB ".as_slice()));
    let is_transparent =
        image.color().has_alpha() && image.to_rgba8().pixels().any(|pixel| pixel.0.last() != Some(&255));
    let (width, height) = (image.width(), image.height());
    if is_transparent {
        let mut encoder = PngEncoder::new(&mut bytes);
        set_profile(&mut encoder, profile);
        encoder.write_image(image.to_rgba8().as_raw(), width, height, image::ExtendedColorType::Rgba8)?;
    } else {
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
        set_profile(&mut encoder, profile);
        encoder.write_image(image.to_rgb8().as_raw(), width, height, image::ExtendedColorType::Rgb8)?;
    }
    Ok(bytes)
}

/// A thumbnail without its profile is only a little off.
fn set_profile(encoder: &mut impl ImageEncoder, profile: Option<Vec<u8>>) {
    if let Some(profile) = profile
        && let Err(error) = encoder.set_icc_profile(profile)
    {
        tracing::debug!(error = %error, "the encoder takes no profile");
    }
}
