-- Operators who are limited to a part of the site. Whoever has no row in either table has the whole of it.
CREATE TABLE operator_unit (
    operator INTEGER NOT NULL REFERENCES operator (id),
    -- As employments spell it.
    unit     TEXT    NOT NULL,
    PRIMARY KEY (operator, unit)
) STRICT, WITHOUT ROWID;

-- Within which limit a kept answer was given, as JSON; NULL for the whole site. Within another it is not given again.
ALTER TABLE once ADD COLUMN reach TEXT;

-- An area that was removed stays here: its operator is limited to nothing then, and not to nothing at all.
CREATE TABLE operator_area (
    operator INTEGER NOT NULL REFERENCES operator (id),
    area     INTEGER NOT NULL REFERENCES area (number),
    PRIMARY KEY (operator, area)
) STRICT, WITHOUT ROWID;
