-- The site database. Times are UTC: seconds (…_s) for validity, milliseconds (…_ms) for what happened.
-- Versioned tables carry `since` and `until`: a row held from change `since` up to, not including, change
-- `until`; NULL means that it holds now. A version is never changed, only closed.

-- One row: whose file this is, and two numbers that must survive a restart.
CREATE TABLE site (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    name     TEXT    NOT NULL,
    -- The controller's last boot number: doors refuse messages of an earlier boot.
    boot     INTEGER NOT NULL DEFAULT 0,
    -- The newest generation of the counters' stream.
    counters INTEGER NOT NULL DEFAULT 0,
    -- Head of the chain over all events in the order of their intake (SHA-256).
    log_head BLOB    NOT NULL
) STRICT;

-- The operator log. Its number is the generation that doors and the controller speak of.
CREATE TABLE change (
    number   INTEGER PRIMARY KEY,
    at_ms    INTEGER NOT NULL,
    -- A name and not a reference: the log must still read when the operator is gone.
    operator TEXT    NOT NULL,
    -- Stable code, such as card-block.
    action   TEXT    NOT NULL,
    detail   TEXT    NOT NULL
) STRICT;

-- Humans who may hold cards. No Finnish identity code, here or anywhere.
CREATE TABLE person (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL,
    -- What another register calls the person.
    external_id TEXT    UNIQUE,
    -- Name and external id in lower case: LIKE folds ASCII only, and Finnish names need Ä, Ö and Å.
    search      TEXT    NOT NULL,
    since       INTEGER NOT NULL REFERENCES change (number)
) STRICT;

-- Physical cards. What never changes about them; the rest is in card_state.
CREATE TABLE card (
    -- 4, 7 or 10 bytes in the order in which the chip sends them.
    uid   BLOB    PRIMARY KEY CHECK (length(uid) IN (4, 7, 10)),
    kind  TEXT    NOT NULL,
    -- The number in hexadecimal digits, so that a part of it can be searched for.
    hex   TEXT    NOT NULL,
    -- The card that this one takes over from, which retires when this one is first used.
    renews BLOB   REFERENCES card (uid),
    since INTEGER NOT NULL REFERENCES change (number)
) STRICT;
CREATE INDEX card_by_renews ON card (renews) WHERE renews IS NOT NULL;

-- Versioned: a card's own validity and what is in its way.
CREATE TABLE card_state (
    id      INTEGER PRIMARY KEY,
    uid     BLOB    NOT NULL REFERENCES card (uid),
    -- Where it is in its life: ordered, delivered, active, suspended, blocked, returned or retired; and why.
    life    TEXT    NOT NULL DEFAULT 'active',
    cause   TEXT    NOT NULL DEFAULT 'added',
    -- Bits of access::entry::Blocks that come from elsewhere than its life and its certificates; unknown ones deny.
    blocks  INTEGER NOT NULL,
    from_s  INTEGER,
    until_s INTEGER,
    since   INTEGER NOT NULL REFERENCES change (number),
    until   INTEGER REFERENCES change (number)
) STRICT;
CREATE INDEX card_state_by_uid ON card_state (uid, since);
CREATE UNIQUE INDEX card_state_now ON card_state (uid) WHERE until IS NULL;
-- These two, and their like below, let "what did changes 41 to 43 touch" cost what they touched.
CREATE INDEX card_state_by_since ON card_state (since);
CREATE INDEX card_state_by_until ON card_state (until) WHERE until IS NOT NULL;
-- Which cards end soon, and which are to retire.
CREATE INDEX card_state_by_end ON card_state (until_s) WHERE until IS NULL AND life <> 'retired';

-- Versioned: which person a card belongs to, and when. A card has many holdings over time, and those of
-- one version never overlap: a line of the log names whoever held the card then.
CREATE TABLE holding (
    id      INTEGER PRIMARY KEY,
    uid     BLOB    NOT NULL REFERENCES card (uid),
    person  INTEGER NOT NULL REFERENCES person (id),
    -- The kind of card whose conditions bind meanwhile, if it is not the card's own: a backup card stands in for one.
    as_kind TEXT,
    from_s  INTEGER,
    until_s INTEGER,
    since   INTEGER NOT NULL REFERENCES change (number),
    until   INTEGER REFERENCES change (number)
) STRICT;
CREATE INDEX holding_by_uid ON holding (uid, since);
CREATE INDEX holding_by_person ON holding (person);
CREATE INDEX holding_by_since ON holding (since);
CREATE INDEX holding_by_until ON holding (until) WHERE until IS NOT NULL;

