//! A broker that does what the test tells it, one packet at a time.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::bench::soon;
use crate::codec::{Connect, Packet, decode, packet, publish_packet};

/// Listens on a free loopback port.
pub(crate) struct Broker {
    listener: TcpListener,
}

/// Bytes in both directions, encrypted or not.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// One client's connection, seen from the broker.
pub(crate) struct Peer {
    stream: Box<dyn Stream>,
}

impl Broker {
    pub(crate) async fn start() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    pub(crate) fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    pub(crate) async fn accept(&self) -> Peer {
        Peer::new(self.accept_bytes().await)
    }

    pub(crate) async fn accept_bytes(&self) -> TcpStream {
        soon(self.listener.accept()).await.unwrap().0
    }

    /// Accepts a client and its greeting, and welcomes it without a session.
    pub(crate) async fn welcome(&self) -> Peer {
        let mut peer = self.accept().await;
        peer.greeting().await;
        peer.answer(false, 0).await;
        peer
    }
}

impl Peer {
    pub(crate) fn new(stream: impl Stream + 'static) -> Self {
        Self { stream: Box::new(stream) }
    }

    pub(crate) async fn greeting(&mut self) -> Connect {
        match self.packet().await {
            Packet::Connect(connect) => connect,
            other => panic!("CONNECT must come first, not {other:?}"),
        }
    }

    /// CONNACK, section 3.2.
    pub(crate) async fn answer(&mut self, session_present: bool, code: u8) {
        self.send(&packet(0x20, &[u8::from(session_present), code])).await;
    }

    /// Grants a subscription and returns its filters.
    pub(crate) async fn grant(&mut self) -> Vec<(String, u8)> {
        match self.packet().await {
            Packet::Subscribe { packet_id, filters } => {
                let granted: Vec<u8> = filters.iter().map(|(_, qos)| *qos).collect();
                self.suback(packet_id, &granted).await;
                filters
            }
            other => panic!("SUBSCRIBE expected, not {other:?}"),
        }
    }

    pub(crate) async fn suback(&mut self, packet_id: u16, codes: &[u8]) {
        let mut body = packet_id.to_be_bytes().to_vec();
        body.extend(codes);
        self.send(&packet(0x90, &body)).await;
    }

    pub(crate) async fn puback(&mut self, packet_id: u16) {
        self.send(&packet(0x40, &packet_id.to_be_bytes())).await;
    }

    /// PINGRESP, section 3.13.
    pub(crate) async fn pong(&mut self) {
        self.send(&packet(0xD0, &[])).await;
    }

    pub(crate) async fn publish(&mut self, topic: &str, payload: &[u8], packet_id: u16) {
        self.send(&publish_packet(topic, payload, packet_id)).await;
    }

    /// The next packet must be a publish: its payload as text and its identifier.
    pub(crate) async fn published(&mut self) -> (String, u16) {
        match self.packet().await {
            Packet::Publish { payload, packet_id, .. } => (String::from_utf8(payload).unwrap(), packet_id),
            other => panic!("PUBLISH expected, not {other:?}"),
        }
    }

    /// The next packet; it must come.
    pub(crate) async fn packet(&mut self) -> Packet {
        self.next().await.expect("the client went away")
    }

    /// The client went away without another packet, above all without DISCONNECT.
    pub(crate) async fn gone(mut self) {
        assert_eq!(self.next().await, None);
    }

    /// The next packet, or `None` if the client closed the connection.
    pub(crate) async fn next(&mut self) -> Option<Packet> {
        soon(async {
            let head = self.stream.read_u8().await.ok()?;
            let mut length = 0;
            for shift in [0, 7, 14, 21] {
                let digit = self.stream.read_u8().await.ok()?;
                length |= usize::from(digit & 0x7f) << shift;
                if digit & 0x80 == 0 {
                    break;
                }
            }
            let mut body = vec![0; length];
            self.stream.read_exact(&mut body).await.ok()?;
            Some(decode(head, &body))
        })
        .await
    }

    /// Sends raw bytes. A client that has gone is noticed by what the test expects next.
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        let _ = soon(self.stream.write_all(bytes)).await;
    }
}
