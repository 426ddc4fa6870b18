//! Reads `edts` and `minf`, which say how samples become a picture or sound. A box that no player needs becomes `free`,
//! and what a kept box holds beyond its own fields becomes zeros.

use std::ops::Range;

use crate::inspect::mp4::boxes::{Blanks, Boxes, Mp4Box};
use crate::inspect::mp4::error::VideoError;
use crate::inspect::mp4::movie::short;
use crate::inspect::mp4::settings;
use crate::inspect::source::Source;

/// The groups of samples that players know: where playing may begin, and layers.
const GROUPS: [&[u8; 4]; 6] = [b"roll", b"prol", b"rap ", b"sync", b"tele", b"tsas"];
/// The bytes of the fixed fields of a description of pictures, before its boxes (ISO/IEC 14496-12 §12.1.3).
pub(super) const PICTURE_FIELDS: usize = 78;
/// The same of a description of sound (§12.2.3).
pub(super) const SOUND_FIELDS: usize = 28;

/// The bytes that versions 1 and 2 of a description of sound add, which are QuickTime's.
pub(super) fn more_sound_fields(source: &Source<'_>, entry: &Mp4Box) -> usize {
    match source.array(entry.body.start.saturating_add(8)) {
        Some([0, 1]) => 16,
        Some([0, 2]) => 36,
        _ => 0,
    }
}

/// Keeps the list of edits, which says when the track begins.
pub(super) fn keep_edits(source: &Source<'_>, body: &Range<usize>, blanks: &mut Blanks) -> Result<(), VideoError> {
    let mut boxes = Boxes::within(source, body);
    while let Some(found) = boxes.next_box()? {
        match (&found.kind, source.array(found.body.start)) {
            (b"elst", Some([1_u8])) => blanks.tail(&found, counted(source, &found, 4, 20)),
            (b"elst", _) => blanks.tail(&found, counted(source, &found, 4, 12)),
            _ => blanks.blank_box(&found),
        }
    }
    Ok(())
}

/// Keeps what `minf` needs for a track of this kind.
pub(super) fn keep_information(
    source: &Source<'_>,
    body: &Range<usize>,
    handler: [u8; 4],
    blanks: &mut Blanks,
) -> Result<(), VideoError> {
    let mut boxes = Boxes::within(source, body);
    while let Some(found) = boxes.next_box()? {
        match &found.kind {
            b"vmhd" => blanks.tail(&found, 12),
            b"smhd" => blanks.tail(&found, 8),
            b"dinf" => keep_references(source, &found.body, blanks)?,
            b"stbl" => keep_tables(source, &found.body, handler, blanks)?,
            _ => blanks.blank_box(&found),
        }
    }
    Ok(())
}

/// Keeps the references to the data, which lies in the same file, without the addresses that they may name.
fn keep_references(source: &Source<'_>, body: &Range<usize>, blanks: &mut Blanks) -> Result<(), VideoError> {
    let mut boxes = Boxes::within(source, body);
    while let Some(found) = boxes.next_box()? {
        if found.kind != *b"dref" {
            blanks.blank_box(&found);
            continue;
        }
        let mut references = Boxes::within(source, &inside(&found, 8)?);
        while let Some(reference) = references.next_box()? {
            blanks.tail(&reference, 4);
        }
    }
    Ok(())
}

/// Keeps the tables of samples.
fn keep_tables(
    source: &Source<'_>,
    body: &Range<usize>,
    handler: [u8; 4],
    blanks: &mut Blanks,
) -> Result<(), VideoError> {
    let mut boxes = Boxes::within(source, body);
    while let Some(found) = boxes.next_box()? {
        let number = |at: usize| source.array(found.body.start.saturating_add(at)).map(u32::from_be_bytes);
        match &found.kind {
            b"stsd" => keep_descriptions(source, &found, handler, blanks)?,
            b"stts" | b"ctts" | b"co64" => blanks.tail(&found, counted(source, &found, 4, 8)),
            b"stsc" => blanks.tail(&found, counted(source, &found, 4, 12)),
            b"stco" | b"stss" => blanks.tail(&found, counted(source, &found, 4, 4)),
            b"stsz" if number(4) == Some(0) => blanks.tail(&found, counted(source, &found, 8, 4)),
            b"stsz" => blanks.tail(&found, 12),
            // Each size takes 4, 8 or 16 bits; two bytes are the most.
            b"stz2" => blanks.tail(&found, counted(source, &found, 8, 2)),
            b"cslg" => blanks.tail(&found, if number(0) == Some(0) { 24 } else { 44 }),
            b"sbgp" if is_known_group(source, &found) => {
                // Version 1 has a parameter before its rows.
                let before = if number(0).map(|flags| flags >> 24) == Some(1) { 12 } else { 8 };
                blanks.tail(&found, counted(source, &found, before, 8));
            }
            b"sgpd" if is_known_group(source, &found) => keep_groups(source, &found, blanks),
            _ => blanks.blank_box(&found),
        }
    }
    Ok(())
}

