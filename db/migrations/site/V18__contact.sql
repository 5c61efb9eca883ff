-- Versioned, one row at a time: whom to turn to if a page is in somebody's way. Without a row: nobody has said.
CREATE TABLE contact_state (
    id      INTEGER PRIMARY KEY,
    contact TEXT    NOT NULL,
    since   INTEGER NOT NULL REFERENCES change (number),
    until   INTEGER REFERENCES change (number)
) STRICT;
CREATE UNIQUE INDEX contact_state_now ON contact_state ((1)) WHERE until IS NULL;
CREATE INDEX contact_state_by_since ON contact_state (since);
CREATE INDEX contact_state_by_until ON contact_state (until) WHERE until IS NOT NULL;
