-- The door itself: how it is set up, what is ordered of it for the time being, and who has gone where. Versioned
-- tables are as in V1.

-- access::settings::DoorSettings, a column each.
ALTER TABLE door_setting ADD COLUMN held_warning_ms      INTEGER NOT NULL DEFAULT 15000;
ALTER TABLE door_setting ADD COLUMN held_alarm_ms        INTEGER NOT NULL DEFAULT 30000;
ALTER TABLE door_setting ADD COLUMN long_release_ms      INTEGER NOT NULL DEFAULT 15000;
ALTER TABLE door_setting ADD COLUMN long_held_warning_ms INTEGER NOT NULL DEFAULT 45000;
ALTER TABLE door_setting ADD COLUMN long_held_alarm_ms   INTEGER NOT NULL DEFAULT 60000;
ALTER TABLE door_setting ADD COLUMN exit_button          TEXT    NOT NULL DEFAULT 'releases';
ALTER TABLE door_setting ADD COLUMN unlock_schedule      INTEGER;
ALTER TABLE door_setting ADD COLUMN unlock_first_person  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE door_setting ADD COLUMN two_person_s         INTEGER;
ALTER TABLE door_setting ADD COLUMN escort_s             INTEGER;
ALTER TABLE door_setting ADD COLUMN lockout_denials      INTEGER NOT NULL DEFAULT 5;
ALTER TABLE door_setting ADD COLUMN lockout_within_s     INTEGER NOT NULL DEFAULT 60;
ALTER TABLE door_setting ADD COLUMN lockout_for_s        INTEGER NOT NULL DEFAULT 60;
-- Numbers of areas.
ALTER TABLE door_setting ADD COLUMN leads_into           INTEGER;
ALTER TABLE door_setting ADD COLUMN leads_out_of         INTEGER;
-- Whoever needs longer is never given less than others.
UPDATE door_setting SET long_release_ms = release_ms WHERE release_ms > long_release_ms;
CREATE INDEX door_setting_by_until ON door_setting (until) WHERE until IS NOT NULL;
CREATE INDEX door_setting_by_unlock ON door_setting (unlock_schedule) WHERE until IS NULL AND unlock_schedule IS NOT NULL;
CREATE INDEX door_setting_by_into ON door_setting (leads_into) WHERE leads_into IS NOT NULL;
CREATE INDEX door_setting_by_out_of ON door_setting (leads_out_of) WHERE leads_out_of IS NOT NULL;

-- Versioned: what an operator has ordered for a door. Who did and when stands with the change `since`.
CREATE TABLE mode_order (
    id      INTEGER PRIMARY KEY,
    door    INTEGER NOT NULL REFERENCES door (number),
    -- 1 unlocks, 0 locks.
    unlock  INTEGER NOT NULL,
    -- When it ends by itself, by the door's own clock.
    until_s INTEGER NOT NULL,
    reason  TEXT    NOT NULL,
    since   INTEGER NOT NULL REFERENCES change (number),
    until   INTEGER REFERENCES change (number)
) STRICT;
CREATE UNIQUE INDEX mode_order_now ON mode_order (door) WHERE until IS NULL;
CREATE INDEX mode_order_by_door ON mode_order (door, since);
CREATE INDEX mode_order_by_since ON mode_order (since);
CREATE INDEX mode_order_by_until ON mode_order (until) WHERE until IS NOT NULL;

-- Lockdowns. One holds from change `since` until it is lifted by change `until`, or its time is over by the doors'
-- own clocks. It is of a door, of an area, or of the site if both are NULL; several of one scope may hold at once.
CREATE TABLE lockdown (
    id      INTEGER PRIMARY KEY,
    door    INTEGER REFERENCES door (number),
    area    INTEGER REFERENCES area (number),
    until_s INTEGER,
    reason  TEXT    NOT NULL,
    -- Why it was lifted; NULL in one that had ended by itself when it was put away.
    lifted_reason TEXT,
    since   INTEGER NOT NULL REFERENCES change (number),
    until   INTEGER REFERENCES change (number),
    CHECK (door IS NULL OR area IS NULL)
) STRICT;
CREATE INDEX lockdown_now ON lockdown (since) WHERE until IS NULL;
CREATE INDEX lockdown_by_since ON lockdown (since);
CREATE INDEX lockdown_by_until ON lockdown (until) WHERE until IS NOT NULL;

-- What was a mode of the door's settings is a lockdown of that door; there was no other mode.
INSERT INTO lockdown (door, until_s, reason, since, until)
    SELECT door, mode_until_s, '', since, until FROM door_setting WHERE mode = 'locked-down' ORDER BY id;
ALTER TABLE door_setting DROP COLUMN mode;
ALTER TABLE door_setting DROP COLUMN mode_until_s;

-- Which changes touched the state of which door: written with each change, so that "as of which change" and "which
-- doors" cost what is asked.
CREATE TABLE state_change (
    door   INTEGER NOT NULL REFERENCES door (number),
    change INTEGER NOT NULL REFERENCES change (number),
    PRIMARY KEY (door, change)
) STRICT;
CREATE INDEX state_change_by_change ON state_change (change);
INSERT INTO state_change (door, change) SELECT DISTINCT door, since FROM door_setting;
-- What a state is has changed, so every door is to hear its own anew.
INSERT INTO change (number, at_ms, operator, action, detail)
    SELECT MAX(number) + 1, MAX(at_ms), 'kulku', 'upgrade', 'V3' FROM change
    HAVING (SELECT COUNT(*) FROM door) > 0;
