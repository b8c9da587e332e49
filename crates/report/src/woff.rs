//! Packs a TrueType font as WOFF 1.0 (W3C Recommendation of 13 December 2012), so that a report can carry it.

use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::io::Write;

const HEADER: usize = 44;
const ENTRY: usize = 20;
const TRUE_TYPE_HEADER: usize = 12;
const TRUE_TYPE_ENTRY: usize = 16;

/// The font with every table compressed; `None` for what is no TrueType font.
pub(crate) fn packed(font: &[u8]) -> Option<Vec<u8>> {
    let tables = usize::from(u16::from_be_bytes(font.get(4..6)?.try_into().ok()?));
    let mut directory = Vec::with_capacity(tables * ENTRY);
    let mut data: Vec<u8> = Vec::new();
    let mut unpacked_size = TRUE_TYPE_HEADER + tables * TRUE_TYPE_ENTRY;
    for index in 0..tables {
        let entry = font.get(TRUE_TYPE_HEADER + index * TRUE_TYPE_ENTRY..)?.get(..TRUE_TYPE_ENTRY)?;
        let (offset, length) = (number(entry, 8)?, number(entry, 12)?);
        let table = font.get(offset..offset.checked_add(length)?)?;
        let compressed = compressed(table)?;
        // The format forbids a table that grew by compression.
        let kept = if compressed.len() < length { compressed.as_slice() } else { table };
        let at = HEADER + tables * ENTRY + data.len();
        directory.extend_from_slice(entry.get(..4)?);
        for value in [at, kept.len(), length] {
            directory.extend_from_slice(&u32::try_from(value).ok()?.to_be_bytes());
        }
        directory.extend_from_slice(entry.get(4..8)?);
        data.extend_from_slice(kept);
        data.resize(data.len().next_multiple_of(4), 0);
        unpacked_size += length.next_multiple_of(4);
    }
    let size = HEADER + directory.len() + data.len();
    let mut packed = Vec::with_capacity(size);
    packed.extend_from_slice(b"wOFF");
    packed.extend_from_slice(font.get(..4)?);
    packed.extend_from_slice(&u32::try_from(size).ok()?.to_be_bytes());
    packed.extend_from_slice(&u16::try_from(tables).ok()?.to_be_bytes());
    packed.extend_from_slice(&[0; 2]);
    packed.extend_from_slice(&u32::try_from(unpacked_size).ok()?.to_be_bytes());
    // Version 1.0, and neither metadata nor private data.
    packed.extend_from_slice(&[0, 1, 0, 0]);
    packed.resize(HEADER, 0);
    packed.extend_from_slice(&directory);
    packed.extend_from_slice(&data);
    Some(packed)
}

fn number(entry: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_be_bytes(entry.get(at..at + 4)?.try_into().ok()?) as usize)
}

fn compressed(table: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(table).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::type_face;
    use std::io::Read;

    #[test]
    fn every_table_comes_back() {
        let font = type_face::REGULAR;
        let packed = packed(font).unwrap();
        assert!(packed.len() < font.len() * 7 / 10, "{} of {}", packed.len(), font.len());
        assert_eq!(number(&packed, 8), Some(packed.len()));
        let tables = usize::from(u16::from_be_bytes([packed[12], packed[13]]));
        for index in 0..tables {
            let entry = &packed[HEADER + index * ENTRY..][..ENTRY];
            let original = &font[TRUE_TYPE_HEADER + index * TRUE_TYPE_ENTRY..][..TRUE_TYPE_ENTRY];
            assert_eq!((&entry[..4], &entry[16..]), (&original[..4], &original[4..8]), "tag and checksum");
            let (at, length) = (number(entry, 4).unwrap(), number(entry, 8).unwrap());
            let (from, full) = (number(original, 8).unwrap(), number(original, 12).unwrap());
            let kept = &packed[at..at + length];
            let mut table = Vec::new();
            if length < full {
                flate2::read::ZlibDecoder::new(kept).read_to_end(&mut table).unwrap();
            } else {
                table.extend_from_slice(kept);
            }
            assert!(table == font[from..from + full], "table {index}");
        }
    }

    #[test]
    fn what_is_no_font_is_refused() {
        assert!(packed(b"").is_none() && packed(b"nothing like a font at all").is_none());
    }
}
