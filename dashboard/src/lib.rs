//! Web pages and REST API over the site database: an axum router.
