//! What has changed in the database, and whom it is due to.

use access::envelope::DoorKey;
use access::id::DoorId;
use access::whitelist::{Generation, WhitelistId, WhitelistPart};
use db::site::{DoorKind, Site, SiteError};
use tokio::time::Instant;

use crate::ask::{Answer, ask};
use crate::clerk::Note;
use crate::clock::utc_now;
use crate::desk::Desk;
use crate::figures::moment;
use crate::line::{Keys, Line};
use crate::same::same;
use crate::scan::{self, Found, FoundList, NewDoor, States};

impl Desk {
    /// Looks for changes, on threads of their own. States have one to themselves: a lockdown must not wait until the
    /// lists of ten thousand people are compiled.
    pub(crate) fn look(&mut self) {
        self.look_for_states();
        self.look_for_lists();
    }

    fn look_for_states(&mut self) {
        if self.states.running.begin() {
            let after = self.states.begin_from();
            ask(&self.site, &self.answers, move |site| scan::states(site, after), Answer::States);
        }
    }

    fn look_for_lists(&mut self) {
        if !self.looking.running.begin() {
            return;
        }
        let after = self.looking.through;
        let known = self.lines.values().map(|line| (line.door.clone(), line.desired.whitelist));
        let known = known.collect();
        let secrets = self.secrets.clone();
        let question = move |site: &Site| scan::since(site, secrets.as_deref(), after, &known);
        ask(&self.site, &self.answers, question, Answer::Found);
    }

    /// What doors shall be goes to them.
    pub(crate) fn states_found(&mut self, found: Result<Option<States>, SiteError>) {
        self.states.ended(found.is_ok(), Instant::now());
        match found {
            Ok(Some(States { through, states, holds, since })) => {
                self.states.through = through;
                let since = moment(since);
                let mut wanted = Vec::new();
                for (door, state) in states {
                    // One that was just added comes with its list.
                    let Some(line) = self.lines.get_mut(&door).filter(|line| line.state != state) else { continue };
                    line.desired.state = state.generation;
                    if line.kind == DoorKind::Door {
                        let change = line.change(since, false);
                        line.pending.state(state.generation, change);
                    }
                    line.state = state;
                    wanted.extend(line.wanted());
                    self.advance(&door);
                    self.check_masters(&door);
                }
                if !wanted.is_empty() {
                    self.note(Note::Wanted(wanted));
                }
                self.take_holds(holds);
                // A door that begins to move counters or to keep an area is told what it missed.
                self.streams_stale();
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "states of doors could not be read; trying again"),
        }
        if self.states.running.end() {
            self.look_for_states();
        }
    }

    /// What has changed goes to the doors that it touches, and to no other.
    pub(crate) fn found(&mut self, found: Result<Option<Found>, SiteError>) {
        self.looking.ended(found.is_ok(), Instant::now());
        match found {
            Ok(Some(found)) => self.changed(found),
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "changes could not be read; trying again"),
        }
        if self.looking.running.end() {
            self.look_for_lists();
        } else {
            self.retry_unknown();
        }
    }

    fn changed(&mut self, found: Found) {
        let Found { through, mut keys, new, lists, holds, since } = found;
        self.looking.through = through;
        let since = moment(since);
        let mut gone = Vec::new();
        for (door, line) in &mut self.lines {
            let fresh = Keys(keys.remove(door).unwrap_or_default());
            let counts =
                |(id, key): (u32, &DoorKey)| fresh.by_id(id).is_some_and(|now| same(now.expose(), key.expose()));
            // A door that was revoked is believed nothing any more, not even that it is away.
            if !line.keys.newest().is_some_and(counts) {
                gone.extend(line.session.map(|session| (door.clone(), session.id)));
            }
            line.keys = fresh;
        }
        for (door, session) in gone {
            self.away(&door, session);
        }
        let mut wanted = Vec::new();
        for list in lists {
            wanted.extend(self.found_list(list, since));
        }
        let any_new = !new.is_empty();
        for NewDoor { door, kind, whitelist, state } in new {
            tracing::info!(%door, "a door was added");
            let line = Line::new(door.clone(), kind, keys.remove(&door).unwrap_or_default(), whitelist, state);
            wanted.extend(line.wanted());
            self.lines.insert(door.clone(), line);
            self.check_masters(&door);
        }
        if !wanted.is_empty() {
            self.note(Note::Wanted(wanted));
        }
        if any_new {
            // States were looked at without them, perhaps beyond the change that these are of.
            self.states.behind = Some(through);
            self.look_for_states();
        }
        self.take_holds(holds);
        // A card that was listed brings its counter along.
        self.streams_stale();
    }

    fn found_list(&mut self, found: FoundList, since: Instant) -> Option<(DoorId, WhitelistId, Generation)> {
        let FoundList { door, mut whitelist, changes, takes } = found;
        let line = self.lines.get_mut(&door)?;
        // One that was let go meanwhile keeps its higher number.
        whitelist.generation = whitelist.generation.max(line.desired.whitelist.generation);
        let before = std::mem::replace(&mut line.desired.whitelist, whitelist);
        if before == whitelist {
            return None;
        }
        let change = line.change(since, takes);
        line.pending.list(whitelist, change);
        let wanted = line.wanted();
        if let Some(changes) = changes {
            let part = WhitelistPart::Delta { from: before, to: whitelist, changes };
            self.send_at_once(&door, before, whitelist, part);
        }
        self.advance(&door);
        wanted
    }

    /// Whether what was seen last may be long past the newest, since looks go on failing.
    pub(crate) fn is_stuck(&self, now: Instant) -> bool {
        self.states.is_stuck(now) || self.looking.is_stuck(now)
    }

    /// No change reaches a door then, no block either: somebody must know.
    pub(crate) fn tell_stuck(&mut self, now: Instant) {
        let stuck = self.is_stuck(now);
        if stuck && self.stuck != Some(true) {
            tracing::error!("changes could not be read for too long; no list is confirmed as the newest any more");
        }
        // While it lasts again and again: the note may be lost as well.
        if self.stuck.replace(stuck) != Some(stuck) || stuck {
            self.note(Note::Condition { kind: "lists-stuck", wrong: stuck, at: utc_now() });
        }
    }

    /// A door that asks for credentials which nobody can derive keeps everybody out: somebody must know.
    pub(crate) fn check_masters(&mut self, door: &DoorId) {
        let asks = |line: &Line| line.state.settings.reading.asks_for_credential();
        if self.secrets.is_none() && self.lines.get(door).is_some_and(asks) {
            tracing::error!(
                %door,
                "the door asks for credentials, and the controller has no masters: it admits nobody; set masters_file"
            );
            self.alarm(Some(door.clone()), "no-masters");
        }
    }
}
