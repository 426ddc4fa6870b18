//! ICC colour profiles (ICC.1:2022). A profile is written anew from what changes colours: its makers, its date, its
//! names and whatever else it carries stay out.
//!
//! `moxcms` reads profiles too, but into numbers, and writes other bytes than it read: a profile would change with
//! every inspection.

/// The most bytes of a profile that is read. Profiles of displays have some KB, those of presses up to a megabyte.
pub(super) const MAX_PROFILE: usize = 1 << 20;
/// The bytes of a header, before the table of tags.
const HEADER: usize = 128;
/// The most tags of a profile. Real ones have about twenty.
const MAX_TAGS: usize = 100;
/// The most values of a curve. Real ones have up to 4,096.
const MAX_CURVE: usize = 4_096;
/// The most channels of a table of colours.
const MAX_CHANNELS: u8 = 4;
/// The date of every profile: the field may not be empty.
const DATE: [u8; 12] = [0x07, 0xD0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0];
/// The white of the connection space, which is the same in every profile.
const D50: [u8; 12] = [0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D];

/// What a tag may hold.
#[derive(Clone, Copy, PartialEq)]
enum Content {
    Color,
    Adaptation,
    Curve,
    Coding,
    Table,
}

/// The tags that change colours, in the order in which they are written.
const TAGS: [(&[u8; 4], Content); 13] = [
    (b"wtpt", Content::Color),
    (b"chad", Content::Adaptation),
    (b"rXYZ", Content::Color),
    (b"gXYZ", Content::Color),
    (b"bXYZ", Content::Color),
    (b"rTRC", Content::Curve),
    (b"gTRC", Content::Curve),
    (b"bTRC", Content::Curve),
    (b"kTRC", Content::Curve),
    (b"cicp", Content::Coding),
    (b"A2B0", Content::Table),
    (b"A2B1", Content::Table),
    (b"A2B2", Content::Table),
];

/// An element of a profile: one tag's content.
type Element = ([u8; 4], Vec<u8>);

/// The profile with nothing in it but colours. `None` if it is no profile of a picture, or has none that browsers read:
/// the picture is then shown as sRGB.
pub(super) fn rebuilt(profile: &[u8]) -> Option<Vec<u8>> {
    let profile = Profile::read(profile)?;
    let found = |(tag, content): &(&[u8; 4], Content)| Some((**tag, element(profile.tag(tag)?, *content)?));
    let mut elements: Vec<Element> = TAGS.iter().filter_map(found).collect();
    let has = |tags: &[&[u8; 4]]| tags.iter().all(|tag| elements.iter().any(|(found, _)| found == *tag));
    let is_complete = match &profile.space {
        b"RGB " => has(&[b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"]) || has(&[b"A2B0"]),
        b"GRAY" => has(&[b"kTRC"]) || has(&[b"A2B0"]),
        _ => has(&[b"A2B0"]),
    };
    if !is_complete {
        return None;
    }
    // A profile must have a description and a copyright.
    elements.push((*b"desc", profile.text("c", b"desc")));
    elements.push((*b"cprt", profile.text("CC0", b"text")));
    written(profile.header(), &elements)
}

/// A profile as it was read.
struct Profile<'a> {
    bytes: &'a [u8],
    version: [u8; 2],
    class: [u8; 4],
    space: [u8; 4],
    connection: [u8; 4],
    intent: [u8; 4],
}

impl<'a> Profile<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let size = usize::try_from(u32_at(bytes, 0)?).ok()?;
        let bytes = bytes.get(..size).filter(|bytes| bytes.len() <= MAX_PROFILE)?;
        let profile = Self {
            bytes,
            version: array(bytes, 8)?,
            class: array(bytes, 12)?,
            space: array(bytes, 16)?,
            connection: array(bytes, 20)?,
            intent: array(bytes, 64)?,
        };
        let is_known = matches!(profile.version, [2 | 4, _])
            && matches!(&profile.class, b"mntr" | b"scnr" | b"prtr" | b"spac")
            && matches!(&profile.space, b"RGB " | b"GRAY" | b"CMYK")
            && matches!(&profile.connection, b"XYZ " | b"Lab ")
            && matches!(profile.intent, [0, 0, 0, 0..=3])
            && array(bytes, 36) == Some(*b"acsp");
        is_known.then_some(profile)
    }

    /// The content of the first tag with this name.
    fn tag(&self, name: &[u8; 4]) -> Option<&'a [u8]> {
        let count = usize::try_from(u32_at(self.bytes, HEADER)?).ok()?.min(MAX_TAGS);
        let place = (0..count).map(|n| HEADER + 4 + 12 * n).find(|at| array(self.bytes, *at).as_ref() == Some(name))?;
        let start = usize::try_from(u32_at(self.bytes, place + 4)?).ok()?;
        let length = usize::try_from(u32_at(self.bytes, place + 8)?).ok()?;
        self.bytes.get(start..start.checked_add(length)?)
    }

    /// The header without sizes: the fields that say how colours are meant, and nothing of who made it and when.
    fn header(&self) -> Vec<u8> {
        let mut header = vec![0; 8];
        header.extend([self.version.as_slice(), &[0, 0], &self.class, &self.space, &self.connection, &DATE].concat());
        header.extend_from_slice(b"acsp");
        header.resize(64, 0);
        header.extend([self.intent.as_slice(), &D50].concat());
        header.resize(HEADER, 0);
        header
    }

    /// A short text, as this version of the format holds it: `kind` is its type in version 2.
    fn text(&self, text: &str, kind: &[u8; 4]) -> Vec<u8> {
        let length = |length: usize| u32::try_from(length).unwrap_or_default().to_be_bytes();
        let mut element = Vec::new();
        match (self.version, kind) {
            ([4, _], _) => {
                element.extend_from_slice(b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS");
                element.extend(length(2 * text.len()));
                element.extend(28_u32.to_be_bytes());
                text.encode_utf16().for_each(|unit| element.extend(unit.to_be_bytes()));
            }
            (_, b"desc") => {
                element.extend_from_slice(b"desc\0\0\0\0");
                element.extend(length(text.len() + 1));
                element.extend(text.as_bytes());
                // The end of the text, and the same text in two other codes, both empty.
                element.resize(element.len() + 1 + 8 + 3 + 67, 0);
            }
            _ => {
                element.extend([kind.as_slice(), &[0; 4], text.as_bytes(), &[0]].concat());
            }
        }
        element
    }
}

