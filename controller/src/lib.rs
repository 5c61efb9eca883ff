//! The central controller: broker, intake, distribution; mounts the dashboard.

pub mod broker;
pub mod distribute;
mod hex;
