-- What a boot knows of the time and of its list from the one before.
CREATE TABLE clock (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    -- The latest civil time that the door has known, in milliseconds.
    known     INTEGER NOT NULL,
    -- Civil time of the newest confirmation of its list; NULL if there was none.
    confirmed INTEGER,
    -- Whether the door has told that its list is too old, and not yet that it was confirmed.
    too_old   INTEGER NOT NULL
);
