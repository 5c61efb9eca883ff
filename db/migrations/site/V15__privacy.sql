-- How long it is known whom a row is about, what is kept for longer, who looked for whose movements, and whose name is
-- kept back.

-- Versioned, one row a kind at a time: after how many months its rows forget whom they are about. Without a row: as
-- built in.
CREATE TABLE retention_state (
    id     INTEGER PRIMARY KEY,
    -- events, unknown-cards, alarms or audit.
    kind   TEXT    NOT NULL,
    months INTEGER NOT NULL,
    since  INTEGER NOT NULL REFERENCES change (number),
    until  INTEGER REFERENCES change (number)
) STRICT;
CREATE UNIQUE INDEX retention_state_now ON retention_state (kind) WHERE until IS NULL;

-- How far each kind has come whose rows have an order.
CREATE TABLE retention_progress (
    kind      TEXT    PRIMARY KEY,
    -- Rows through this one are done.
    through   INTEGER NOT NULL DEFAULT 0,
    -- The change whose detail says through which row they may be: what lacks its card or its detail beyond that was not
    -- erased by us.
    declared  INTEGER REFERENCES change (number),
    -- The first row that was passed over for a hold; NULL if none was.
    held_from INTEGER
) STRICT;

-- What is kept beyond its time, since somebody needs it: of one person, card or door, or of all if these are NULL. Lifted
-- by the change `until`, or over at `ends_ms`.
CREATE TABLE legal_hold (
    id            INTEGER PRIMARY KEY,
    person        INTEGER REFERENCES person (id),
    uid           BLOB,
    door          INTEGER REFERENCES door (number),
    -- What happened in this time; NULL is open.
    from_ms       INTEGER,
    until_ms      INTEGER,
    reason        TEXT    NOT NULL,
    ends_ms       INTEGER NOT NULL,
    -- 1 once it is over and what was passed over for it is taken up again.
    swept         INTEGER NOT NULL DEFAULT 0,
    lifted_reason TEXT,
    since         INTEGER NOT NULL REFERENCES change (number),
    until         INTEGER REFERENCES change (number),
    CHECK ((person IS NOT NULL) + (uid IS NOT NULL) + (door IS NOT NULL) <= 1)
) STRICT;
CREATE INDEX legal_hold_unswept ON legal_hold (ends_ms) WHERE swept = 0;

-- Why somebody looked at the movements of one person or card, and how often. The change `since` says who and when.
CREATE TABLE movement_search (
    id       INTEGER PRIMARY KEY,
    -- SHA-256 of the session or the token.
    asker    BLOB    NOT NULL CHECK (length(asker) = 32),
    person   INTEGER REFERENCES person (id),
    uid      BLOB,
    reason   TEXT    NOT NULL,
    at_ms    INTEGER NOT NULL,
    -- Until then the reason counts.
    until_ms INTEGER NOT NULL,
    looks    INTEGER NOT NULL DEFAULT 0,
    last_ms  INTEGER NOT NULL,
    since    INTEGER NOT NULL REFERENCES change (number),
    CHECK ((person IS NULL) <> (uid IS NULL))
) STRICT;
CREATE INDEX movement_search_by_asker ON movement_search (asker, until_ms);
CREATE INDEX movement_search_by_person ON movement_search (person, id) WHERE person IS NOT NULL;
CREATE INDEX movement_search_by_time ON movement_search (at_ms);

-- Names that are kept back, such as under a non-disclosure order. In `person` stands a neutral word then, so whatever
-- does not ask here shows that.
CREATE TABLE secret_name (
    person      INTEGER PRIMARY KEY REFERENCES person (id),
    name        TEXT    NOT NULL,
    external_id TEXT    UNIQUE,
    reason      TEXT    NOT NULL,
    since       INTEGER NOT NULL REFERENCES change (number)
) STRICT;

-- The operators who are shown such a name.
CREATE TABLE secret_name_reader (
    person   INTEGER NOT NULL REFERENCES secret_name (person),
    operator INTEGER NOT NULL REFERENCES operator (id),
    PRIMARY KEY (person, operator)
) STRICT, WITHOUT ROWID;
CREATE INDEX secret_name_reader_by_operator ON secret_name_reader (operator);

-- Whether it was forgotten whom a closed alarm was about.
ALTER TABLE alarm ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
CREATE INDEX alarm_to_erase ON alarm (closed_ms) WHERE closed_ms IS NOT NULL AND erased = 0;
CREATE INDEX command_to_erase ON command (requested_ms) WHERE operator <> '';
CREATE INDEX step_by_event ON step (event);
CREATE INDEX passage_forgiven ON passage (at_ms) WHERE event IS NULL;
