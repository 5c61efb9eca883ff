//! What decides at a door, and what crosses the wire: no clock, no disk, no network.
