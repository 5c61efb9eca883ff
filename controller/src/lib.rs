//! The central controller: broker, intake, distribution; mounts the dashboard.
