-- Who may pass: what a card needs of its holder, and the rules. Everything that decides is versioned, as in
-- V1; names are versioned with the things that they name, since an explanation speaks of rules as they were.

-- Versioned: a person works here. `number` names the employment over its versions.
CREATE TABLE employment (
    id          INTEGER PRIMARY KEY,
    number      INTEGER NOT NULL,
    person      INTEGER NOT NULL REFERENCES person (id),
    -- What the register of the employer calls it.
    external_id TEXT,
    unit        TEXT    NOT NULL,
    title       TEXT    NOT NULL,
    from_s      INTEGER,
    until_s     INTEGER,
    since       INTEGER NOT NULL REFERENCES change (number),
    until       INTEGER REFERENCES change (number)
) STRICT;
CREATE INDEX employment_by_number ON employment (number);
CREATE INDEX employment_by_person ON employment (person, since);
CREATE INDEX employment_by_unit ON employment (unit, title);
CREATE INDEX employment_by_title ON employment (title);
CREATE UNIQUE INDEX employment_now ON employment (number) WHERE until IS NULL;
CREATE UNIQUE INDEX employment_external ON employment (external_id) WHERE until IS NULL AND external_id IS NOT NULL;
CREATE INDEX employment_by_since ON employment (since);
CREATE INDEX employment_by_until ON employment (until) WHERE until IS NOT NULL;

-- Versioned, but for the time of the last check, which decides nothing and is written over.
CREATE TABLE right_to_practise (
    id         INTEGER PRIMARY KEY,
    number     INTEGER NOT NULL,
    person     INTEGER NOT NULL REFERENCES person (id),
    profession TEXT    NOT NULL,
    from_s     INTEGER,
    until_s    INTEGER,
    -- Which register said so, or who looked.
    source     TEXT    NOT NULL,
    checked_ms INTEGER NOT NULL,
    since      INTEGER NOT NULL REFERENCES change (number),
    until      INTEGER REFERENCES change (number)
) STRICT;
CREATE INDEX right_to_practise_by_number ON right_to_practise (number);
CREATE INDEX right_to_practise_by_person ON right_to_practise (person, since);
CREATE UNIQUE INDEX right_to_practise_now ON right_to_practise (number) WHERE until IS NULL;
CREATE INDEX right_to_practise_by_since ON right_to_practise (since);
CREATE INDEX right_to_practise_by_until ON right_to_practise (until) WHERE until IS NOT NULL;

-- Versioned: the certificates of a card's contact chip. Revocation lists name a certificate by issuer and serial.
CREATE TABLE card_certificate (
    id           INTEGER PRIMARY KEY,
    uid          BLOB    NOT NULL REFERENCES card (uid),
    serial       BLOB    NOT NULL CHECK (length(serial) BETWEEN 1 AND 20),
    -- SHA-256 of the issuer's name in DER.
    issuer       BLOB    NOT NULL CHECK (length(issuer) = 32),
    issuer_text  TEXT    NOT NULL,
    subject_text TEXT    NOT NULL,
    from_s       INTEGER NOT NULL,
    until_s      INTEGER NOT NULL,
    usage        TEXT    NOT NULL,
    -- SHA-256 of the certificate in DER.
    fingerprint  BLOB    NOT NULL CHECK (length(fingerprint) = 32),
    -- good, revoked, held (may come back), or unknown (the list is too old, and the site does not go on then).
    state        TEXT    NOT NULL,
    -- The reason that the list gave, as RFC 5280 names it, and the list's number, in decimal digits.
    reason       TEXT,
    list_number  TEXT,
    since        INTEGER NOT NULL REFERENCES change (number),
    until        INTEGER REFERENCES change (number)
) STRICT;
CREATE INDEX card_certificate_by_uid ON card_certificate (uid, since);
CREATE UNIQUE INDEX card_certificate_now ON card_certificate (issuer, serial) WHERE until IS NULL;
CREATE INDEX card_certificate_by_since ON card_certificate (since);
CREATE INDEX card_certificate_by_until ON card_certificate (until) WHERE until IS NOT NULL;

