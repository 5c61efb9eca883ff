//! Where the others send their messages, and in which order they are heard.
//!
//! Whoever must not wait is heard first: the people at the doors, then the disk that a release waits for, then the
//! wires and the clock. Among messages that are equally urgent each door has its turn.

use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use access::passage::Side;
use tokio::sync::{mpsc, watch};
use tokio::time::Sleep;

use super::PartDied;
use crate::control::Request;
use crate::io::IoInput;
use crate::journal::JournalAnswer;
use crate::reader::Report;
use crate::store::StoreAnswer;

/// What the loop hears.
pub(super) enum Message {
    /// To end.
    Stop,
    /// The alarm has gone off.
    Time,
    /// From the door of this number.
    Of(usize, Said),
}

/// What the parts of a door say.
pub(super) enum Said {
    Report(Side, Report),
    Journal(JournalAnswer),
    Input(IoInput),
    Request(Request),
    Store(StoreAnswer),
    Link(link::Event),
}

/// Where the parts of one door send their messages.
pub(crate) struct Inboxes {
    pub(crate) reports: Vec<(Side, mpsc::Receiver<Report>)>,
    pub(crate) inputs: mpsc::Receiver<IoInput>,
    pub(crate) journal: mpsc::Receiver<JournalAnswer>,
    pub(crate) store: mpsc::Receiver<StoreAnswer>,
    pub(crate) link: mpsc::Receiver<link::Event>,
    pub(crate) control: mpsc::Receiver<Request>,
}

/// The inboxes of all doors.
pub(crate) struct Ears {
    doors: Vec<Heard>,
    /// Whose turn it is.
    turn: usize,
    stop: watch::Receiver<bool>,
}

struct Heard {
    inboxes: Inboxes,
    /// Nothing is taken off the link, since the last message from it waits for the disk.
    deaf: bool,
}

type Hear = fn(&mut Heard, &mut Context<'_>) -> Poll<Result<Said, PartDied>>;

const BEFORE_THE_CLOCK: [Hear; 3] = [Heard::report, Heard::journal, Heard::input];
const AFTER_THE_CLOCK: [Hear; 3] = [Heard::request, Heard::store, Heard::link];

impl Ears {
    /// In the order of the doors' numbers.
    pub(crate) fn new(doors: Vec<Inboxes>, stop: watch::Receiver<bool>) -> Self {
        let doors = doors.into_iter().map(|inboxes| Heard { inboxes, deaf: false }).collect();
        Self { doors, turn: 0, stop }
    }

    /// Whether to leave a door's link alone.
    pub(super) fn deafen(&mut self, number: usize, deaf: bool) {
        if let Some(heard) = self.doors.get_mut(number) {
            heard.deaf = deaf;
        }
    }

    /// The next message.
    pub(super) async fn next(&mut self, mut alarm: Pin<&mut Sleep>) -> Result<Message, PartDied> {
        let Self { doors, turn, stop } = self;
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => Ok(Message::Stop),
            message = poll_fn(|cx| poll(doors, turn, cx, alarm.as_mut())) => message,
        }
    }
}

fn poll(
    doors: &mut [Heard],
    turn: &mut usize,
    cx: &mut Context<'_>,
    alarm: Pin<&mut Sleep>,
) -> Poll<Result<Message, PartDied>> {
    for hear in BEFORE_THE_CLOCK {
        if let Poll::Ready(message) = round(doors, turn, cx, hear) {
            return Poll::Ready(message);
        }
    }
    if alarm.poll(cx).is_ready() {
        return Poll::Ready(Ok(Message::Time));
    }
    for hear in AFTER_THE_CLOCK {
        if let Poll::Ready(message) = round(doors, turn, cx, hear) {
            return Poll::Ready(message);
        }
    }
    Poll::Pending
}

/// Asks each door, beginning with the one after the one that was heard last.
fn round(doors: &mut [Heard], turn: &mut usize, cx: &mut Context<'_>, hear: Hear) -> Poll<Result<Message, PartDied>> {
    let first = (*turn).min(doors.len());
    let (before, after) = doors.split_at_mut(first);
    for (number, heard) in (first..).zip(after).chain((0..).zip(before)) {
        if let Poll::Ready(said) = hear(heard, cx) {
            *turn = number + 1;
            return Poll::Ready(said.map(|said| Message::Of(number, said)));
        }
    }
    Poll::Pending
}

impl Heard {
    fn report(&mut self, cx: &mut Context<'_>) -> Poll<Result<Said, PartDied>> {
        for (side, reports) in &mut self.inboxes.reports {
            if let Poll::Ready(report) = reports.poll_recv(cx) {
                let side = *side;
                return Poll::Ready(report.map(|report| Said::Report(side, report)).ok_or(PartDied("reader")));
            }
        }
        Poll::Pending
    }

    fn journal(&mut self, cx: &mut Context<'_>) -> Poll<Result<Said, PartDied>> {
        self.inboxes.journal.poll_recv(cx).map(|answer| answer.map(Said::Journal).ok_or(PartDied("journal")))
    }

    fn input(&mut self, cx: &mut Context<'_>) -> Poll<Result<Said, PartDied>> {
        self.inboxes.inputs.poll_recv(cx).map(|input| input.map(Said::Input).ok_or(PartDied("wiring")))
    }

    fn request(&mut self, cx: &mut Context<'_>) -> Poll<Result<Said, PartDied>> {
        self.inboxes.control.poll_recv(cx).map(|request| request.map(Said::Request).ok_or(PartDied("control")))
    }

    fn store(&mut self, cx: &mut Context<'_>) -> Poll<Result<Said, PartDied>> {
        self.inboxes.store.poll_recv(cx).map(|answer| answer.map(Said::Store).ok_or(PartDied::STORE))
    }

    fn link(&mut self, cx: &mut Context<'_>) -> Poll<Result<Said, PartDied>> {
        if self.deaf {
            return Poll::Pending;
        }
        self.inboxes.link.poll_recv(cx).map(|event| event.map(Said::Link).ok_or(PartDied("link")))
    }
}
