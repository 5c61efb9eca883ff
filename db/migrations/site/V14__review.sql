-- What reports need: when each card was last let in at each door, and who has confirmed which rights.

-- When a card was last granted at a door. It may be forgotten: nothing refers to it.
CREATE TABLE door_use (
    uid     BLOB    NOT NULL REFERENCES card (uid),
    door    INTEGER NOT NULL REFERENCES door (number),
    last_ms INTEGER NOT NULL,
    PRIMARY KEY (uid, door)
) STRICT;
CREATE INDEX door_use_by_door ON door_use (door, last_ms);
CREATE INDEX door_use_by_time ON door_use (last_ms);
INSERT INTO door_use (uid, door, last_ms)
    SELECT e.uid, e.door, MAX(e.at_ms) FROM event e JOIN card c ON c.uid = e.uid WHERE e.code = 'granted'
    GROUP BY e.uid, e.door;

-- Versioned: the rights of a group or of a person were looked at and confirmed, by the operator of change `since`.
CREATE TABLE review (
    id     INTEGER PRIMARY KEY,
    grp    INTEGER REFERENCES person_group (number),
    person INTEGER REFERENCES person (id),
    -- SHA-256 of what was confirmed: what it is now tells whether it has changed since.
    digest BLOB    NOT NULL CHECK (length(digest) = 32),
    note   TEXT    NOT NULL,
    -- When it is to be looked at again.
    due_s  INTEGER NOT NULL,
    since  INTEGER NOT NULL REFERENCES change (number),
    until  INTEGER REFERENCES change (number),
    CHECK ((grp IS NULL) <> (person IS NULL))
) STRICT;
CREATE UNIQUE INDEX review_group_now ON review (grp) WHERE until IS NULL AND grp IS NOT NULL;
CREATE UNIQUE INDEX review_person_now ON review (person) WHERE until IS NULL AND person IS NOT NULL;
CREATE INDEX review_by_group ON review (grp, since) WHERE grp IS NOT NULL;
CREATE INDEX review_by_person ON review (person, since) WHERE person IS NOT NULL;

-- Versioned, one row at a time: after how many days rights are to be looked at again. Without a row: 180.
CREATE TABLE review_state (
    id    INTEGER PRIMARY KEY,
    days  INTEGER NOT NULL,
    since INTEGER NOT NULL REFERENCES change (number),
    until INTEGER REFERENCES change (number)
) STRICT;
CREATE UNIQUE INDEX review_state_now ON review_state ((1)) WHERE until IS NULL;
