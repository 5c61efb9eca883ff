-- What an operator may do, and how they prove that it is them. Whoever was an operator before could do everything.
ALTER TABLE operator ADD COLUMN role TEXT NOT NULL DEFAULT 'admin'
    CHECK (role IN ('admin', 'security', 'desk', 'auditor'));
-- Whoever is disabled neither signs in nor uses a token; what they did keeps their name.
ALTER TABLE operator ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1));
-- The last sign-in.
ALTER TABLE operator ADD COLUMN signed_in_ms INTEGER;
-- The secret of the second step (RFC 6238), and the step whose code was used last: no code counts twice.
ALTER TABLE operator ADD COLUMN totp BLOB;
ALTER TABLE operator ADD COLUMN totp_step INTEGER;

-- Codes for whoever has lost their telephone, by digest; each counts once and is then forgotten.
CREATE TABLE recovery_code (
    operator INTEGER NOT NULL REFERENCES operator (id),
    sha256   BLOB    NOT NULL,
    PRIMARY KEY (operator, sha256)
) STRICT;

-- A link by which somebody sets their first password, by digest. One for an operator at a time; without an operator it is
-- the one that begins a new site.
CREATE TABLE invitation (
    sha256     BLOB    PRIMARY KEY,
    operator   INTEGER UNIQUE REFERENCES operator (id),
    expires_ms INTEGER NOT NULL
) STRICT;

-- What a token is good for: `all` that its operator may, `read`, or rights by their codes, with commas.
ALTER TABLE token ADD COLUMN scope TEXT NOT NULL DEFAULT 'all';
ALTER TABLE token ADD COLUMN used_ms INTEGER;

-- Whose session it is, so that it can be listed and ended; NULL for one in which nobody has signed in yet.
ALTER TABLE session ADD COLUMN operator TEXT;
ALTER TABLE session ADD COLUMN since_ms INTEGER;
ALTER TABLE session ADD COLUMN seen_ms  INTEGER;
CREATE INDEX session_by_operator ON session (operator);

-- Whether admins must prove themselves by a second step.
ALTER TABLE site ADD COLUMN second_step INTEGER NOT NULL DEFAULT 0 CHECK (second_step IN (0, 1));
