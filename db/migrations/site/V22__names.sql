-- What a door or an area is called in a language, beside its main name. Versioned, one row for each language.
CREATE TABLE door_name (
    id       INTEGER PRIMARY KEY,
    door     INTEGER NOT NULL REFERENCES door (number),
    language TEXT    NOT NULL CHECK (language IN ('fi', 'sv', 'en')),
    name     TEXT    NOT NULL,
    since    INTEGER NOT NULL REFERENCES change (number),
    until    INTEGER REFERENCES change (number)
) STRICT;
CREATE UNIQUE INDEX door_name_in_language ON door_name (door, language) WHERE until IS NULL;
CREATE INDEX door_name_by_door ON door_name (door, since);
CREATE INDEX door_name_by_since ON door_name (since);
CREATE INDEX door_name_by_until ON door_name (until) WHERE until IS NOT NULL;

CREATE TABLE area_name (
    id       INTEGER PRIMARY KEY,
    area     INTEGER NOT NULL REFERENCES area (number),
    language TEXT    NOT NULL CHECK (language IN ('fi', 'sv', 'en')),
    name     TEXT    NOT NULL,
    since    INTEGER NOT NULL REFERENCES change (number),
    until    INTEGER REFERENCES change (number)
) STRICT;
CREATE UNIQUE INDEX area_name_in_language ON area_name (area, language) WHERE until IS NULL;
CREATE INDEX area_name_by_area ON area_name (area, since);
CREATE INDEX area_name_by_since ON area_name (since);
CREATE INDEX area_name_by_until ON area_name (until) WHERE until IS NOT NULL;
