//! The broker and the network, and whoever sits on them.
//!
//! In fair weather everything arrives, in order. In foul weather messages are lost, come twice, come late and overtake one
//! another; somebody repeats what was said long ago, and changes what passes.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use access::envelope::DoorKey;
use access::topic::{Channel, Topic};
use link::trial::{Sent, Trial};
use link::{Event, Incoming, WillFactory};
use tokio::sync::mpsc;
use tokio::task::spawn_local;

use super::broken::Broken;
use super::dice::Dice;
use super::forge;
use super::trace::Trace;

/// The controller's name at the broker.
pub const CENTRE: &str = "controller";

/// The first messages of a topic that whoever sits on the network remembers, and as many of the last.
const HEARD_MAX: usize = 6;

/// How the network is, in hundredths of all messages.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    /// Lost.
    pub lost: u64,
    /// Delivered twice.
    pub twice: u64,
    /// Delivered late, and after others.
    pub late: u64,
    /// By at most so many milliseconds.
    pub late_ms: u64,
}

/// A message.
#[derive(Debug, Clone)]
pub struct Message {
    /// Where it is published.
    pub topic: String,
    /// Its bytes.
    pub payload: Vec<u8>,
    /// The broker claims to have kept it.
    pub retained: bool,
}

/// What a port is told.
enum Order {
    Up,
    Down,
    Deliver(Message),
}

struct Port {
    orders: mpsc::UnboundedSender<Order>,
    up: Rc<Cell<bool>>,
    /// Nothing that was sent in order arrives before this, in milliseconds.
    busy_until: Cell<u64>,
}

/// The network.
pub struct Net {
    dice: Rc<Dice>,
    trace: Rc<Trace>,
    broken: Option<Broken>,
    ports: RefCell<BTreeMap<String, Port>>,
    /// How it is now.
    pub weather: Cell<Weather>,
    heard: RefCell<BTreeMap<String, VecDeque<Message>>>,
    /// Counts the lives of the broker: what is in it dies with it.
    life: Cell<u64>,
    /// The key of every door, for a program that checks no MAC.
    keys: BTreeMap<String, DoorKey>,
    /// What each door has last said of itself, as the broken need it.
    pub said: RefCell<BTreeMap<String, forge::Said>>,
    /// Messages that were lost, doubled or delayed.
    pub mishaps: Cell<u64>,
    /// Doors around which somebody lets nothing through but what was said before.
    pub besieged: RefCell<BTreeSet<String>>,
    /// When each question was sent that may still be answered.
    asked: RefCell<BTreeMap<[u8; 16], u64>>,
    /// When the newest question of each door was sent of which it has the answer.
    pub answered: RefCell<BTreeMap<String, u64>>,
}

impl Net {
    /// With nobody connected to it.
    #[must_use]
    pub fn new(dice: Rc<Dice>, trace: Rc<Trace>, keys: BTreeMap<String, DoorKey>, broken: Option<Broken>) -> Rc<Self> {
        Rc::new(Self {
            dice,
            trace,
            broken,
            ports: RefCell::default(),
            weather: Cell::default(),
            heard: RefCell::default(),
            life: Cell::new(0),
            keys,
            said: RefCell::default(),
            mishaps: Cell::new(0),
            besieged: RefCell::default(),
            asked: RefCell::default(),
            answered: RefCell::default(),
        })
    }

    /// A program that has just been started has its session here; it is not connected yet.
    pub fn plug(self: &Rc<Self>, name: &str, trial: Trial, wills: Option<WillFactory>) {
        let (orders, inbox) = mpsc::unbounded_channel();
        let up = Rc::new(Cell::new(false));
        let port = Port { orders, up: Rc::clone(&up), busy_until: Cell::new(0) };
        self.ports.borrow_mut().insert(name.to_owned(), port);
        spawn_local(Rc::clone(self).pump(name.to_owned(), trial, wills, inbox, up));
    }

    /// The program has died.
    pub fn unplug(&self, name: &str) {
        self.tell(name, Order::Down);
        self.ports.borrow_mut().remove(name);
    }

    /// Connects a program, if there is one that is not connected.
    pub fn connect(&self, name: &str) {
        self.tell(name, Order::Up);
    }

    /// Cuts its connection.
    pub fn cut(&self, name: &str) {
        self.tell(name, Order::Down);
    }

