//! What MQTT 3.1.1 allows on the wire: names and sizes.
//!
//! The client underneath checks little of this: a name longer than 65,535 bytes is cut
//! silently, and a packet above its limit is queued again for ever. So both are refused
//! here, before they reach it.

/// Largest packet in either direction, in bytes, with its header.
///
/// Equal to the limit that our brokers are configured with: a larger packet would be
/// answered by a disconnection, at every attempt. A whitelist travels in chunks below it.
pub const PACKET_MAX_BYTES: usize = 256 * 1024;

/// Every string and the will's payload carry a two-byte length (MQTT 3.1.1, 1.5.3).
pub(crate) const FIELD_MAX_BYTES: usize = u16::MAX as usize;

/// Why a topic or a topic filter cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TopicError {
    /// MQTT 3.1.1 section 4.7.3: at least one character.
    #[error("it is empty")]
    Empty,
    /// The length field has two bytes.
    #[error("it is longer than 65,535 bytes")]
    TooLong,
    /// MQTT 3.1.1 section 4.7.3: never the null character.
    #[error("it contains a null character")]
    Null,
    /// `+` or `#` in a topic, or at the wrong place of a filter.
    #[error("it has a wildcard where none may be")]
    Wildcard,
}

/// Accepts what may be published to.
pub(crate) fn check_topic(topic: &str) -> Result<(), TopicError> {
    check_name(topic)?;
    if topic.contains(['+', '#']) {
        return Err(TopicError::Wildcard);
    }
    Ok(())
}

/// Accepts what may be subscribed to: `+` fills a level, `#` fills the last one.
pub(crate) fn check_filter(filter: &str) -> Result<(), TopicError> {
    check_name(filter)?;
    let mut levels = filter.split('/').peekable();
    while let Some(level) = levels.next() {
        let last = levels.peek().is_none();
        let plain = !level.contains(['+', '#']);
        if !(plain || level == "+" || (last && level == "#")) {
            return Err(TopicError::Wildcard);
        }
    }
    Ok(())
}

/// Bytes of a PUBLISH packet on the wire, assuming a packet identifier.
pub(crate) fn publish_bytes(topic: &str, payload_bytes: usize) -> usize {
    const PACKET_TYPE: usize = 1;
    const REMAINING_LENGTH_MAX: usize = 4;
    const TOPIC_LENGTH: usize = 2;
    const PACKET_ID: usize = 2;
    (PACKET_TYPE + REMAINING_LENGTH_MAX + TOPIC_LENGTH + PACKET_ID)
        .saturating_add(topic.len())
        .saturating_add(payload_bytes)
}

fn check_name(name: &str) -> Result<(), TopicError> {
    if name.is_empty() {
        Err(TopicError::Empty)
    } else if name.len() > FIELD_MAX_BYTES {
        Err(TopicError::TooLong)
    } else if name.contains('\0') {
        Err(TopicError::Null)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_has_no_wildcard_and_fits_its_length_field() {
        assert_eq!(check_topic("doors/7/up/event"), Ok(()));
        assert_eq!(check_topic(""), Err(TopicError::Empty));
        assert_eq!(check_topic("doors/+/up"), Err(TopicError::Wildcard));
        assert_eq!(check_topic("doors/#"), Err(TopicError::Wildcard));
        assert_eq!(check_topic("a\0b"), Err(TopicError::Null));
        assert_eq!(check_topic(&"x".repeat(65_535)), Ok(()));
        assert_eq!(check_topic(&"x".repeat(65_536)), Err(TopicError::TooLong));
    }

    #[test]
    fn a_filter_has_wildcards_only_where_they_fill_a_level() {
        for good in ["#", "+", "a/#", "+/b/#", "$share/g/doors/+/up/#", "a//b"] {
            assert_eq!(check_filter(good), Ok(()), "{good}");
        }
        for bad in ["a#", "a/#/b", "a+/b", "#/a", "++"] {
            assert_eq!(check_filter(bad), Err(TopicError::Wildcard), "{bad}");
        }
    }
}
