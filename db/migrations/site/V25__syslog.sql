-- How far the logs were handed to a receiver outside (syslog), if one is configured. The logs themselves are what waits for it.
CREATE TABLE syslog (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    -- As the configuration last said: where to, and whether with names. The change that says so is in the operator log.
    server   TEXT    NOT NULL,
    names    INTEGER NOT NULL,
    -- Through this row of the log, this change and this step of an alarm.
    row      INTEGER NOT NULL,
    change   INTEGER NOT NULL,
    step     INTEGER NOT NULL,
    -- The time that the file was put back last, by its change, as the receiver knows it: 0 is never. NULL while the receiver
    -- was not told where what it gets begins.
    restored INTEGER,
    -- When it last moved.
    at_ms    INTEGER NOT NULL
) STRICT;
