-- The life of an alarm: open, acknowledged, closed; who has it; what was told to whom outside.

DROP INDEX alarm_open;
ALTER TABLE alarm ADD COLUMN acknowledged_comment TEXT;
-- Since when its cause has gone away; NULL as long as it lasts, and for kinds whose cause is a moment.
ALTER TABLE alarm ADD COLUMN over_ms INTEGER;
-- The operator who takes care of it.
ALTER TABLE alarm ADD COLUMN owner TEXT;
ALTER TABLE alarm ADD COLUMN closed_ms INTEGER;
-- NULL if it closed by itself.
ALTER TABLE alarm ADD COLUMN closed_by TEXT;
ALTER TABLE alarm ADD COLUMN closed_comment TEXT;
-- When it is to be told again; NULL if never.
ALTER TABLE alarm ADD COLUMN remind_ms INTEGER;
ALTER TABLE alarm ADD COLUMN reminded INTEGER NOT NULL DEFAULT 0;
-- So far an alarm was done with once somebody had acknowledged it.
UPDATE alarm SET closed_ms = acknowledged_ms, closed_by = acknowledged_by WHERE acknowledged_ms IS NOT NULL;
-- While it is not closed, the same at the same door is counted here.
CREATE UNIQUE INDEX alarm_live ON alarm (kind, COALESCE(door, 0), COALESCE(uid, x'')) WHERE closed_ms IS NULL;
CREATE INDEX alarm_by_end ON alarm (kind, closed_ms);
CREATE INDEX alarm_by_last ON alarm (last_ms, id);
CREATE INDEX alarm_to_remind ON alarm (remind_ms) WHERE closed_ms IS NULL AND acknowledged_ms IS NULL AND remind_ms IS NOT NULL;

-- Everything that was done with an alarm, and what it did by itself.
CREATE TABLE alarm_step (
    id      INTEGER PRIMARY KEY,
    alarm   INTEGER NOT NULL REFERENCES alarm (id),
    at_ms   INTEGER NOT NULL,
    what    TEXT    NOT NULL,
    -- The operator; NULL if it happened by itself.
    who     TEXT,
    -- What they wrote; of a step that gives the alarm to somebody, to whom.
    comment TEXT
) STRICT;
CREATE INDEX alarm_step_by_alarm ON alarm_step (alarm, id);

-- The events behind an alarm: the first, and the newest of the others.
CREATE TABLE alarm_event (
    alarm INTEGER NOT NULL REFERENCES alarm (id),
    event INTEGER NOT NULL REFERENCES event (id),
    PRIMARY KEY (alarm, event)
) STRICT, WITHOUT ROWID;
INSERT INTO alarm_event (alarm, event) SELECT id, event FROM alarm WHERE event IS NOT NULL;
INSERT INTO alarm_event (alarm, event) SELECT id, other_event FROM alarm WHERE other_event IS NOT NULL
    ON CONFLICT (alarm, event) DO NOTHING;

-- For a time, alarms of a kind are shown and not told. A mute ends by itself at `until_ms`.
CREATE TABLE alarm_mute (
    id       INTEGER PRIMARY KEY,
    kind     TEXT    NOT NULL,
    -- NULL mutes the kind everywhere.
    door     INTEGER REFERENCES door (number),
    from_ms  INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    reason   TEXT    NOT NULL,
    operator TEXT    NOT NULL,
    -- Somebody ended it early.
    ended_ms INTEGER
) STRICT;
CREATE INDEX alarm_mute_by_end ON alarm_mute (until_ms) WHERE ended_ms IS NULL;

-- To whom alarms are told outside of the dashboard: what the configuration last said, by the names there.
CREATE TABLE notify_channel (
    name     TEXT    PRIMARY KEY,
    -- The least severity that is told, by its rank.
    severity INTEGER NOT NULL
) STRICT;

-- What is to be told, and what became of it: one row for each step and channel, so that nothing is queued twice.
CREATE TABLE notification (
    id         INTEGER PRIMARY KEY,
    alarm      INTEGER NOT NULL REFERENCES alarm (id),
    step       INTEGER NOT NULL REFERENCES alarm_step (id),
    channel    TEXT    NOT NULL,
    made_ms    INTEGER NOT NULL,
    due_ms     INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    state      TEXT    NOT NULL,
    -- What went wrong last.
    error      TEXT,
    changed_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX notification_once ON notification (step, channel);
CREATE INDEX notification_by_alarm ON notification (alarm, channel);
CREATE INDEX notification_waiting ON notification (due_ms, id) WHERE state = 'waiting';
CREATE INDEX notification_dead ON notification (id) WHERE state = 'dead';
CREATE INDEX notification_done ON notification (changed_ms) WHERE state IN ('delivered', 'dropped');
