//! A text as a square that a telephone reads off the screen.

use qrcodegen::{QrCode, QrCodeEcc};

/// Empty modules on each side, as ISO/IEC 18004 asks for.
const QUIET: i32 = 4;

/// A QR code, to be drawn in one colour on white.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Square {
    /// Its width and height in modules, the empty ones included.
    pub(crate) side: i32,
    /// The dark modules as a path of SVG, one unit a module.
    pub(crate) path: String,
}

/// The square of a text; nothing if the text is longer than a square can hold, some two thousand bytes.
pub(crate) fn square(text: &str) -> Option<Square> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            // What is dark in a row without a gap is one piece.
            let end = (x..code.size()).find(|at| !code.get_module(*at, y)).unwrap_or(code.size());
            let length = end - x;
            if length > 0 {
                path.push_str(&format!("M{} {}h{length}v1h-{length}z", x + QUIET, y + QUIET));
            }
            x = end + 1;
        }
    }
    Some(Square { side: code.size() + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The square that a path draws.
    fn drawn(square: &Square) -> Vec<Vec<bool>> {
        let side = usize::try_from(square.side).unwrap();
        let mut rows = vec![vec![false; side]; side];
        for piece in square.path.split('M').skip(1) {
            let (place, length) = piece.split_once('h').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            let length: usize = length.split('v').next().unwrap().parse().unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            rows[y][x..x + length].fill(true);
        }
        rows
    }

    #[test]
    fn every_module_is_drawn_where_it_belongs_with_room_around() {
        let text = "otpauth://totp/Kulku%20hospital:maija?secret=MZXW6YTBOI&issuer=Kulku%20hospital";
        let (square, code) = (square(text).unwrap(), QrCode::encode_text(text, QrCodeEcc::Medium).unwrap());
        for (y, row) in (-QUIET..).zip(drawn(&square)) {
            for (x, dark) in (-QUIET..).zip(row) {
                assert_eq!(dark, code.get_module(x, y), "{x} {y}");
            }
        }
        assert_eq!(square.side, code.size() + 8);
    }

    #[test]
    fn what_does_not_fit_is_not_drawn() {
        assert_eq!(square(&"x".repeat(3_000)), None);
    }
}
