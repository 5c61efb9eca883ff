//! Whoever owns the net between a door and its broker. Everything goes through: it may be seen, held back, dropped,
//! repeated out of order, or made up.
//!
//! ```text
//! door ──TCP──▶ Middle ──TCP──▶ broker        Way::Up
//! door ◀─────── Middle ◀─────── broker        Way::Down
//! ```
//!
//! What does not go on is confirmed to its sender all the same, as a hostile broker would.

use std::io::Write;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};

use anyhow::{Context, Result};

use super::packet::{Message, Packet, kind};
use crate::wait;

/// Messages that are remembered; what comes later is not.
const SEEN_MAX: usize = 20_000;

/// To the broker, or to the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From the door.
    Up,
    /// To the door.
    Down,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It goes on.
    Pass,
    /// It never arrives.
    Drop,
    /// It waits for [`Middle::release_backwards`].
    Hold,
}

/// A message that came by, whatever became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Whose.
    pub way: Way,
    /// What.
    pub message: Message,
    /// What became of it.
    pub fate: Fate,
}

type Judge = Box<dyn FnMut(Way, &Message) -> Fate + Send>;

enum Told {
    Accepted(TcpStream),
    Came { connection: u64, way: Way, packet: Packet },
    Ended(u64),
    Judge(Judge),
    Say(Way, Vec<u8>),
    Release,
    Cut,
    Ask(Sender<Vec<Seen>>),
    Stop,
}

/// The one in the middle. Ends when it is dropped.
#[derive(Debug)]
pub struct Middle {
    /// Where it listens, on loopback.
    pub port: u16,
    tell: Sender<Told>,
}

struct Owner {
    broker: SocketAddr,
    tell: Sender<Told>,
    judge: Judge,
    connection: u64,
    /// Of the newest connection: towards the broker, and towards the door.
    ends: Option<(TcpStream, TcpStream)>,
    held: Vec<(Way, Message)>,
    seen: Vec<Seen>,
}

impl Middle {
    /// Stands before a broker, and lets everything pass for now.
    ///
    /// # Errors
    /// If there is no port for it.
    pub fn before(broker: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let (tell, told) = channel();
        let accepted = tell.clone();
        std::thread::spawn(move || {
            let told = |stream| accepted.send(Told::Accepted(stream)).is_ok();
            while listener.accept().is_ok_and(|(stream, _)| told(stream)) {}
        });
        let owner = Owner {
            broker,
            tell: tell.clone(),
            judge: Box::new(|_, _| Fate::Pass),
            connection: 0,
            ends: None,
            held: Vec::new(),
            seen: Vec::new(),
        };
        std::thread::spawn(move || owner.run(&told));
        Ok(Self { port, tell })
    }

    /// Decides from now on what becomes of each message.
    pub fn judge(&self, judge: impl FnMut(Way, &Message) -> Fate + Send + 'static) {
        self.order(Told::Judge(Box::new(judge)));
    }

    /// Lets everything pass again.
    pub fn relent(&self) {
        self.judge(|_, _| Fate::Pass);
    }

    /// Says this to the broker as if the door had, or to the door as if the broker had.
    pub fn say(&self, way: Way, message: &Message) {
        // Without an identifier it can be mistaken for no other message in flight.
        self.say_bytes(way, Message { qos: 0, ..message.clone() }.packet().bytes());
    }

    /// The same with any bytes.
    pub fn say_bytes(&self, way: Way, bytes: Vec<u8>) {
        self.order(Told::Say(way, bytes));
    }

    /// Lets everything that waits go on, the newest first.
    pub fn release_backwards(&self) {
        self.order(Told::Release);
    }

    /// Ends the connection that there is.
    pub fn cut(&self) {
        self.order(Told::Cut);
    }

    /// What has come by so far.
    ///
    /// # Errors
    /// If it has ended.
    pub fn seen(&self) -> Result<Vec<Seen>> {
        let (send, answer) = channel();
        self.order(Told::Ask(send));
        answer.recv_timeout(wait::PATIENCE).context("the one in the middle has ended")
    }

    /// Waits until something has come by, from the message of this number on, of which `wanted` makes something.
    ///
    /// # Errors
    /// If nothing does.
    pub fn wait<T>(&self, what: &str, from: usize, wanted: impl FnMut(&Seen) -> Option<T>) -> Result<T> {
        let mut wanted = wanted;
        wait::until(what, || self.seen().ok()?.iter().skip(from).find_map(&mut wanted))
    }

    fn order(&self, told: Told) {
        // It ends only with this.
        let _ = self.tell.send(told);
    }
}

impl Drop for Middle {
    fn drop(&mut self) {
        self.order(Told::Stop);
        // Whoever waits for connections must see that nobody listens to it any more.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

impl Owner {
    fn run(mut self, told: &Receiver<Told>) {
        while let Ok(told) = told.recv() {
            match told {
                Told::Accepted(door) => self.accepted(door),
                Told::Came { connection, way, packet } if connection == self.connection => self.came(way, &packet),
                Told::Ended(connection) if connection == self.connection => self.cut(),
                Told::Came { .. } | Told::Ended(_) => {}
                Told::Judge(judge) => self.judge = judge,
                Told::Say(way, bytes) => self.send(way, &bytes),
                Told::Release => {
                    for (way, message) in std::mem::take(&mut self.held).into_iter().rev() {
                        self.send(way, &Message { qos: 0, ..message }.packet().bytes());
                    }
                }
                Told::Cut => self.cut(),
                Told::Ask(answer) => drop(answer.send(self.seen.clone())),
                Told::Stop => break,
            }
        }
        self.cut();
    }

    fn accepted(&mut self, door: TcpStream) {
        self.cut();
        self.connection += 1;
        // A broker that is away is away for the door as well.
        let Ok(broker) = TcpStream::connect(self.broker) else { return };
        let _ = (door.set_nodelay(true), broker.set_nodelay(true));
        let (Ok(from_door), Ok(from_broker)) = (door.try_clone(), broker.try_clone()) else { return };
        for (way, mut stream) in [(Way::Up, from_door), (Way::Down, from_broker)] {
            let (tell, connection) = (self.tell.clone(), self.connection);
            std::thread::spawn(move || {
                while let Ok(packet) = Packet::read(&mut stream) {
                    if tell.send(Told::Came { connection, way, packet }).is_err() {
                        return;
                    }
                }
                let _ = tell.send(Told::Ended(connection));
            });
        }
        self.ends = Some((broker, door));
    }

    fn came(&mut self, way: Way, packet: &Packet) {
        let Some(message) = packet.message() else { return self.send(way, &packet.bytes()) };
        let fate = (self.judge)(way, &message);
        if fate == Fate::Pass {
            self.send(way, &packet.bytes());
        } else if message.qos > 0 {
            let back = if way == Way::Up { Way::Down } else { Way::Up };
            self.send(back, &Packet::new(kind::PUBACK, 0, &[&message.id.to_be_bytes()]).bytes());
        }
        if fate == Fate::Hold {
            self.held.push((way, message.clone()));
        }
        if self.seen.len() < SEEN_MAX {
            self.seen.push(Seen { way, message, fate });
        }
    }

    fn send(&mut self, way: Way, bytes: &[u8]) {
        let Some((broker, door)) = &mut self.ends else { return };
        // An end that has gone shows when it is read from.
        let _ = if way == Way::Up { broker } else { door }.write_all(bytes);
    }

    fn cut(&mut self) {
        if let Some((broker, door)) = self.ends.take() {
            let _ = (broker.shutdown(Shutdown::Both), door.shutdown(Shutdown::Both));
        }
    }
}
