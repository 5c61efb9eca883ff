-- Events lie at places, and the number of an event is its place less `base`. So an epoch that begins numbers what it takes
-- over without moving it. What a new epoch leaves behind lies at `base` and below, and is swept in batches.
ALTER TABLE event RENAME COLUMN sequence TO place;
ALTER TABLE journal ADD COLUMN base INTEGER NOT NULL DEFAULT 0;

-- The link of the event before the oldest. Acknowledged events are kept for a while from now on.
ALTER TABLE journal RENAME COLUMN acknowledged_link TO before_link;
DELETE FROM event WHERE place <= (SELECT acknowledged FROM journal);

-- Events that found no room, and are in no event yet that says so.
ALTER TABLE journal ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;

-- The newest head of the central log that the door was told.
ALTER TABLE journal ADD COLUMN log_row INTEGER NOT NULL DEFAULT 0;
ALTER TABLE journal ADD COLUMN log_link BLOB NOT NULL
    DEFAULT X'0000000000000000000000000000000000000000000000000000000000000000';

-- An epoch that is about to begin: everything through `place` is linked in it.
CREATE TABLE next (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    epoch INTEGER NOT NULL,
    base  INTEGER NOT NULL,
    place INTEGER NOT NULL,
    link  BLOB    NOT NULL
);
