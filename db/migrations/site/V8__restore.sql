-- A site database that was put back from a backup: doors may know more than it does until somebody has looked.

-- Made by whom and when, in a file that is a backup; no row in one that is in use.
CREATE TABLE backup (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    made_ms INTEGER NOT NULL,
    -- The version of the program.
    program TEXT    NOT NULL
) STRICT;

-- Each time that the file was put back.
CREATE TABLE restored (
    -- The change that this was. Its number is higher than any that doors may have heard of.
    change      INTEGER PRIMARY KEY REFERENCES change (number),
    -- When the backup was made; NULL if the file does not say.
    made_ms     INTEGER,
    -- The newest change in the backup, and the newest row of the log: what came after them is lost here.
    last_change INTEGER NOT NULL,
    last_row    INTEGER NOT NULL,
    -- keep-out or accept; NULL while it waits for an operator.
    decision    TEXT,
    -- What the operator wrote.
    reason      TEXT,
    -- The change by which it was decided.
    decided     INTEGER REFERENCES change (number)
) STRICT;

-- The doors that there were then, and how far they have told what they know.
CREATE TABLE restored_door (
    door            INTEGER PRIMARY KEY REFERENCES door (number),
    -- The list that it told; NULL while it has not told all of one.
    list_generation INTEGER,
    list_digest     BLOB,
    list_entries    INTEGER,
    told_ms         INTEGER,
    -- The change from which on it is sent what this file wants; NULL while it is left alone.
    released        INTEGER REFERENCES change (number)
) STRICT;

-- Pieces of what a door tells, until all are there.
CREATE TABLE restored_piece (
    door            INTEGER NOT NULL REFERENCES door (number),
    piece           INTEGER NOT NULL,
    pieces          INTEGER NOT NULL,
    list_generation INTEGER NOT NULL,
    list_digest     BLOB    NOT NULL,
    list_entries    INTEGER NOT NULL,
    -- The cards as on the wire.
    body            BLOB    NOT NULL,
    PRIMARY KEY (door, piece)
) STRICT;

-- Where a door and this file differ about a card.
CREATE TABLE restored_card (
    door    INTEGER NOT NULL REFERENCES door (number),
    uid     BLOB    NOT NULL,
    -- blocked, unlisted, only-there or unblocked.
    differs TEXT    NOT NULL,
    -- What is in its way at the door and here, as bits; NULL if it is not listed there or not known here.
    there   INTEGER,
    here    INTEGER,
    PRIMARY KEY (door, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX restored_card_by_uid ON restored_card (uid);

-- The oldest event that a door still holds: after a restored backup the log goes on from there.
ALTER TABLE door_status ADD COLUMN journal_oldest INTEGER NOT NULL DEFAULT 1;
