//! How a door stands: its mode beside the one that is ordered, its leaf, its lock and its faults.

use access::message::Leaf;
use access::mode::Mode;
use access::time::UtcS;
use db::site::DoorView;

use super::views::Mark;
use crate::page::Page;

/// What is ordered of a door now, besides what its schedule does: the door reckons with that by itself.
pub(crate) fn ordered(view: &DoorView, at: UtcS) -> Option<Mode> {
    if view.lockdown.is_some_and(|lockdown| lockdown.holds(at)) {
        return Some(Mode::LockedDown);
    }
    let order = view.order.filter(|order| at < order.until)?;
    Some(if order.unlock { Mode::Unlocked } else { Mode::Locked })
}

/// The mode that the door has told, and the one that is ordered if that is another.
pub(super) fn mode(page: &Page, view: &DoorView) -> Mark {
    let word = |mode: Mode| page.code("mode", mode.code());
    let ordered = ordered(view, page.now.second());
    let Some(told) = view.mode_in_force else {
        let ordered = ordered.unwrap_or(Mode::Normal);
        return Mark::warn(page.tr1("mode-untold", "mode", &word(ordered)));
    };
    if let Some(ordered) = ordered.filter(|ordered| *ordered != told) {
        let words = [("wanted", word(ordered).into()), ("mode", word(told).into())];
        return Mark::bad(page.lang.say_with("mode-not-yet", &words));
    }
    let text = if view.online { word(told) } else { page.tr1("mode-last-told", "mode", &word(told)) };
    of_mode(told, text)
}

/// The tone and the symbol of a mode.
pub(super) fn of_mode(mode: Mode, text: String) -> Mark {
    match mode {
        Mode::Normal => Mark::plain(text),
        Mode::LockedDown => Mark::new("bad", "■", text),
        Mode::Unlocked => Mark::new("warn", "○", text),
        Mode::Locked => Mark::new("plain", "●", text),
    }
}

/// How the leaf stands, as the door last told.
pub(super) fn leaf(page: &Page, view: &DoorView) -> Option<Mark> {
    let leaf = view.leaf?;
    let text = page.code("leaf", leaf.code());
    Some(match leaf {
        Leaf::Closed => Mark::plain(text),
        Leaf::Open => Mark::new("plain", "◧", text),
        Leaf::HeldWarning => Mark::warn(text),
        Leaf::HeldOpen | Leaf::Forced => Mark::bad(text),
    })
}

/// Whether the lock is released, as the door last told.
pub(super) fn lock(page: &Page, view: &DoorView) -> Option<Mark> {
    Some(Mark::plain(page.tr(if view.lock_released? { "lock-released" } else { "lock-locked" })))
}

/// What is wrong with it, as the door last told; nothing if it has told nothing.
pub(super) fn faults(page: &Page, view: &DoorView) -> Option<Vec<Mark>> {
    let mut marks: Vec<Mark> = view.faults?.iter().map(|fault| Mark::bad(page.code("fault", fault.code()))).collect();
    if marks.is_empty() {
        marks.push(Mark::good(page.tr("faults-none")));
    }
    Some(marks)
}

/// Whether it is open for too long, or was forced.
pub(super) fn is_held_or_forced(view: &DoorView) -> bool {
    view.leaf.is_some_and(|leaf| !matches!(leaf, Leaf::Closed | Leaf::Open))
}

/// Whether something that it watches is wrong, its reader included.
pub(super) fn has_fault(view: &DoorView) -> bool {
    view.faults.is_some_and(|faults| faults.bits() != 0) || view.reader == Some(false)
}
