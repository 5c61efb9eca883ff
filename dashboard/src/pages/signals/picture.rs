//! A pattern as a drawing and in words. In the drawing the lamps and the buzzer have a line of their own each, with a
//! letter before it, so that no colour is needed.

use access::signal::pattern::{Lamps, Pattern, Step};

use crate::language::Lang;

/// How much of a pattern is drawn, in milliseconds. All are drawn to the same scale.
pub(super) const WIDTH: u64 = 4_000;

/// A part of a drawing, in milliseconds from its beginning.
pub(super) struct Bar {
    /// `green`, `red` or `buzzer`.
    pub(super) of: &'static str,
    pub(super) from: u64,
    pub(super) length: u64,
}

/// The bars of a pattern; again and again if it repeats.
pub(super) fn bars(pattern: &Pattern, repeats: bool) -> Vec<Bar> {
    let mut bars = Vec::new();
    let mut from = 0;
    // Each turn goes further, since no pattern that passed its check is shorter than its shortest step.
    while from < WIDTH && !pattern.0.is_empty() {
        for step in &pattern.0 {
            let length = u64::from(step.ms).min(WIDTH.saturating_sub(from));
            if length > 0 {
                bars.extend(lit(step.lamps).into_iter().map(|of| Bar { of, from, length }));
            }
            from += u64::from(step.ms.max(1));
        }
        if !repeats {
            break;
        }
    }
    bars
}

/// A pattern in words: alike flashes are counted.
pub(super) fn words(lang: Lang, pattern: &Pattern, repeats: bool) -> String {
    let said = counted(lang, &pattern.0)
        .unwrap_or_else(|| pattern.0.iter().map(|step| step_words(lang, step)).collect::<Vec<_>>().join(", "));
    if repeats { lang.say_with("signals-repeats", &[("rhythm", said.into())]) } else { said }
}

/// `3 × green 0.1 s, dark 0.15 s between them`, if all flashes and all pauses are alike.
fn counted(lang: Lang, steps: &[Step]) -> Option<String> {
    let (first, gap) = (steps.first()?, steps.get(1)?);
    let alike = steps.iter().enumerate().all(|(at, step)| step == if at % 2 == 0 { first } else { gap });
    if !alike || steps.len() < 3 || steps.len().is_multiple_of(2) {
        return None;
    }
    let variables = [
        ("count", (steps.len() / 2 + 1).to_string().into()),
        ("flash", step_words(lang, first).into()),
        ("gap", step_words(lang, gap).into()),
    ];
    Some(lang.say_with("signals-counted", &variables))
}

fn step_words(lang: Lang, step: &Step) -> String {
    let lamps: Vec<String> = match lit(step.lamps).as_slice() {
        [] => vec![lang.say("lamp-none")],
        some => some.iter().filter_map(|lamp| lang.try_say(&format!("lamp-{lamp}"))).collect(),
    };
    let seconds = seconds(lang, step.ms);
    lang.say_with("signals-step", &[("lamps", lamps.join(" + ").into()), ("seconds", seconds.into())])
}

/// Seconds as the language writes them.
fn seconds(lang: Lang, ms: u16) -> String {
    let text = (f64::from(ms) / 1_000.0).to_string();
    if lang == Lang::En { text } else { text.replace('.', ",") }
}

fn lit(lamps: Lamps) -> Vec<&'static str> {
    let all = [(lamps.green, "green"), (lamps.red, "red"), (lamps.buzzer, "buzzer")];
    all.into_iter().filter(|(on, _)| *on).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Pattern {
        Pattern::parse(text).unwrap()
    }

    #[test]
    fn what_repeats_fills_the_drawing_and_what_does_not_is_drawn_once() {
        let drawn =
            |text, repeats| bars(&of(text), repeats).iter().map(|b| (b.of, b.from, b.length)).collect::<Vec<_>>();
        assert_eq!(drawn("GB100 .200 R300", false), [("green", 0, 100), ("buzzer", 0, 100), ("red", 300, 300)]);
        assert_eq!(drawn("R300 .1700", true), [("red", 0, 300), ("red", 2_000, 300)]);
        assert_eq!(drawn("G5000", true), [("green", 0, WIDTH)]);
    }

    #[test]
    fn flashes_that_are_alike_are_counted_and_others_are_told_one_by_one() {
        let said = |text| words(Lang::En, &of(text), false);
        assert_eq!(said("RB900 .150 RB900 .150 RB900"), "3 × red + buzzer 0.9 s, with dark 0.15 s between");
        assert_eq!(said("GB100 G800"), "green + buzzer 0.1 s, green 0.8 s");
        assert_eq!(words(Lang::Fi, &of("R300 .1700"), true), "punainen 0,3 s, pimeä 1,7 s, yhä uudelleen");
    }
}
