-- Requests of programs that are to be done once, however often they come (docs/API.md, "Once"): kept for a day.

CREATE TABLE once (
    -- Digest of the token.
    token   BLOB    NOT NULL CHECK (length(token) = 32),
    -- What the program calls the request.
    key     TEXT    NOT NULL,
    -- Digest of the request: the key is for this one only.
    request BLOB    NOT NULL CHECK (length(request) = 32),
    -- Which run of the controller began it; what another run has not finished is not under way any more.
    run     INTEGER NOT NULL,
    at_ms   INTEGER NOT NULL,
    -- The newest change that it has made, written in the transaction of that change.
    change  INTEGER,
    -- Status and headers of the answer as JSON, and its body; NULL while there is none.
    answer  TEXT,
    body    BLOB,
    PRIMARY KEY (token, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX once_by_time ON once (at_ms);
