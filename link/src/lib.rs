//! One MQTT session done right, for both ends.
