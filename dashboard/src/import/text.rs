//! From bytes to text: which encoding, and which mark stands between the cells.

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

use super::FileFault;

/// The text of a file. UTF-8 or UTF-16 if a mark at its beginning says so, else UTF-8 if it is that, else
/// Windows-1252, in which spreadsheets on Windows save.
pub(super) fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, FileFault> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, damaged) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        return if damaged { Err(FileFault::NotText) } else { checked(text) };
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => checked(Cow::Borrowed(text)),
        Err(_) => checked(WINDOWS_1252.decode_without_bom_handling(bytes).0),
    }
}

/// A workbook is an archive, and no text has a zero in it.
fn checked(text: Cow<'_, str>) -> Result<Cow<'_, str>, FileFault> {
    if text.contains('\0') || text.starts_with("PK\u{3}\u{4}") { Err(FileFault::NotText) } else { Ok(text) }
}

/// How many lines stand before the header, the mark between the cells, and the text from the header on.
/// Excel's first line `sep=;` says it; else the one that the header has most of.
pub(super) fn sniffed(text: &str) -> (u64, u8, &str) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    if let Some(named) = first.trim().to_ascii_lowercase().strip_prefix("sep=").and_then(|mark| mark.bytes().next())
        && MARKS.contains(&named)
    {
        return (1, named, rest);
    }
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    (0, most(header), text)
}

/// The first wins where two are as many.
const MARKS: [u8; 3] = [b';', b'\t', b','];

fn most(header: &str) -> u8 {
    let count = |mark: u8| {
        let mut quoted = false;
        header
            .bytes()
            .filter(|byte| {
                quoted ^= *byte == b'"';
                !quoted && *byte == mark
            })
            .count()
    };
    MARKS.into_iter().rev().max_by_key(|mark| count(*mark)).unwrap_or(b';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_that_spreadsheets_save_in_says_the_same() {
        let text = "nimi;yksikkö\nMeikäläinen;Päivystys";
        let mut marked = vec![0xEF, 0xBB, 0xBF];
        marked.extend(text.as_bytes());
        let windows: Vec<u8> = WINDOWS_1252.encode(text).0.into_owned();
        let mut utf16 = vec![0xFF, 0xFE];
        utf16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        for bytes in [text.as_bytes(), &marked, &windows, &utf16] {
            assert_eq!(decoded(bytes).as_deref(), Ok(text));
        }
    }

    #[test]
    fn a_workbook_is_no_text() {
        for bytes in [b"PK\x03\x04\x14\x00".as_slice(), b"a;b\n\0", &[0xFF, 0xFE, 0x00]] {
            assert_eq!(decoded(bytes), Err(FileFault::NotText), "{bytes:?}");
        }
    }

    #[test]
    fn the_mark_between_the_cells_is_the_one_that_the_header_has_most_of() {
        for (text, skipped, mark) in [
            ("a;b;c\n", 0, b';'),
            ("a,b,c\n", 0, b','),
            ("a\tb\n1;2;3;4", 0, b'\t'),
            ("\"a,b,c\";d\n", 0, b';'),
            ("a", 0, b';'),
            ("a;b,c", 0, b';'),
            ("sep=,\r\na;b,c", 1, b','),
            ("", 0, b';'),
        ] {
            let (lines, found, _) = sniffed(text);
            assert_eq!((lines, char::from(found)), (skipped, char::from(mark)), "{text:?}");
        }
    }
}
