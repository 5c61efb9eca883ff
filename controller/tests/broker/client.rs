//! As much of an MQTT 3.1.1 client as it takes to misbehave.

use std::net::SocketAddr;
use std::time::Duration;

use controller::broker::Broker;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longest wait for anything. It is long, since only a failing test waits for it.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

pub(crate) const ACCEPTED: u8 = 0;
pub(crate) const BAD_CREDENTIALS: u8 = 4;
pub(crate) const NOT_AUTHORIZED: u8 = 5;

/// What a CONNECT says.
#[derive(Clone)]
pub(crate) struct Connect<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) user: Option<&'a str>,
    pub(crate) password: Option<&'a str>,
    pub(crate) will: Option<&'a str>,
    pub(crate) will_retain: bool,
    pub(crate) clean: bool,
}

pub(crate) struct Client {
    stream: Box<dyn Stream>,
}

pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// A packet: its first byte and its body.
pub(crate) type Packet = (u8, Vec<u8>);

impl<'a> Connect<'a> {
    pub(crate) fn new(client_id: &'a str, password: &'a str) -> Self {
        Self { client_id, user: Some(client_id), password: Some(password), will: None, will_retain: false, clean: true }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut flags = 0_u8;
        flags |= u8::from(self.clean) << 1;
        flags |= u8::from(self.will.is_some()) << 2 | u8::from(self.will_retain) << 5;
        flags |= u8::from(self.password.is_some()) << 6 | u8::from(self.user.is_some()) << 7;
        let mut body = text("MQTT");
        body.extend([4, flags, 0, 10]);
        body.extend(text(self.client_id));
        if let Some(will) = self.will {
            body.extend(text(will));
            body.extend(text("gone"));
        }
        for field in [self.user, self.password].into_iter().flatten() {
            body.extend(text(field));
        }
        packet(0x10, &body)
    }
}

impl Client {
    pub(crate) async fn open(addr: SocketAddr) -> Self {
        Self::over(TcpStream::connect(addr).await.unwrap())
    }

    /// Over a connection that is there, such as one of TLS.
    pub(crate) fn over(stream: impl Stream + 'static) -> Self {
        Self { stream: Box::new(stream) }
    }

    /// Connects and gives the return code; `None` if the broker hung up without one.
    pub(crate) async fn connect(broker: &Broker, connect: &Connect<'_>) -> (Self, Option<u8>) {
        let mut client = Self::open(broker.addr()).await;
        let code = client.log_in(connect).await;
        (client, code)
    }

    /// Sends a CONNECT and gives the return code; `None` if the broker hung up without one.
    pub(crate) async fn log_in(&mut self, connect: &Connect<'_>) -> Option<u8> {
        self.send(&connect.bytes()).await;
        self.receive().await.map(|(kind, body)| {
            assert_eq!(kind, 0x20, "not a CONNACK");
            body[1]
        })
    }

    /// Connects as a door with its right password.
    pub(crate) async fn door(broker: &Broker, door: &str) -> Self {
        let (client, code) = Self::connect(broker, &Connect::new(door, &super::password(door))).await;
        assert_eq!(code, Some(ACCEPTED));
        client
    }

    /// Connects as the controller and hears everything.
    pub(crate) async fn controller(broker: &Broker) -> Self {
        let (user, password) = broker.controller_login();
        let mut client = Self::open(broker.controller_addr()).await;
        assert_eq!(client.log_in(&Connect::new(user, password)).await, Some(ACCEPTED));
        assert_ne!(client.subscribe("#").await, Some(0x80));
        client
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        // A broker that has hung up shows when something is received.
        let _ = self.stream.write_all(bytes).await;
    }

    /// The next packet; `None` if the broker hung up.
    pub(crate) async fn receive(&mut self) -> Option<Packet> {
        timeout(DEADLINE, self.read()).await.expect("the broker neither answered nor hung up")
    }

    pub(crate) async fn publish(&mut self, topic: &str, payload: &[u8]) {
        self.send(&publish(topic, payload, false)).await;
    }

    /// The code of the SUBACK; `None` if the broker hung up.
    pub(crate) async fn subscribe(&mut self, filter: &str) -> Option<u8> {
        let mut body = vec![0, 1];
        body.extend(text(filter));
        body.push(1);
        self.send(&packet(0x82, &body)).await;
        let (kind, body) = self.receive().await?;
        assert_eq!(kind, 0x90, "not a SUBACK");
        Some(body[2])
    }

    /// The topic of the next message; whatever else comes is skipped.
    pub(crate) async fn heard(&mut self) -> String {
        loop {
            let (kind, body) = self.receive().await.expect("the broker hung up");
            if kind >> 4 == 3 {
                let length = usize::from(u16::from_be_bytes([body[0], body[1]]));
                return String::from_utf8(body[2..2 + length].to_vec()).unwrap();
            }
        }
    }

    /// Waits until the broker has hung up; whatever comes before is skipped.
    pub(crate) async fn hung_up(&mut self) {
        while self.receive().await.is_some() {}
    }

    async fn read(&mut self) -> Option<Packet> {
        let kind = self.stream.read_u8().await.ok()?;
        let (mut length, mut shift) = (0_usize, 0);
        loop {
            let byte = self.stream.read_u8().await.ok()?;
            length |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.ok()?;
        Some((kind, body))
    }
}

/// A PUBLISH with QoS 1.
pub(crate) fn publish(topic: &str, payload: &[u8], retain: bool) -> Vec<u8> {
    let mut body = text(topic);
    body.extend([0, 7]);
    body.extend(payload);
    packet(0x32 | u8::from(retain), &body)
}

fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind];
    let mut length = body.len();
    loop {
        let more = length >= 0x80;
        bytes.push((length & 0x7f) as u8 | u8::from(more) << 7);
        length >>= 7;
        if !more {
            break;
        }
    }
    bytes.extend(body);
    bytes
}

fn text(text: &str) -> Vec<u8> {
    let mut bytes = u16::try_from(text.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend(text.as_bytes());
    bytes
}