    /// Whether it is connected.
    pub fn is_up(&self, name: &str) -> bool {
        self.ports.borrow().get(name).is_some_and(|port| port.up.get())
    }

    /// Everybody who has a session.
    pub fn names(&self) -> Vec<String> {
        self.ports.borrow().keys().cloned().collect()
    }

    /// The broker dies, with all that is in it.
    pub fn restart(&self) {
        self.life.set(self.life.get() + 1);
        for name in self.names() {
            self.cut(&name);
        }
    }

    /// Somebody repeats what was said on a topic before, in the same order, as it was or as if the broker had kept it.
    pub fn replay(self: &Rc<Self>) {
        let (retained, mut ms) = (self.dice.percent(10), 0);
        let said = self.remembered();
        let first = if self.dice.percent(50) { 0 } else { self.dice.below(u64::try_from(said.len()).unwrap_or(1)) };
        for message in said.into_iter().skip(usize::try_from(first).unwrap_or(0)) {
            self.trace.say(|| format!("replayed on {}", message.topic));
            ms += self.dice.between(1, 20);
            self.carry(Message { retained, ..message }, ms);
        }
    }

    /// Somebody repeats to a door everything that was said to it before.
    pub fn replay_to(self: &Rc<Self>, door: &str) {
        let heard = self.heard.borrow();
        let to_it = heard.iter().filter(|(topic, _)| topic.contains(&format!("/{door}/down/")));
        let messages: Vec<Message> = to_it.flat_map(|(_, messages)| messages.iter().cloned()).collect();
        drop(heard);
        // Of each topic in the order in which it was said: a receiver that has just begun takes it for new.
        for (message, ms) in messages.into_iter().zip(1..) {
            self.carry(message, 10 * ms);
        }
    }

    /// Somebody changes a message that was said before, or makes up one of his own.
    pub fn tamper(self: &Rc<Self>) {
        let said = self.remembered();
        let Some(message) = self.dice.pick(&said) else { return };
        let command = if self.dice.percent(50) { self.made_up(message) } else { None };
        let forged = command.unwrap_or_else(|| {
            let payload = forge::forged(&self.dice, &message.payload, &message.topic);
            Message { payload, ..message.clone() }
        });
        self.trace.say(|| format!("forged on {}", forged.topic));
        self.carry(forged, self.dice.between(1, 20));
    }

    /// A command to the door of a message that was said to it.
    fn made_up(&self, message: &Message) -> Option<Message> {
        let topic = Topic::parse(&message.topic).ok()?;
        let said = self.said.borrow().get(topic.door.as_str()).copied()?;
        let payload = forge::command(&message.payload, said)?;
        let topic = Topic::build(&topic.site, &topic.door, Channel::DownCommand);
        Some(Message { topic, payload, retained: false })
    }

    /// What was said on some topic, oldest first.
    fn remembered(&self) -> Vec<Message> {
        let heard = self.heard.borrow();
        let topics: Vec<&String> = heard.keys().collect();
        let topic = self.dice.pick(&topics).and_then(|topic| heard.get(*topic));
        topic.into_iter().flatten().cloned().collect()
    }

    fn tell(&self, name: &str, order: Order) {
        if let Some(port) = self.ports.borrow().get(name) {
            // A port ends only after it was told to.
            let _ = port.orders.send(order);
        }
    }

    async fn pump(
        self: Rc<Self>,
        name: String,
        mut trial: Trial,
        mut wills: Option<WillFactory>,
        mut orders: mpsc::UnboundedReceiver<Order>,
        up: Rc<Cell<bool>>,
    ) {
        let (mut will, mut packet) = (None, 0_u16);
        loop {
            tokio::select! {
                biased;
                order = orders.recv() => match order {
                    None => return,
                    Some(Order::Up) if !up.get() => {
                        will = wills.as_mut().and_then(|factory| factory(trial.next()));
                        up.set(true);
                        self.trace.say(|| format!("{name} is connected"));
                        trial.connect().await;
                    }
                    Some(Order::Down) if up.get() => {
                        up.set(false);
                        self.trace.say(|| format!("{name} is cut off"));
                        trial.disconnect().await;
                        if let Some(will) = will.take() {
                            let message = Message { topic: will.topic, payload: will.payload, retained: false };
                            self.carry(message, self.dice.between(0, 3_000));
                        }
                    }
                    Some(Order::Deliver(message)) if up.get() => {
                        packet = packet.wrapping_add(1);
                        self.note_answer(&name, &message);
                        let Message { topic, payload, retained } = self.through_the_door(&name, message);
                        let ack = (name == CENTRE).then(|| trial.token(packet));
                        let incoming = Incoming { topic, payload, retained, duplicate: false, ack };
                        trial.tell(Event::Message(incoming)).await;
                    }
                    Some(_) => {}
                },
                Some(sent) = trial.sent() => {
                    if let Sent::Publish { topic, payload, .. } = sent && up.get() {
                        self.route(Message { topic, payload, retained: false });
                    }
                }
            }
        }
    }

