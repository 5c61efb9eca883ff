-- Access that somebody asks for, and somebody else decides about. The change `since` says who asked, and when.
CREATE TABLE access_request (
    id      INTEGER PRIMARY KEY,
    person  INTEGER NOT NULL REFERENCES person (id),
    grp     INTEGER NOT NULL REFERENCES person_group (number),
    -- The membership that is asked for.
    from_s  INTEGER,
    until_s INTEGER,
    -- In the words of whoever asks.
    reason  TEXT    NOT NULL,
    -- What became of it, and why not; NULL while it is open.
    outcome TEXT    CHECK (outcome IN ('approved', 'refused', 'withdrawn')),
    answer  TEXT,
    since   INTEGER NOT NULL REFERENCES change (number),
    until   INTEGER REFERENCES change (number),
    CHECK ((outcome IS NULL) = (until IS NULL))
) STRICT;
CREATE UNIQUE INDEX access_request_open ON access_request (person, grp) WHERE until IS NULL;
CREATE INDEX access_request_since ON access_request (since);
CREATE INDEX access_request_until ON access_request (until) WHERE until IS NOT NULL;
