-- A door's state is one piece, that the door reads as a whole.
DROP TABLE state;
CREATE TABLE state (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    generation INTEGER NOT NULL,
    body       BLOB    NOT NULL
);

-- What each card last did in an area.
CREATE TABLE passage (
    uid  BLOB    NOT NULL,
    area INTEGER NOT NULL,
    step TEXT    NOT NULL,
    at   INTEGER NOT NULL,
    PRIMARY KEY (uid, area)
) WITHOUT ROWID;
ALTER TABLE meta ADD COLUMN passages_generation INTEGER NOT NULL DEFAULT 0;

-- When a card was last granted for which the door had waited to stand unlocked.
CREATE TABLE first_person (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    at  INTEGER NOT NULL
);

-- Entries and the state are written otherwise since then, and those from before cannot be read any more. So the
-- door has none until the controller has sent it some, and says so.
INSERT INTO dead_list SELECT list FROM staging;
DELETE FROM staging;
DELETE FROM staged_part;
INSERT INTO dead_list SELECT active FROM meta WHERE generation <> 0;
UPDATE meta SET newest = newest + 1, active = newest + 1, generation = 0, digest = zeroblob(32), entries = 0
    WHERE generation <> 0;
DELETE FROM calendar;
