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
pub(super) fn sniffed(text: &str) -> (u32, u8, &str) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    if let Some(named) = first.trim().to_ascii_lowercase().strip_prefix("sep=").and_then(|mark| mark.bytes().next())
        && MARKS.contains(&named)
    {
        return (1, named, rest);
    }
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    (0, most(header), text)
}

/// Counts lines as spreadsheets show them, from places that only grow.
pub(super) struct Lines<'a> {
    rest: &'a [u8],
    seen: usize,
    line: u32,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str, skipped: u32) -> Self {
        Self { rest: text.as_bytes(), seen: 0, line: skipped.saturating_add(1) }
    }

    /// The line of the first character at a place or behind it that ends no line.
    pub(super) fn at(&mut self, place: usize) -> u32 {
        while let Some((first, rest)) = self.rest.split_first() {
            let ends = matches!(first, b'\r' | b'\n');
            if self.seen >= place && !ends {
                break;
            }
            if *first == b'\n' || (*first == b'\r' && rest.first() != Some(&b'\n')) {
                self.line = self.line.saturating_add(1);
            }
            (self.rest, self.seen) = (rest, self.seen + 1);
        }
        self.line
    }
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