-- The newest list of each issuer that was accepted. Its entries are not kept: they are matched as they come.
CREATE TABLE revocation_list (
    issuer        BLOB    PRIMARY KEY CHECK (length(issuer) = 32),
    issuer_text   TEXT    NOT NULL,
    -- cRLNumber, up to 20 bytes, big-endian without leading zeros; never goes back.
    number        BLOB    NOT NULL,
    this_update_s INTEGER NOT NULL,
    next_update_s INTEGER,
    entries       INTEGER NOT NULL,
    accepted_ms   INTEGER NOT NULL,
    -- 1 while the list is past its next update and the site does not go on then.
    stale         INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Where lists come from, and how the last attempt ended. What is configured is in the controller's file.
CREATE TABLE revocation_source (
    location   TEXT    PRIMARY KEY,
    issuer     BLOB,
    tried_ms   INTEGER NOT NULL,
    -- Stable code; NULL if the last attempt was well.
    fault      TEXT,
    etag       TEXT,
    modified   TEXT
) STRICT;

-- Groups of people. A person is in a group by name, or because an employment or a card matches.
CREATE TABLE person_group (number INTEGER PRIMARY KEY, since INTEGER NOT NULL REFERENCES change (number)) STRICT;
CREATE TABLE group_state (
    id    INTEGER PRIMARY KEY,
    grp   INTEGER NOT NULL REFERENCES person_group (number),
    name  TEXT    NOT NULL,
    since INTEGER NOT NULL REFERENCES change (number),
    until INTEGER REFERENCES change (number)
) STRICT;
CREATE UNIQUE INDEX group_state_now ON group_state (grp) WHERE until IS NULL;
CREATE UNIQUE INDEX group_name_now ON group_state (name) WHERE until IS NULL;
CREATE INDEX group_state_by_grp ON group_state (grp, since);

CREATE TABLE group_member (
    id      INTEGER PRIMARY KEY,
    grp     INTEGER NOT NULL REFERENCES person_group (number),
    person  INTEGER NOT NULL REFERENCES person (id),
    from_s  INTEGER,
    until_s INTEGER,
    since   INTEGER NOT NULL REFERENCES change (number),
    until   INTEGER REFERENCES change (number)
) STRICT;
CREATE INDEX group_member_by_person ON group_member (person, since);
CREATE INDEX group_member_by_grp ON group_member (grp, person, since);
CREATE UNIQUE INDEX group_member_now ON group_member (grp, person) WHERE until IS NULL;
CREATE INDEX group_member_by_since ON group_member (since);
CREATE INDEX group_member_by_until ON group_member (until) WHERE until IS NOT NULL;

-- All that are not NULL must hold: an employment with this unit and title, as long as it lasts; a card of this kind.
CREATE TABLE group_match (
    id    INTEGER PRIMARY KEY,
    grp   INTEGER NOT NULL REFERENCES person_group (number),
    unit  TEXT,
    title TEXT,
    kind  TEXT,
    since INTEGER NOT NULL REFERENCES change (number),
    until INTEGER REFERENCES change (number),
    CHECK (unit IS NOT NULL OR title IS NOT NULL OR kind IS NOT NULL)
) STRICT;
CREATE INDEX group_match_by_grp ON group_match (grp, since);
CREATE INDEX group_match_by_since ON group_match (since);
CREATE INDEX group_match_by_until ON group_match (until) WHERE until IS NOT NULL;

-- Areas: sets of doors.
CREATE TABLE area (number INTEGER PRIMARY KEY, since INTEGER NOT NULL REFERENCES change (number)) STRICT;
CREATE TABLE area_state (
    id    INTEGER PRIMARY KEY,
    area  INTEGER NOT NULL REFERENCES area (number),
    name  TEXT    NOT NULL,
    since INTEGER NOT NULL REFERENCES change (number),
    until INTEGER REFERENCES change (number)
) STRICT;
CREATE UNIQUE INDEX area_state_now ON area_state (area) WHERE until IS NULL;
CREATE UNIQUE INDEX area_name_now ON area_state (name) WHERE until IS NULL;
CREATE INDEX area_state_by_area ON area_state (area, since);

CREATE TABLE area_door (
    id    INTEGER PRIMARY KEY,
    area  INTEGER NOT NULL REFERENCES area (number),
    door  INTEGER NOT NULL REFERENCES door (number),
    since INTEGER NOT NULL REFERENCES change (number),
    until INTEGER REFERENCES change (number)
) STRICT;
CREATE UNIQUE INDEX area_door_now ON area_door (area, door) WHERE until IS NULL;
CREATE INDEX area_door_by_area ON area_door (area, since);
CREATE INDEX area_door_by_door ON area_door (door, since);
CREATE INDEX area_door_by_since ON area_door (since);
CREATE INDEX area_door_by_until ON area_door (until) WHERE until IS NOT NULL;

-- Schedules. The number stands on the wire, and 0 there means always.
CREATE TABLE schedule (
    number INTEGER PRIMARY KEY CHECK (number BETWEEN 1 AND 65535),
    since  INTEGER NOT NULL REFERENCES change (number)
) STRICT;
CREATE TABLE schedule_state (
    id       INTEGER PRIMARY KEY,
    schedule INTEGER NOT NULL REFERENCES schedule (number),
    name     TEXT    NOT NULL,
    -- access::calendar::Schedule, as on the wire.
    body     BLOB    NOT NULL,
    since    INTEGER NOT NULL REFERENCES change (number),
    until    INTEGER REFERENCES change (number)
) STRICT;
CREATE UNIQUE INDEX schedule_state_now ON schedule_state (schedule) WHERE until IS NULL;
CREATE UNIQUE INDEX schedule_name_now ON schedule_state (name) WHERE until IS NULL;
CREATE INDEX schedule_state_by_schedule ON schedule_state (schedule, since);
CREATE INDEX schedule_state_by_since ON schedule_state (since);
CREATE INDEX schedule_state_by_until ON schedule_state (until) WHERE until IS NOT NULL;

-- Versioned, one row at a time: the site's zone and holidays. Without a row: Europe/Helsinki, Finland's holidays.
CREATE TABLE calendar_state (
    id       INTEGER PRIMARY KEY,
    zone     TEXT    NOT NULL,
    -- access::calendar::Holidays, as on the wire.
    holidays BLOB    NOT NULL,
    since    INTEGER NOT NULL REFERENCES change (number),
    until    INTEGER REFERENCES change (number)
) STRICT;
CREATE UNIQUE INDEX calendar_state_now ON calendar_state ((1)) WHERE until IS NULL;

-- Rules: this group, in this area, during this schedule (0 is always), from and until.
CREATE TABLE rule (number INTEGER PRIMARY KEY, since INTEGER NOT NULL REFERENCES change (number)) STRICT;
CREATE TABLE rule_state (
    id       INTEGER PRIMARY KEY,
    rule     INTEGER NOT NULL REFERENCES rule (number),
    grp      INTEGER NOT NULL REFERENCES person_group (number),
    area     INTEGER NOT NULL REFERENCES area (number),
    schedule INTEGER NOT NULL,
    -- allow, or deny, which beats every allow.
    effect   TEXT    NOT NULL,
    from_s   INTEGER,
    until_s  INTEGER,
    note     TEXT    NOT NULL,
    since    INTEGER NOT NULL REFERENCES change (number),
    until    INTEGER REFERENCES change (number)
) STRICT;
CREATE UNIQUE INDEX rule_state_now ON rule_state (rule) WHERE until IS NULL;
CREATE INDEX rule_state_by_rule ON rule_state (rule, since);
-- A card's rules are found from its holder's groups, a door's from its areas.
CREATE INDEX rule_state_by_grp ON rule_state (grp, since);
CREATE INDEX rule_state_by_area ON rule_state (area, since);
CREATE INDEX rule_state_by_schedule ON rule_state (schedule) WHERE until IS NULL;
CREATE INDEX rule_state_by_since ON rule_state (since);
CREATE INDEX rule_state_by_until ON rule_state (until) WHERE until IS NOT NULL;

-- The registration desk's record of a backup card that was given out. What decides of it is in holding and card_state.
CREATE TABLE handout (
    id          INTEGER PRIMARY KEY,
    backup      BLOB    NOT NULL REFERENCES card (uid),
    -- The card that it stands in for; NULL if the person has none yet.
    original    BLOB    REFERENCES card (uid),
    -- The kind of card that it stands in for.
    kind        TEXT    NOT NULL,
    person      INTEGER NOT NULL REFERENCES person (id),
    -- lost, forgotten, broken, or none.
    cause       TEXT    NOT NULL,
    -- Which identity document was looked at, and where; no number of it.
    document    TEXT    NOT NULL,
    place       TEXT    NOT NULL,
    given_by    TEXT    NOT NULL,
    given_ms    INTEGER NOT NULL,
    until_s     INTEGER NOT NULL,
    returned_by TEXT,
    returned_ms INTEGER,
    returned_place TEXT,
    -- How it ended: returned, ended (its time was over), or missing (it never came back and was blocked).
    ended       TEXT
) STRICT;
CREATE INDEX handout_by_backup ON handout (backup, given_ms);
CREATE INDEX handout_by_person ON handout (person, given_ms);
CREATE INDEX handout_by_original ON handout (original);
CREATE UNIQUE INDEX handout_out ON handout (backup) WHERE ended IS NULL;
