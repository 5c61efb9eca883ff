//! A client of a broker.

use std::io::Write;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::packet::{Message, Packet, kind, text};
use crate::wait::PATIENCE;

/// Packets that may wait to be looked at; beyond it the broker waits.
const HEARD_MAX: usize = 10_000;

/// How a client signs in.
#[derive(Debug, Clone, Copy)]
pub struct Login<'a> {
    /// Client identifier.
    pub client: &'a str,
    /// User name and password.
    pub user: Option<(&'a str, &'a str)>,
}

/// A connection that was accepted.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    packets: Receiver<Packet>,
    heard: Vec<Message>,
    next: u16,
}

impl Client {
    /// Connects with a clean session and without a keep-alive.
    ///
    /// # Errors
    /// If the broker refuses, or does not answer.
    pub fn connect(broker: SocketAddr, login: Login<'_>) -> Result<Self> {
        let stream = TcpStream::connect(broker)?;
        stream.set_nodelay(true)?;
        let (send, packets) = sync_channel(HEARD_MAX);
        let mut reading = stream.try_clone()?;
        // Ends with the connection, or with whoever listens.
        std::thread::spawn(move || while Packet::read(&mut reading).is_ok_and(|packet| send.send(packet).is_ok()) {});
        let mut client = Self { stream, packets, heard: Vec::new(), next: 1 };
        let mut flags = 0b10;
        let mut payload = text(login.client);
        if let Some((user, password)) = login.user {
            flags |= 0b1100_0000;
            payload.extend(text(user));
            payload.extend(text(password));
        }
        client.write(&Packet::new(kind::CONNECT, 0, &[&text("MQTT"), &[4, flags, 0, 0], &payload]))?;
        match client.until(kind::CONNACK)?.body.as_slice() {
            [_, 0] => Ok(client),
            other => bail!("the broker refuses with {other:?}"),
        }
    }

    /// Subscribes; says whether the broker lets it.
    ///
    /// # Errors
    /// If the broker hangs up.
    pub fn subscribe(&mut self, filter: &str) -> Result<bool> {
        let id = self.id().to_be_bytes();
        self.write(&Packet::new(kind::SUBSCRIBE, 0b10, &[&id, &text(filter), &[0]]))?;
        Ok(self.until(kind::SUBACK)?.body.last() != Some(&0x80))
    }

    /// Publishes, and waits until the broker has taken it.
    ///
    /// # Errors
    /// If the broker hangs up: it does not let this client publish there, or so much.
    pub fn publish(&mut self, topic: &str, payload: &[u8], retain: bool) -> Result<()> {
        let message = Message { topic: topic.to_owned(), payload: payload.to_vec(), qos: 1, retain, id: self.id() };
        self.write(&message.packet())?;
        self.until(kind::PUBACK)?;
        Ok(())
    }

    /// The first message that has not been taken yet of which `wanted` makes something. Those before it are forgotten.
    ///
    /// # Errors
    /// If none comes in time; `what` says what was waited for.
    pub fn hear<T>(&mut self, what: &str, mut wanted: impl FnMut(&Message) -> Option<T>) -> Result<T> {
        let found = self.heard.iter().enumerate().find_map(|(at, message)| Some((at, wanted(message)?)));
        if let Some((at, found)) = found {
            self.heard.drain(..=at);
            return Ok(found);
        }
        self.heard.clear();
        let end = Instant::now() + PATIENCE;
        loop {
            let packet = self.next(end).with_context(|| format!("waited in vain for: {what}"))?;
            if let Some(found) = packet.message().as_ref().and_then(&mut wanted) {
                return Ok(found);
            }
        }
    }

    /// The next message on this topic.
    ///
    /// # Errors
    /// If none comes in time.
    pub fn hear_on(&mut self, topic: &str) -> Result<Message> {
        self.hear(topic, |message| (message.topic == topic).then(|| message.clone()))
    }

    fn until(&mut self, kind: u8) -> Result<Packet> {
        let end = Instant::now() + PATIENCE;
        loop {
            let packet = self.next(end)?;
            if packet.kind() == kind {
                return Ok(packet);
            }
            self.heard.extend(packet.message());
        }
    }

    fn next(&mut self, end: Instant) -> Result<Packet> {
        let left = end.saturating_duration_since(Instant::now());
        let packet = self.packets.recv_timeout(left).context("the broker hung up, or says nothing")?;
        if let Some(message) = packet.message().filter(|message| message.qos > 0) {
            self.write(&Packet::new(kind::PUBACK, 0, &[&message.id.to_be_bytes()]))?;
        }
        Ok(packet)
    }

    fn id(&mut self) -> u16 {
        self.next = self.next.checked_add(1).unwrap_or(1);
        self.next
    }

    fn write(&mut self, packet: &Packet) -> Result<()> {
        self.stream.write_all(&packet.bytes()).context("the broker hung up")
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}
