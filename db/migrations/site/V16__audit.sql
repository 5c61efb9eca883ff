-- What each change found and what it left, and what was done to many at once.

-- Rows of versioned tables as JSON: those that the change closed, and those that it began. NULL where there are none,
-- and in changes of before. They are under the change's commitment (docs/LOG.md).
ALTER TABLE change ADD COLUMN before TEXT;
ALTER TABLE change ADD COLUMN after  TEXT;
CREATE INDEX change_by_operator ON change (operator, number);
CREATE INDEX change_by_action ON change (action, number);
CREATE INDEX change_by_time ON change (at_ms);

-- A change that was made to many people or cards at once.
CREATE TABLE bulk (
    change INTEGER PRIMARY KEY REFERENCES change (number),
    -- Stable code of what was done.
    act    TEXT    NOT NULL,
    -- The group, if it is about one.
    grp    INTEGER REFERENCES person_group (number),
    -- The change that took it back; a second one has nothing to take back.
    undone INTEGER REFERENCES change (number)
) STRICT;

-- What a change touched is found in these as in the others.
CREATE INDEX group_state_by_since ON group_state (since);
CREATE INDEX group_state_by_until ON group_state (until) WHERE until IS NOT NULL;
CREATE INDEX area_state_by_since ON area_state (since);
CREATE INDEX area_state_by_until ON area_state (until) WHERE until IS NOT NULL;
