//! The door agent: reader, lock, inputs, journal, MQTT.
