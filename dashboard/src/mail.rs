//! What is told of an alarm by mail, in the reader's language. No names of people and no numbers of cards: a mail
//! lies in places that nobody counts.

use access::time::UtcMs;
use chrono_tz::Tz;
use db::site::AlarmView;

use crate::language::Lang;
use crate::when;

/// Whether there are sentences in this language, by its code.
#[must_use]
pub fn speaks(language: &str) -> bool {
    Lang::from_code(language).is_some()
}

/// Subject and text. `what` is the code of the alarm's step that is told, and `at` when that was. A language that is
/// not spoken is English.
#[must_use]
pub fn alarm(language: &str, alarm: &AlarmView, what: &str, at: UtcMs, zone: Tz) -> (String, String) {
    let lang = Lang::from_code(language).unwrap_or(Lang::En);
    let kind = lang.try_say(&format!("alarm-{}", alarm.kind)).unwrap_or_else(|| alarm.kind.clone());
    let step = lang.try_say(&format!("mail-{what}")).unwrap_or_else(|| what.to_owned());
    let door = alarm.door_name.clone().unwrap_or_else(|| lang.say("mail-site"));
    let subject = lang.say_with(
        "mail-subject",
        &[("step", step.clone().into()), ("kind", kind.clone().into()), ("door", door.clone().into())],
    );
    let text = lang.say_with(
        "mail-text",
        &[
            ("step", step.into()),
            ("kind", kind.into()),
            ("door", door.into()),
            ("at", when::shown(at, zone, lang).into()),
            ("first", when::shown(alarm.first, zone, lang).into()),
            ("count", alarm.count.into()),
            ("number", alarm.id.to_string().into()),
        ],
    );
    (subject, text)
}
