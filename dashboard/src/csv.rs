//! Tables for spreadsheets. What people have typed into names and notes is text there too, never a formula.

use axum::BoxError;
use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream::Stream;

use crate::language::{self, Lang};

/// Tells a spreadsheet that the text is UTF-8; without it one reads `Ã¤` for `ä`.
const BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// Characters with which a spreadsheet takes a cell for a formula, or skips on the way to one.
const ACTIVE: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Bytes of a usual row; a longer one is written in several steps.
const LINE_USUAL: usize = 1024;

/// A table in the making. It holds what was written since it was last taken, so whoever streams takes often.
pub(crate) struct Csv {
    delimiter: u8,
    written: Vec<u8>,
}

impl Csv {
    /// A table as a spreadsheet of this language expects it: where numbers have a decimal comma, cells are divided by
    /// semicolons.
    pub(crate) fn for_people(lang: Lang) -> Self {
        let delimiter = match lang {
            Lang::Fi | Lang::Sv => b';',
            Lang::En => b',',
        };
        Self { delimiter, written: BOM.to_vec() }
    }

    /// A table for programs, as RFC 4180 has it. Its cells are guarded the same way: people open such files too.
    pub(crate) fn for_programs() -> Self {
        Self { delimiter: b',', written: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        let mut line = csv::WriterBuilder::new()
            .buffer_capacity(LINE_USUAL)
            .delimiter(self.delimiter)
            .terminator(csv::Terminator::CRLF)
            .from_writer(&mut self.written);
        for cell in cells {
            let cell = cell.as_ref();
            // Writing to memory cannot fail.
            let _ =
                if cell.starts_with(ACTIVE) { line.write_field(format!("'{cell}")) } else { line.write_field(cell) };
        }
        let _ = line.write_record(None::<&[u8]>);
        let _ = line.flush();
    }

    /// What was written since this was last called.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.written)
    }

    /// The whole table as a file of this name, without its ending.
    pub(crate) fn answer(mut self, name: &str) -> Response {
        (headers(name), self.take()).into_response()
    }
}

/// A table that is sent while it is written; places are named as its reader knows them.
pub(crate) fn body<E: Into<BoxError> + 'static>(pieces: impl Stream<Item = Result<Bytes, E>> + Send + 'static) -> Body {
    Body::from_stream(language::carried(pieces))
}

/// What stands above a table that is a file of this name, without its ending: letters, digits, `-`.
pub(crate) fn headers(name: &str) -> [(header::HeaderName, String); 2] {
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(csv: &mut Csv) -> String {
        String::from_utf8(csv.take()).unwrap()
    }

    #[test]
    fn no_cell_is_a_formula_and_every_cell_reads_back() {
        let mut csv = Csv::for_programs();
        csv.row(["=1+1", "+358", "-2", "@SUM(A1)", "\tx", "\rx", "a=b", "O'Hara"]);
        csv.row(["a,b", "a\"b", "a\nb", "", "Åsa"]);
        let written = text(&mut csv);
        assert!(written.starts_with("'=1+1,'+358,'-2,'@SUM(A1),"), "{written}");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(written.as_bytes());
        let rows: Vec<Vec<String>> =
            reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        assert_eq!(rows[0], ["'=1+1", "'+358", "'-2", "'@SUM(A1)", "'\tx", "'\rx", "a=b", "O'Hara"]);
        assert_eq!(rows[1], ["a,b", "a\"b", "a\nb", "", "Åsa"]);
    }

    #[test]
    fn a_language_with_a_decimal_comma_divides_by_semicolons() {
        for (lang, expected) in [(Lang::Fi, "a;b\r\n"), (Lang::Sv, "a;b\r\n"), (Lang::En, "a,b\r\n")] {
            let mut csv = Csv::for_people(lang);
            csv.row(["a", "b"]);
            assert_eq!(text(&mut csv), format!("\u{FEFF}{expected}"));
        }
    }

    #[test]
    fn what_was_taken_is_not_held() {
        let mut csv = Csv::for_people(Lang::En);
        csv.row(["a"]);
        assert_eq!(text(&mut csv), "\u{FEFF}a\r\n");
        csv.row(["b"]);
        assert_eq!(text(&mut csv), "b\r\n");
        assert!(csv.take().is_empty());
    }

    #[test]
    fn a_name_cannot_leave_its_header() {
        let [_, (_, disposition)] = headers("a\"\r\nb/../c-1");
        assert_eq!(disposition, "attachment; filename=\"abc-1.csv\"");
    }
}