/// The content of a tag, of exactly the length that its type has. `None` if it is of another type.
fn element(data: &[u8], content: Content) -> Option<Vec<u8>> {
    let kind: [u8; 4] = array(data, 0)?;
    // The bytes that have no meaning, and the length after the first eight.
    let (unused, length) = match (&kind, content) {
        (b"XYZ ", Content::Color) => (0..0, 12),
        (b"sf32", Content::Adaptation) => (0..0, 36),
        (b"cicp", Content::Coding) => (0..0, 4),
        (b"curv", Content::Curve) => {
            let count = usize::try_from(u32_at(data, 8)?).ok().filter(|count| *count <= MAX_CURVE)?;
            (0..0, 4 + 2 * count)
        }
        (b"para", Content::Curve) => {
            let count = match array(data, 8)? {
                [0, 0] => 1,
                [0, 1] => 3,
                [0, 2] => 4,
                [0, 3] => 5,
                [0, 4] => 7,
                _ => return None,
            };
            (10..12, 4 + 4 * count)
        }
        (b"mft1" | b"mft2", Content::Table) => (11..12, table_length(data, kind == *b"mft2")?),
        _ => return None,
    };
    let mut element = [kind, [0; 4]].concat();
    let values = data.get(8..8_usize.checked_add(length)?)?;
    element.extend_from_slice(values);
    element.get_mut(unused)?.fill(0);
    Some(element)
}

/// The bytes of a table of colours after the first eight: sizes, a matrix, a curve for each input, the grid, and a
/// curve for each output.
fn table_length(data: &[u8], is_wide: bool) -> Option<usize> {
    let [inputs, outputs, grid] = array(data, 8)?;
    if ![inputs, outputs].iter().all(|channels| (1..=MAX_CHANNELS).contains(channels)) {
        return None;
    }
    let colors = usize::from(grid).checked_pow(inputs.into())?.checked_mul(outputs.into())?;
    let (inputs, outputs) = (usize::from(inputs), usize::from(outputs));
    if !is_wide {
        return colors.checked_add(4 + 36 + 256 * (inputs + outputs));
    }
    let [input_entries, output_entries] = [array(data, 48)?, array(data, 50)?].map(u16::from_be_bytes).map(usize::from);
    if input_entries > MAX_CURVE || output_entries > MAX_CURVE {
        return None;
    }
    let curves = input_entries * inputs + output_entries * outputs;
    colors.checked_add(curves)?.checked_mul(2)?.checked_add(4 + 36 + 4)
}

/// Writes a profile. Equal elements are written once.
fn written(mut header: Vec<u8>, elements: &[Element]) -> Option<Vec<u8>> {
    let mut table = u32::try_from(elements.len()).ok()?.to_be_bytes().to_vec();
    let begin = HEADER + 4 + 12 * elements.len();
    let mut data: Vec<u8> = Vec::new();
    let mut places: Vec<(&[u8], u32)> = Vec::new();
    for (tag, element) in elements {
        let known = places.iter().find(|(known, _)| known == element).map(|(_, place)| *place);
        let place = match known {
            Some(place) => place,
            None => {
                data.resize(data.len().next_multiple_of(4), 0);
                let place = u32::try_from(begin + data.len()).ok()?;
                data.extend_from_slice(element);
                places.push((element, place));
                place
            }
        };
        table.extend([*tag, place.to_be_bytes(), u32::try_from(element.len()).ok()?.to_be_bytes()].concat());
    }
    data.resize(data.len().next_multiple_of(4), 0);
    let size = u32::try_from(begin + data.len()).ok()?.to_be_bytes();
    header.get_mut(..4)?.copy_from_slice(&size);
    Some([header, table, data].concat())
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

#[cfg(test)]
mod tests;