INSERT INTO state_change (door, change) SELECT d.number, (SELECT MAX(number) FROM change) FROM door d;

-- Versioned: the rule of an area against passing back.
CREATE TABLE area_passback (
    id          INTEGER PRIMARY KEY,
    area        INTEGER NOT NULL REFERENCES area (number),
    -- 1 denies, 0 only tells.
    hard        INTEGER NOT NULL,
    within_s    INTEGER,
    -- Minute of the day by the site's clock.
    forgiven_at INTEGER,
    since       INTEGER NOT NULL REFERENCES change (number),
    until       INTEGER REFERENCES change (number)
) STRICT;
CREATE UNIQUE INDEX area_passback_now ON area_passback (area) WHERE until IS NULL;
CREATE INDEX area_passback_by_area ON area_passback (area, since);
CREATE INDEX area_passback_by_since ON area_passback (since);
CREATE INDEX area_passback_by_until ON area_passback (until) WHERE until IS NOT NULL;

-- Versioned, one row at a time: the signals of the site that are not the built-in ones.
CREATE TABLE signal_state (
    id    INTEGER PRIMARY KEY,
    -- access::signal::SignalSet, as on the wire.
    body  BLOB    NOT NULL,
    since INTEGER NOT NULL REFERENCES change (number),
    until INTEGER REFERENCES change (number)
) STRICT;
CREATE UNIQUE INDEX signal_state_now ON signal_state ((1)) WHERE until IS NULL;

-- Versioned, one row at a time: after how many days without use a card is suspended. Without a row: never.
CREATE TABLE inactivity_state (
    id    INTEGER PRIMARY KEY,
    days  INTEGER NOT NULL,
    since INTEGER NOT NULL REFERENCES change (number),
    until INTEGER REFERENCES change (number)
) STRICT;
CREATE UNIQUE INDEX inactivity_state_now ON inactivity_state ((1)) WHERE until IS NULL;

-- When a card was last granted anywhere.
CREATE TABLE card_use (
    uid     BLOB    PRIMARY KEY REFERENCES card (uid),
    last_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX card_use_by_time ON card_use (last_ms);
INSERT INTO card_use (uid, last_ms)
    SELECT e.uid, MAX(e.at_ms) FROM event e JOIN card c ON c.uid = e.uid WHERE e.code = 'granted' GROUP BY e.uid;

-- Versioned: what makes passing easier for a person and never admits. Without a row: nothing.
CREATE TABLE person_comfort (
    id      INTEGER PRIMARY KEY,
    person  INTEGER NOT NULL REFERENCES person (id),
    -- Bits of access::entry::Comfort.
    comfort INTEGER NOT NULL,
    since   INTEGER NOT NULL REFERENCES change (number),
    until   INTEGER REFERENCES change (number)
) STRICT;
CREATE UNIQUE INDEX person_comfort_now ON person_comfort (person) WHERE until IS NULL;
CREATE INDEX person_comfort_by_person ON person_comfort (person, since);
CREATE INDEX person_comfort_by_since ON person_comfort (since);
CREATE INDEX person_comfort_by_until ON person_comfort (until) WHERE until IS NOT NULL;

-- Who went into an area and out of it, or was forgiven. It may be forgotten: nothing refers to it.
CREATE TABLE passage (
    id       INTEGER PRIMARY KEY,
    uid      BLOB    NOT NULL,
    area     INTEGER NOT NULL REFERENCES area (number),
    -- entered, left or forgiven.
    step     TEXT    NOT NULL,
    at_ms    INTEGER NOT NULL,
    -- The event that told it; NULL for what an operator has forgiven.
    event    INTEGER REFERENCES event (id),
    operator TEXT,
    reason   TEXT
) STRICT;
CREATE INDEX passage_by_card ON passage (uid, area, at_ms);
CREATE INDEX passage_by_event ON passage (event) WHERE event IS NOT NULL;

-- The latest of these of each card and area. Its generation is of a sequence of its own, as a counter's is.
CREATE TABLE presence (
    uid        BLOB    NOT NULL,
    area       INTEGER NOT NULL REFERENCES area (number),
    step       TEXT    NOT NULL,
    at_ms      INTEGER NOT NULL,
    -- When doors are told that it was: after what any of them has, whose clock may be ahead.
    told_ms    INTEGER NOT NULL,
    -- The newest time that any door has for this card and area; never before told_ms.
    newest_ms  INTEGER NOT NULL,
    -- The door that told it; NULL for what an operator has forgiven.
    door       INTEGER REFERENCES door (number),
    generation INTEGER NOT NULL,
    PRIMARY KEY (uid, area)
) STRICT;
CREATE UNIQUE INDEX presence_by_generation ON presence (generation);
CREATE INDEX presence_by_area ON presence (area, uid);
-- The newest generation of that stream.
ALTER TABLE site ADD COLUMN passages INTEGER NOT NULL DEFAULT 0;

-- Why a command was given; empty for those of before.
ALTER TABLE command ADD COLUMN reason TEXT NOT NULL DEFAULT '';
CREATE INDEX command_by_door ON command (door, requested_ms);

ALTER TABLE door_status ADD COLUMN passages_generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE door_status ADD COLUMN journal_percent     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE door_status ADD COLUMN leaf                TEXT    NOT NULL DEFAULT 'closed';
-- Bits of access::event::Faults.
ALTER TABLE door_status ADD COLUMN faults              INTEGER NOT NULL DEFAULT 0;
UPDATE door_status SET leaf = 'open' WHERE contact_open <> 0;
ALTER TABLE door_status DROP COLUMN contact_open;
