//! Bars, drawn by the server. Widths are parts of the whole and heights pixels, so a drawing fits every screen and its
//! letters stay as large as others. The same numbers always stand in a table beside it.

use std::fmt::Write as _;

/// Height of the tallest column, in pixels.
const PLOT: u64 = 160;
/// Room above it for the number that it stands for.
const ABOVE: u64 = 18;
/// Room below for the labels.
const BELOW: u64 = 20;
/// Height of a lying bar with its label.
const LINE: u64 = 44;

/// A drawing of bars.
pub(crate) struct Chart {
    /// A name for the ids of its title and its description.
    pub(crate) id: &'static str,
    pub(crate) title: String,
    /// What is to be seen in it, in a sentence.
    pub(crate) desc: String,
    pub(crate) height: u64,
    pub(crate) rects: Vec<Rect>,
    pub(crate) texts: Vec<Text>,
    /// Class and meaning of each colour, if there are several.
    pub(crate) legend: Vec<(&'static str, String)>,
}

/// A part of a bar.
pub(crate) struct Rect {
    pub(crate) class: &'static str,
    pub(crate) x: String,
    pub(crate) y: u64,
    pub(crate) width: String,
    pub(crate) height: u64,
}

/// A label.
pub(crate) struct Text {
    pub(crate) x: String,
    pub(crate) y: u64,
    pub(crate) anchor: &'static str,
    pub(crate) text: String,
}

impl Chart {
    /// Columns beside each other, each of two parts, the first below. Every `every`th has its label.
    pub(crate) fn columns(
        (id, title, desc): (&'static str, String, String),
        legend: [String; 2],
        bars: &[(String, [u64; 2])],
        every: usize,
    ) -> Self {
        let most = bars.iter().map(|(_, [first, second])| first + second).max().unwrap_or(0).max(1);
        let (count, base) = (bars.len().max(1) as u64, ABOVE + PLOT);
        let mut rects = Vec::new();
        let mut texts = vec![Text { x: "0".to_owned(), y: ABOVE - 5, anchor: "start", text: most.to_string() }];
        for (place, (number, (label, [first, second]))) in (0..).zip(bars.iter().enumerate()) {
            let (x, width) = (percent(place * 100 + 12, count * 100), percent(76, count * 100));
            let below = tall(*first, most);
            for (class, height, y) in [("first", below, base - below), ("second", tall(*second, most), base - below)] {
                if height > 0 {
                    let y = if class == "second" { y.saturating_sub(height) } else { y };
                    rects.push(Rect { class, x: x.clone(), y, width: width.clone(), height });
                }
            }
            if number % every == 0 {
                let x = percent(place * 100 + 50, count * 100);
                texts.push(Text { x, y: base + BELOW - 4, anchor: "middle", text: label.clone() });
            }
        }
        let [first, second] = legend;
        Self { id, title, desc, height: base + BELOW, rects, texts, legend: vec![("first", first), ("second", second)] }
    }

    /// Lying bars under each other, each below its label.
    pub(crate) fn lines((id, title, desc): (&'static str, String, String), bars: &[(String, u64)]) -> Self {
        let most = bars.iter().map(|(_, value)| *value).max().unwrap_or(0).max(1);
        let (mut rects, mut texts) = (Vec::new(), Vec::new());
        for (top, (label, value)) in (0..).map(|place| place * LINE).zip(bars) {
            texts.push(Text { x: "0".to_owned(), y: top + 16, anchor: "start", text: format!("{label}: {value}") });
            rects.push(Rect {
                class: "first",
                x: "0".to_owned(),
                y: top + 22,
                width: percent(*value, most),
                height: 14,
            });
        }
        Self { id, title, desc, height: bars.len() as u64 * LINE, rects, texts, legend: Vec::new() }
    }
}

/// What is there is seen, however little it is.
fn tall(value: u64, most: u64) -> u64 {
    if value == 0 { 0 } else { (value.saturating_mul(PLOT) / most).clamp(1, PLOT) }
}

/// A part of a whole as a percentage with two decimals.
fn percent(part: u64, whole: u64) -> String {
    let hundredths = part.saturating_mul(10_000) / whole.max(1);
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write!(text, "{}.{:02}%", hundredths / 100, hundredths % 100);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> (&'static str, String, String) {
        ("taps", "Taps".to_owned(), "Most at 8".to_owned())
    }

    #[test]
    fn columns_stand_on_one_line_and_none_leaves_the_drawing() {
        let bars: Vec<_> = (0..24).map(|hour| (hour.to_string(), [hour * 1_000, u64::from(hour == 3)])).collect();
        let chart = Chart::columns(words(), ["Granted".to_owned(), "Denied".to_owned()], &bars, 3);
        for rect in &chart.rects {
            assert!(rect.y >= ABOVE - 1 && rect.y + rect.height <= ABOVE + PLOT, "{} {}", rect.y, rect.height);
            assert!(rect.height > 0);
        }
        assert_eq!(chart.rects.len(), 24, "23 hours with grants, and one denial that is seen though it is small");
        assert_eq!(chart.texts.len(), 1 + 8);
        let tallest = chart.rects.iter().map(|rect| rect.height).max();
        assert_eq!(tallest, Some(PLOT));
    }

    #[test]
    fn nothing_is_drawn_of_nothing_and_the_largest_numbers_fit() {
        let empty = Chart::columns(words(), [String::new(), String::new()], &[], 3);
        assert!(empty.rects.is_empty());
        let bars = [("a".to_owned(), u64::MAX / 20_000), ("b".to_owned(), 0)];
        let lines = Chart::lines(words(), &bars);
        assert_eq!(lines.rects.iter().map(|rect| rect.width.as_str()).collect::<Vec<_>>(), ["100.00%", "0.00%"]);
        assert_eq!(lines.texts.first().map(|text| text.text.clone()), Some(format!("a: {}", u64::MAX / 20_000)));
    }
}
