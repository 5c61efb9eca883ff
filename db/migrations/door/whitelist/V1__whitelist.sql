-- Lists are numbered upwards. One is active, one may be staged, older ones are dead and swept in batches.
CREATE TABLE entry (
    list INTEGER NOT NULL,
    uid  BLOB    NOT NULL,
    body BLOB    NOT NULL,
    PRIMARY KEY (list, uid)
) WITHOUT ROWID;

CREATE TABLE meta (
    one                 INTEGER PRIMARY KEY CHECK (one = 1),
    active              INTEGER NOT NULL,
    newest              INTEGER NOT NULL,
    generation          INTEGER NOT NULL,
    digest              BLOB    NOT NULL,
    entries             INTEGER NOT NULL,
    counters_generation INTEGER NOT NULL
);
INSERT INTO meta VALUES (1, 1, 1, 0, zeroblob(32), 0, 0);

-- A whole list on its way: what it shall be, and what has come of it.
CREATE TABLE staging (
    one             INTEGER PRIMARY KEY CHECK (one = 1),
    list            INTEGER NOT NULL,
    parts           INTEGER NOT NULL,
    to_generation   INTEGER NOT NULL,
    to_digest       BLOB    NOT NULL,
    to_entries      INTEGER NOT NULL,
    digest          BLOB    NOT NULL,
    entries         INTEGER NOT NULL
);
CREATE TABLE staged_part (part INTEGER PRIMARY KEY);
CREATE TABLE dead_list (list INTEGER PRIMARY KEY);

CREATE TABLE state (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    generation INTEGER NOT NULL,
    mode       TEXT    NOT NULL,
    mode_until INTEGER,
    release_ms INTEGER NOT NULL,
    reading    TEXT    NOT NULL
);

CREATE TABLE counter (
    uid   BLOB    PRIMARY KEY,
    issue INTEGER NOT NULL,
    value INTEGER NOT NULL,
    nonce INTEGER NOT NULL
) WITHOUT ROWID;
