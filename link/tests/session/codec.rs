//! As much of MQTT 3.1.1 as the scripted broker needs, written from the standard and
//! independent of the client under test.

/// A will as it stands in CONNECT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Will {
    pub(crate) topic: String,
    pub(crate) payload: Vec<u8>,
    pub(crate) qos: u8,
    pub(crate) retain: bool,
}

/// CONNECT, section 3.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Connect {
    pub(crate) clean_session: bool,
    pub(crate) keep_alive_s: u16,
    pub(crate) client_id: String,
    pub(crate) will: Option<Will>,
    pub(crate) login: Option<(String, Vec<u8>)>,
}

/// What a client may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Packet {
    Connect(Connect),
    Publish { topic: String, payload: Vec<u8>, qos: u8, retain: bool, packet_id: u16 },
    PubAck(u16),
    Subscribe { packet_id: u16, filters: Vec<(String, u8)> },
    PingReq,
    Disconnect,
}

/// Reads a packet's body; `head` is its first byte.
pub(crate) fn decode(head: u8, body: &[u8]) -> Packet {
    let mut rest = Reader(body);
    match head >> 4 {
        1 => Packet::Connect(connect(&mut rest)),
        3 => publish(head, &mut rest),
        4 => Packet::PubAck(rest.number()),
        8 => Packet::Subscribe {
            packet_id: rest.number(),
            filters: std::iter::from_fn(|| (!rest.0.is_empty()).then(|| (rest.text(), rest.byte()))).collect(),
        },
        12 => Packet::PingReq,
        14 => Packet::Disconnect,
        other => panic!("a client never sends packet type {other}"),
    }
}

fn connect(rest: &mut Reader<'_>) -> Connect {
    assert_eq!(rest.text(), "MQTT");
    assert_eq!(rest.byte(), 4, "protocol level of 3.1.1");
    let flags = rest.byte();
    let keep_alive_s = rest.number();
    let client_id = rest.text();
    let will = (flags & 0x04 != 0).then(|| Will {
        topic: rest.text(),
        payload: rest.field(),
        qos: flags >> 3 & 3,
        retain: flags & 0x20 != 0,
    });
    let login = (flags & 0x80 != 0).then(|| (rest.text(), rest.field()));
    Connect { clean_session: flags & 0x02 != 0, keep_alive_s, client_id, will, login }
}

fn publish(head: u8, rest: &mut Reader<'_>) -> Packet {
    let qos = head >> 1 & 3;
    Packet::Publish {
        topic: rest.text(),
        packet_id: if qos == 0 { 0 } else { rest.number() },
        payload: rest.0.to_vec(),
        qos,
        retain: head & 1 != 0,
    }
}

/// PUBLISH from the broker; `packet_id` 0 means at most once.
pub(crate) fn publish_packet(topic: &str, payload: &[u8], packet_id: u16) -> Vec<u8> {
    let mut body = u16::try_from(topic.len()).unwrap().to_be_bytes().to_vec();
    body.extend(topic.as_bytes());
    if packet_id == 0 {
        body.extend(payload);
        packet(0x30, &body)
    } else {
        body.extend(packet_id.to_be_bytes());
        body.extend(payload);
        packet(0x32, &body)
    }
}

/// Any packet: first byte, remaining length (section 2.2.3), body.
pub(crate) fn packet(head: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![head];
    let mut length = body.len();
    loop {
        let digit = u8::try_from(length % 128).unwrap();
        length /= 128;
        if length == 0 {
            bytes.push(digit);
            break;
        }
        bytes.push(digit | 0x80);
    }
    bytes.extend(body);
    bytes
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> u8 {
        let byte = self.0[0];
        self.0 = &self.0[1..];
        byte
    }

    fn number(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    fn field(&mut self) -> Vec<u8> {
        let length = usize::from(self.number());
        let (field, rest) = self.0.split_at(length);
        self.0 = rest;
        field.to_vec()
    }

    fn text(&mut self) -> String {
        String::from_utf8(self.field()).unwrap()
    }
}
