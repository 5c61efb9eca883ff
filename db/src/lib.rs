//! The only SQL: site database and door database.
