//! Draws the pictures of a made-up world, each from a number.

use anyhow::Result;
use fastrand::Rng;
use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, Rgb, RgbImage};

const AVATAR: u32 = 160;
const CELLS: u32 = 5;
const WIDTH: u32 = 640;
const HEIGHT: u32 = 400;
const HILLS: u32 = 4;
const QUALITY: u8 = 80;

/// Number of different landscapes.
pub(crate) const LANDSCAPES: usize = 24;

/// A landscape.
#[derive(Debug)]
pub(crate) struct Landscape {
    /// A JPEG.
    pub(crate) bytes: Vec<u8>,
    /// Its description.
    pub(crate) words: String,
}

/// A sky with its name.
struct Sky {
    name: &'static str,
    above: [f64; 3],
    below: [f64; 3],
    hills: [f64; 3],
}

const SKIES: [Sky; 5] = [
    Sky { name: "an evening sky", above: [64.0, 56.0, 110.0], below: [250.0, 170.0, 110.0], hills: [40.0, 30.0, 60.0] },
    Sky { name: "a clear sky", above: [70.0, 130.0, 200.0], below: [215.0, 235.0, 245.0], hills: [40.0, 90.0, 70.0] },
    Sky { name: "fog", above: [190.0, 195.0, 200.0], below: [235.0, 235.0, 230.0], hills: [95.0, 105.0, 110.0] },
    Sky {
        name: "a pink morning",
        above: [150.0, 170.0, 215.0],
        below: [250.0, 205.0, 200.0],
        hills: [90.0, 70.0, 100.0],
    },
    Sky { name: "the night", above: [10.0, 14.0, 36.0], below: [40.0, 56.0, 96.0], hills: [6.0, 10.0, 20.0] },
];

/// A symmetric square pattern, as PNG.
pub(crate) fn avatar(of: u64) -> Result<Vec<u8>> {
    let mut rng = Rng::with_seed(of);
    let ground = Rgb([rng.u8(225..=250), rng.u8(225..=250), rng.u8(225..=250)]);
    let figure = Rgb([rng.u8(30..190), rng.u8(30..190), rng.u8(30..190)]);
    let mut picture = RgbImage::from_pixel(AVATAR, AVATAR, ground);
    let cell = AVATAR / (CELLS + 1);
    let margin = cell / 2;
    for row in 0..CELLS {
        for column in 0..CELLS.div_ceil(2) {
            if rng.bool() {
                for mirrored in [column, CELLS - 1 - column] {
                    fill(&mut picture, (margin + mirrored * cell, margin + row * cell), cell, figure);
                }
            }
        }
    }
    let mut bytes = Vec::new();
    picture.write_to(&mut std::io::Cursor::new(&mut bytes), ImageFormat::Png)?;
    Ok(bytes)
}

fn fill(picture: &mut RgbImage, (left, top): (u32, u32), size: u32, colour: Rgb<u8>) {
    for y in top..top + size {
        for x in left..left + size {
            picture.put_pixel(x, y, colour);
        }
    }
}

/// Hills below a sky.
pub(crate) fn landscape(of: u64) -> Result<Landscape> {
    let mut rng = Rng::with_seed(of);
    let [first, ..] = &SKIES;
    let sky = rng.choice(&SKIES).unwrap_or(first);
    let sun = (rng.f64() * f64::from(WIDTH), f64::from(HEIGHT) * (0.15 + 0.3 * rng.f64()), 18.0 + 22.0 * rng.f64());
    let ridges: Vec<Vec<f64>> = (0..HILLS).map(|hill| ridge(&mut rng, hill)).collect();
    let mut picture = RgbImage::new(WIDTH, HEIGHT);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let (column, row) = (f64::from(x), f64::from(y));
        // The nearest hill that covers this pixel.
        let hill = ridges.iter().rposition(|ridge| ridge.get(x as usize).is_some_and(|top| row > *top));
        let deep = mix(sky.above, sky.below, row / f64::from(HEIGHT));
        let colour = match hill {
            #[allow(clippy::cast_precision_loss, reason = "there are four")]
            Some(hill) => mix(sky.below, sky.hills, (hill as f64 + 1.0) / f64::from(HILLS)),
            None => {
                let away = (column - sun.0).hypot(row - sun.1) / sun.2;
                mix(deep, [255.0, 244.0, 214.0], if away < 1.0 { 0.95 } else { 0.5 / (away * away) })
            }
        };
        *pixel = Rgb(colour.map(byte));
    }
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(&picture)?;
    Ok(Landscape { bytes, words: format!("Hills and {}", sky.name) })
}

/// Height of a range of hills in each column. Nearer ranges are lower.
fn ridge(rng: &mut Rng, hill: u32) -> Vec<f64> {
    let base = f64::from(HEIGHT) * (0.5 + 0.12 * f64::from(hill));
    let waves: Vec<(f64, f64, f64)> = (1..=4_i32)
        .map(|octave| {
            let size = 34.0 / f64::from(octave);
            (size * rng.f64(), f64::from(octave) * (0.004 + 0.008 * rng.f64()), 6.3 * rng.f64())
        })
        .collect();
    let height = |x: f64| waves.iter().map(|(size, pace, from)| size * (x * pace + from).sin()).sum::<f64>();
    (0..WIDTH).map(|x| base - height(f64::from(x))).collect()
}

fn mix(from: [f64; 3], to: [f64; 3], share: f64) -> [f64; 3] {
    let share = share.clamp(0.0, 1.0);
    let mut mixed = [0.0; 3];
    for (out, (a, b)) in mixed.iter_mut().zip(from.iter().zip(to)) {
        *out = a + (b - a) * share;
    }
    mixed
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped")]
fn byte(value: f64) -> u8 {
    value.clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_small_and_the_same_for_the_same_number() {
        let Landscape { bytes: first, words } = landscape(7).expect("a picture");
        assert!(first.starts_with(&[0xff, 0xd8]) && first.len() < 40_000, "{}", first.len());
        assert!(words.starts_with("Hills and "));
        assert_eq!(landscape(7).expect("a picture").bytes, first);
        assert_ne!(landscape(8).expect("a picture").bytes, first);
        let avatar = avatar(7).expect("a picture");
        assert!(avatar.starts_with(b"\x89PNG") && avatar.len() < 8_000, "{}", avatar.len());
    }
}
