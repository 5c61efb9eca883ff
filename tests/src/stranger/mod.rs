//! Somebody who has read `docs/PROTOCOL.md` and the MQTT 3.1.1 standard, and nothing else: a client of our own doors and
//! controller that shares no line with them. It attacks, and it shows that the page says enough.
//!
//! Nothing here may use `access` or `link`; a test of this module reads its own files to see that.
//!
//! | module | subject |
//! | --- | --- |
//! | [`packet`] | packets of MQTT 3.1.1 as bytes |
//! | [`client`] | a client that hears and says everything |
//! | [`middle`] | whoever owns the net between a door and its broker: sees, holds back, drops, repeats, makes up |
//! | [`postcard`] | numbers, text and lists as bytes, in both directions |
//! | [`frame`] | the envelope: header, message, MAC |
//! | [`words`] | messages, as far as an attacker needs them |

pub mod client;
pub mod frame;
pub mod middle;
pub mod packet;
pub mod postcard;
pub mod words;

#[cfg(test)]
mod tests {
    #[test]
    fn it_is_written_from_the_page_alone() {
        for source in [
            include_str!("client.rs"),
            include_str!("frame.rs"),
            include_str!("middle.rs"),
            include_str!("packet.rs"),
            include_str!("postcard.rs"),
            include_str!("words.rs"),
        ] {
            for ours in ["access", "link", "controller", "door_agent", "db", "mqtt5", "rumqttc"] {
                assert!(!source.contains(&format!("use {ours}::")) && !source.contains(&format!("{ours}::")), "{ours}");
            }
        }
    }
}