-- Versioned: what may stand in our sector of a card. One that is active is what doors are told of; those
-- that are pending were begun and may have been written in part, so their keys must stay known. No key is
-- here: keys are derived from the masters, which this file must never hold.
CREATE TABLE card_credential (
    id          INTEGER PRIMARY KEY,
    uid         BLOB    NOT NULL REFERENCES card (uid),
    sector      INTEGER NOT NULL,
    -- Which masters.
    key_version INTEGER NOT NULL,
    credential  INTEGER NOT NULL,
    -- Counted up with each encoding of the chip, modulo 256.
    issue       INTEGER NOT NULL,
    state       TEXT    NOT NULL,
    -- What the chip turned out to be.
    chip        TEXT    NOT NULL,
    since       INTEGER NOT NULL REFERENCES change (number),
    until       INTEGER REFERENCES change (number)
) STRICT;
CREATE INDEX card_credential_by_uid ON card_credential (uid, since);
CREATE UNIQUE INDEX card_credential_now ON card_credential (uid) WHERE until IS NULL AND state = 'active';
CREATE INDEX card_credential_by_since ON card_credential (since);
CREATE INDEX card_credential_by_until ON card_credential (until) WHERE until IS NOT NULL;

-- Doors. The number keeps the log's rows and indexes small; the id stands on the wire and is never reused.
CREATE TABLE door (
    number INTEGER PRIMARY KEY,
    id     TEXT    NOT NULL UNIQUE,
    name   TEXT    NOT NULL,
    -- door, or encoder: a reader at a desk that writes credentials and has no list.
    kind   TEXT    NOT NULL,
    since  INTEGER NOT NULL REFERENCES change (number)
) STRICT;

-- Secrets shared with doors. Several at a time while a door moves to a new one.
CREATE TABLE door_key (
    door   INTEGER NOT NULL REFERENCES door (number),
    key_id INTEGER NOT NULL,
    secret BLOB    NOT NULL CHECK (length(secret) = 32),
    since  INTEGER NOT NULL REFERENCES change (number),
    PRIMARY KEY (door, key_id)
) STRICT;

-- Versioned: what a door shall be.
CREATE TABLE door_setting (
    id           INTEGER PRIMARY KEY,
    door         INTEGER NOT NULL REFERENCES door (number),
    mode         TEXT    NOT NULL,
    -- When the mode ends by itself, by the door's own clock.
    mode_until_s INTEGER,
    release_ms   INTEGER NOT NULL,
    reading      TEXT    NOT NULL,
    since        INTEGER NOT NULL REFERENCES change (number),
    until        INTEGER REFERENCES change (number)
) STRICT;
CREATE INDEX door_setting_by_door ON door_setting (door, since);
CREATE UNIQUE INDEX door_setting_now ON door_setting (door) WHERE until IS NULL;
CREATE INDEX door_setting_by_since ON door_setting (since);

-- Versioned: a card may pass a door, for a time. The one plain rule so far.
CREATE TABLE listing (
    id      INTEGER PRIMARY KEY,
    door    INTEGER NOT NULL REFERENCES door (number),
    uid     BLOB    NOT NULL REFERENCES card (uid),
    from_s  INTEGER,
    until_s INTEGER,
    since   INTEGER NOT NULL REFERENCES change (number),
    until   INTEGER REFERENCES change (number)
) STRICT;
CREATE INDEX listing_by_door ON listing (door, uid, since);
CREATE INDEX listing_by_uid ON listing (uid, door);
CREATE UNIQUE INDEX listing_now ON listing (door, uid) WHERE until IS NULL;
CREATE INDEX listing_by_since ON listing (since);
CREATE INDEX listing_by_until ON listing (until) WHERE until IS NOT NULL;

