-- The schedules of a list. The number is another one whenever the content may be another, so that a reader
-- decodes a calendar once and not at every tap.
CREATE TABLE calendar (
    list   INTEGER PRIMARY KEY,
    number INTEGER NOT NULL,
    body   BLOB    NOT NULL
);
ALTER TABLE meta ADD COLUMN calendars INTEGER NOT NULL DEFAULT 0;

-- Entries are written otherwise since there are schedules, and those from before cannot be read any more. So the
-- door has no list until the controller has sent it one, and says so, instead of having one that it cannot read.
INSERT INTO dead_list SELECT list FROM staging;
DELETE FROM staging;
DELETE FROM staged_part;
INSERT INTO dead_list SELECT active FROM meta WHERE generation <> 0;
UPDATE meta SET newest = newest + 1, active = newest + 1, generation = 0, digest = zeroblob(32), entries = 0
    WHERE generation <> 0;