    /// What a program that checks too little makes of a message.
    fn through_the_door(&self, name: &str, message: Message) -> Message {
        let Some(broken) = self.broken else { return message };
        let door = Topic::parse(&message.topic).map(|topic| topic.door.as_str().to_owned()).unwrap_or_default();
        let Some(key) = self.keys.get(&door) else { return message };
        let said = self.said.borrow().get(&door).copied().unwrap_or_default();
        let payload = forge::weakened(broken, name == CENTRE, key, said, &message.payload);
        Message { payload: payload.unwrap_or(message.payload), ..message }
    }

    fn route(self: &Rc<Self>, message: Message) {
        let door = self.note_question(&message);
        {
            let mut heard = self.heard.borrow_mut();
            let heard = heard.entry(message.topic.clone()).or_default();
            if heard.len() >= 2 * HEARD_MAX {
                heard.remove(HEARD_MAX);
            }
            heard.push_back(message.clone());
        }
        if self.besieged.borrow().contains(&door) {
            return;
        }
        let weather = self.weather.get();
        let mishap = || self.mishaps.set(self.mishaps.get() + 1);
        if self.dice.percent(weather.lost) {
            mishap();
            return;
        }
        if self.dice.percent(weather.twice) {
            mishap();
            self.carry(message.clone(), self.dice.between(1, 400));
        }
        if self.dice.percent(weather.late) {
            mishap();
            self.carry(message, self.dice.between(20, weather.late_ms.max(20)));
            return;
        }
        let now = super::time::elapsed_ms();
        let arrives = {
            let ports = self.ports.borrow();
            let Some(port) = ports.get(&target(&message)) else { return };
            let arrives = (now + self.dice.between(1, 8)).max(port.busy_until.get());
            port.busy_until.set(arrives);
            arrives
        };
        self.carry(message, arrives - now);
    }

    /// Which door it is about; what it asks is noted.
    fn note_question(&self, message: &Message) -> String {
        let door = Topic::parse(&message.topic).map(|topic| topic.door.as_str().to_owned()).unwrap_or_default();
        if message.topic.ends_with("/up/status")
            && let Some(said) = self.key_of(message).and_then(|key| forge::said(&key, &message.payload))
        {
            self.said.borrow_mut().insert(door.clone(), said);
            self.asked.borrow_mut().insert(said.nonce.0, super::time::elapsed_ms());
        }
        door
    }

    /// An answer of the controller has come to a door, as far as it is one.
    fn note_answer(&self, name: &str, message: &Message) {
        let answered = || {
            let nonce = forge::answered(&self.key_of(message)?, &message.payload)?;
            self.asked.borrow().get(&nonce.0).copied()
        };
        if message.topic.ends_with("/down/confirmed")
            && let Some(asked) = answered()
        {
            let mut newest = self.answered.borrow_mut();
            let newest = newest.entry(name.to_owned()).or_default();
            *newest = asked.max(*newest);
        }
    }

    fn key_of(&self, message: &Message) -> Option<DoorKey> {
        self.keys.get(Topic::parse(&message.topic).ok()?.door.as_str()).cloned()
    }

    fn carry(self: &Rc<Self>, message: Message, ms: u64) {
        let (net, life) = (Rc::clone(self), self.life.get());
        spawn_local(async move {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            if net.life.get() == life {
                net.tell(&target(&message), Order::Deliver(message));
            }
        });
    }
}

fn target(message: &Message) -> String {
    match Topic::parse(&message.topic) {
        Ok(topic) if message.topic.contains("/down/") => topic.door.as_str().to_owned(),
        _ => CENTRE.to_owned(),
    }
}