-- What a door last said. Not versioned: it decides nothing. Numbers that a door or chance may draw from
-- all 64 bits (epoch, boot, session) are kept as the signed number with the same bits.
CREATE TABLE door_status (
    door                INTEGER PRIMARY KEY REFERENCES door (number),
    online              INTEGER NOT NULL,
    last_seen_ms        INTEGER NOT NULL,
    -- Epoch, boot and sequence of the envelope: an older message is never taken for news.
    epoch               INTEGER NOT NULL,
    boot                INTEGER NOT NULL,
    sequence            INTEGER NOT NULL,
    session             INTEGER NOT NULL,
    agent               TEXT    NOT NULL,
    wire_min            INTEGER NOT NULL,
    wire_max            INTEGER NOT NULL,
    -- The door's own clock when it spoke: commands expire by it.
    mono_ms             INTEGER NOT NULL,
    clock_offset_ms     INTEGER NOT NULL,
    trust               TEXT    NOT NULL,
    list_generation     INTEGER NOT NULL,
    list_digest         BLOB    NOT NULL,
    list_entries        INTEGER NOT NULL,
    state_generation    INTEGER NOT NULL,
    counters_generation INTEGER NOT NULL,
    mode                TEXT    NOT NULL,
    journal_head        INTEGER NOT NULL,
    journal_acknowledged INTEGER NOT NULL,
    reader              INTEGER NOT NULL,
    lock_released       INTEGER NOT NULL,
    contact_open        INTEGER NOT NULL,
    messages_refused    INTEGER NOT NULL
) STRICT;

-- What the controller last compiled for a door, so that pages can show how far the door is behind.
CREATE TABLE door_wanted (
    door             INTEGER PRIMARY KEY REFERENCES door (number),
    list_generation  INTEGER NOT NULL,
    list_digest      BLOB    NOT NULL,
    list_entries     INTEGER NOT NULL,
    state_generation INTEGER NOT NULL
) STRICT;

-- How far the journal of each door and epoch has come in. Events are stored without gaps, so that one
-- number says which are here.
CREATE TABLE journal (
    door    INTEGER NOT NULL REFERENCES door (number),
    epoch   INTEGER NOT NULL,
    through INTEGER NOT NULL,
    -- Link of event `through`: what the next must follow.
    link    BLOB    NOT NULL,
    PRIMARY KEY (door, epoch)
) STRICT;

-- The central log.
CREATE TABLE event (
    -- Counts up with the intake; the order of the central chain.
    id          INTEGER PRIMARY KEY,
    door        INTEGER NOT NULL REFERENCES door (number),
    epoch       INTEGER NOT NULL,
    sequence    INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    -- By the door's clock. This and the next two repeat what is in `body`, so that they can be asked for.
    at_ms       INTEGER NOT NULL,
    code        TEXT    NOT NULL,
    -- Bits of access::reason::Reasons; NULL unless a tap was denied.
    reasons     INTEGER,
    -- The card and its salt stand apart from the event, so that they can be erased; the chain holds only
    -- the commitment, which stays.
    uid         BLOB,
    salt        BLOB,
    commitment  BLOB,
    -- The event without its subject, as on the wire.
    body        BLOB    NOT NULL,
    -- Link of this event in the chain of its door.
    link        BLOB    NOT NULL,
    -- 0 if the door's own link before it was not that of the event before.
    link_ok     INTEGER NOT NULL
) STRICT;
-- An event is stored once, however often a door repeats it.
CREATE UNIQUE INDEX event_once ON event (door, epoch, sequence);
CREATE INDEX event_by_door ON event (door);
CREATE INDEX event_by_uid ON event (uid) WHERE uid IS NOT NULL;
CREATE INDEX event_by_time ON event (at_ms);

-- Commands to doors and what became of them. `id` is random, with the bits of an unsigned number.
CREATE TABLE command (
    id           INTEGER PRIMARY KEY,
    door         INTEGER NOT NULL REFERENCES door (number),
    action       TEXT    NOT NULL,
    operator     TEXT    NOT NULL,
    requested_ms INTEGER NOT NULL,
    state        TEXT    NOT NULL,
    -- Stable code of the door's refusal.
    refusal      TEXT,
    changed_ms   INTEGER NOT NULL
) STRICT;
CREATE INDEX command_waiting ON command (requested_ms) WHERE state = 'requested';

