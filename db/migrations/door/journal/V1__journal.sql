CREATE TABLE journal (
    one               INTEGER PRIMARY KEY CHECK (one = 1),
    epoch             INTEGER NOT NULL,
    boot              INTEGER NOT NULL,
    head              INTEGER NOT NULL,
    head_link         BLOB    NOT NULL,
    acknowledged      INTEGER NOT NULL,
    acknowledged_link BLOB    NOT NULL,
    last_utc          INTEGER NOT NULL
);

CREATE TABLE event (
    sequence INTEGER PRIMARY KEY,
    body     BLOB NOT NULL,
    link     BLOB NOT NULL
);