fn is_known_group(source: &Source<'_>, found: &Mp4Box) -> bool {
    source.array::<4>(found.body.start.saturating_add(4)).is_some_and(|kind| GROUPS.contains(&&kind))
}

/// Keeps descriptions of groups, whose rows have at most two bytes in the groups that are known.
fn keep_groups(source: &Source<'_>, found: &Mp4Box, blanks: &mut Blanks) {
    let row = source.array(found.body.start.saturating_add(8)).map(u32::from_be_bytes);
    match (source.array(found.body.start), row) {
        (Some([1_u8]), Some(row @ 1..=2)) => {
            let row = usize::try_from(row).unwrap_or_default();
            blanks.tail(found, counted(source, found, 12, row));
        }
        _ => blanks.blank_box(found),
    }
}

/// Keeps the descriptions of the samples: the codec and its settings, without the name of the program that encoded.
fn keep_descriptions(
    source: &Source<'_>,
    stsd: &Mp4Box,
    handler: [u8; 4],
    blanks: &mut Blanks,
) -> Result<(), VideoError> {
    let mut entries = Boxes::within(source, &inside(stsd, 8)?);
    while let Some(entry) = entries.next_box()? {
        let at = |offset: usize| entry.body.start.saturating_add(offset);
        let fields = if handler == *b"vide" {
            // Eight bytes begin every description. The next 16 name the maker's program in QuickTime.
            let fields = inside(&entry, PICTURE_FIELDS)?;
            blanks.zeros(at(8)..at(24));
            blanks.zeros(at(42)..at(74));
            fields
        } else {
            let fields = inside(&entry, SOUND_FIELDS + more_sound_fields(source, &entry))?;
            blanks.zeros(at(10)..at(16));
            fields
        };
        keep_settings(source, fields, false, blanks)?;
    }
    Ok(())
}

/// Keeps the boxes of a description that decoders read. Some programs end the list with a few zeros.
fn keep_settings(source: &Source<'_>, body: Range<usize>, nested: bool, blanks: &mut Blanks) -> Result<(), VideoError> {
    let mut boxes = Boxes::within(source, &body);
    while boxes.length() >= 8 {
        let Some(found) = boxes.next_box()? else { break };
        let coding: Option<[u8; 4]> = source.array(found.body.start);
        match (&found.kind, coding) {
            (b"avcC", _) => blanks.tail(&found, settings::avc_length(source, &found.body)),
            (b"hvcC", _) => blanks.tail(&found, settings::hevc_length(source, &found.body)),
            (b"esds", _) => blanks.tail(&found, settings::stream_length(source, &found.body)),
            (b"frma", _) => blanks.tail(&found, 4),
            // QuickTime's wrapper of the settings of sound.
            (b"wave", _) if !nested => keep_settings(source, found.body.clone(), true, blanks)?,
            (b"dvcC" | b"dvvC", _) => blanks.tail(&found, 24),
            (b"clap", _) => blanks.tail(&found, 32),
            (b"mdcv", _) => blanks.tail(&found, 24),
            (b"btrt", _) => blanks.tail(&found, 12),
            (b"pasp", _) => blanks.tail(&found, 8),
            (b"clli", _) => blanks.tail(&found, 4),
            (b"fiel", _) => blanks.tail(&found, 2),
            // Other kinds hold a whole colour profile.
            (b"colr", Some([b'n', b'c', b'l', b'x'])) => blanks.tail(&found, 11),
            (b"colr", Some([b'n', b'c', b'l', b'c'])) => blanks.tail(&found, 10),
            _ => blanks.blank_box(&found),
        }
    }
    blanks.zeros(body.end - boxes.length()..body.end);
    Ok(())
}

/// The content of a box after its first `fields` bytes.
fn inside(found: &Mp4Box, fields: usize) -> Result<Range<usize>, VideoError> {
    let start = found.body.start.saturating_add(fields);
    if start > found.body.end { Err(short(found)) } else { Ok(start..found.body.end) }
}

/// The bytes of a table whose number of rows stands after `before` bytes.
fn counted(source: &Source<'_>, found: &Mp4Box, before: usize, row: usize) -> usize {
    let count = source.array(found.body.start.saturating_add(before)).map(u32::from_be_bytes).unwrap_or_default();
    usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(row).saturating_add(before + 4)
}