-- Jobs for encoders and what became of them. `id` is random, with the bits of an unsigned number.
CREATE TABLE encode_job (
    id           INTEGER PRIMARY KEY,
    uid          BLOB    NOT NULL REFERENCES card (uid),
    encoder      INTEGER NOT NULL REFERENCES door (number),
    work         TEXT    NOT NULL,
    operator     TEXT    NOT NULL,
    requested_ms INTEGER NOT NULL,
    state        TEXT    NOT NULL,
    changed_ms   INTEGER NOT NULL,
    -- What the chip turned out to be; NULL as long as nobody has said.
    chip         TEXT,
    -- What is to stand on the card; NULL if it is to be wiped, and until the job is begun.
    record       INTEGER REFERENCES card_credential (id)
) STRICT;
CREATE INDEX encode_job_waiting ON encode_job (requested_ms) WHERE state = 'requested';
CREATE INDEX encode_job_by_card ON encode_job (uid, requested_ms);
CREATE INDEX encode_job_by_encoder ON encode_job (encoder, requested_ms);

-- How the counters of cards moved at doors, each step once: one card leaves a token once, so two steps
-- from the same token are two cards.
CREATE TABLE step (
    id           INTEGER PRIMARY KEY,
    uid          BLOB    NOT NULL REFERENCES card (uid),
    issue        INTEGER NOT NULL,
    from_counter INTEGER NOT NULL,
    from_nonce   INTEGER NOT NULL,
    to_counter   INTEGER NOT NULL,
    to_nonce     INTEGER NOT NULL,
    stepped_in   INTEGER NOT NULL,
    event        INTEGER NOT NULL REFERENCES event (id)
) STRICT;
CREATE UNIQUE INDEX step_once ON step (uid, issue, from_counter, from_nonce, to_counter, to_nonce);

-- How far each card has counted. Its generation is of a sequence of its own: a tap must not look like a
-- change of what decides.
CREATE TABLE counter (
    uid        BLOB    PRIMARY KEY REFERENCES card (uid),
    issue      INTEGER NOT NULL,
    value      INTEGER NOT NULL,
    nonce      INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    -- Who said so, in which life of its journal: it need not be told.
    door       INTEGER NOT NULL REFERENCES door (number),
    epoch      INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX counter_by_generation ON counter (generation);

-- What a human must look at. Open until acknowledged.
CREATE TABLE alarm (
    id              INTEGER PRIMARY KEY,
    kind            TEXT    NOT NULL,
    door            INTEGER REFERENCES door (number),
    event           INTEGER REFERENCES event (id),
    -- The event that contradicts it, if it takes two.
    other_event     INTEGER REFERENCES event (id),
    -- The card, if the alarm is about one: two copied cards at one door are two alarms.
    uid             BLOB,
    first_ms        INTEGER NOT NULL,
    last_ms         INTEGER NOT NULL,
    -- While open, the same at the same door is counted here: a page of a thousand rows hides the others.
    count           INTEGER NOT NULL,
    acknowledged_ms INTEGER,
    acknowledged_by TEXT
) STRICT;
CREATE UNIQUE INDEX alarm_open ON alarm (kind, COALESCE(door, 0), COALESCE(uid, x'')) WHERE acknowledged_ms IS NULL;

-- Who signs in.
CREATE TABLE operator (
    id            INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE,
    -- As the password hash function wrote it, with its parameters.
    password_hash TEXT    NOT NULL,
    language      TEXT,
    since         INTEGER NOT NULL REFERENCES change (number)
) STRICT;

-- Bearer tokens, by digest only: whoever reads this file cannot use them.
CREATE TABLE token (
    id         INTEGER PRIMARY KEY,
    operator   INTEGER NOT NULL REFERENCES operator (id),
    label      TEXT    NOT NULL,
    sha256     BLOB    NOT NULL UNIQUE,
    expires_ms INTEGER,
    since      INTEGER NOT NULL REFERENCES change (number),
    -- The change that made it void.
    revoked    INTEGER REFERENCES change (number)
) STRICT;

-- Sessions of browsers; what is in them is the dashboard's.
CREATE TABLE session (
    id         TEXT    PRIMARY KEY,
    data       BLOB    NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX session_by_expiry ON session (expires_ms);
