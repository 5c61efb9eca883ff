-- Who doors are to the broker: certificates of the site's own authority, and the one-time codes that they begin with.

-- At most one for a door: the next one ends the one before. Used, it is gone.
CREATE TABLE enrol_code (
    door       INTEGER PRIMARY KEY REFERENCES door (number),
    -- Of the code's secret, which is stored nowhere.
    sha256     BLOB    NOT NULL CHECK (length(sha256) = 32),
    expires_ms INTEGER NOT NULL,
    since      INTEGER NOT NULL REFERENCES change (number)
) STRICT;

-- Every certificate that the authority has issued to a door.
CREATE TABLE door_certificate (
    -- SHA-256 of it, in DER.
    fingerprint  BLOB    PRIMARY KEY CHECK (length(fingerprint) = 32),
    serial       BLOB    NOT NULL UNIQUE,
    door         INTEGER NOT NULL REFERENCES door (number),
    not_before_s INTEGER NOT NULL,
    -- The last second in which it is valid.
    not_after_s  INTEGER NOT NULL,
    since        INTEGER NOT NULL REFERENCES change (number),
    revoked      INTEGER REFERENCES change (number),
    revoked_s    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX door_certificate_by_door ON door_certificate (door, not_after_s);

-- The list of revoked certificates that was issued last: both only grow.
CREATE TABLE certificate_list (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    number        INTEGER NOT NULL,
    this_update_s INTEGER NOT NULL
) STRICT;
INSERT INTO certificate_list (id, number, this_update_s) VALUES (1, 0, 0);
