//! A door with wires: the thread that owns its pins.
//!
//! ```text
//!            orders (bounded)
//!   loop ───────────────────────▶┌────────┐──▶ lock, lamps, buzzer
//!        ◀───────────────────────│ thread │
//!            inputs (bounded)    └────────┘◀── contact, exit button, … every 10 ms
//! ```
//!
//! Inputs are sampled rather than waited for, so that no edge can be lost, and the lock is guarded by a thread that
//! waits for nobody: a loop that hangs, panics or goes away leaves a lock at rest behind. The thread ends when the
//! loop's end of it is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use access::door::Drive;
use access::signal::Lamps;
use access::time::MonoMs;
use tokio::sync::mpsc;

use super::gpio::Gpio;
use super::wires::Wires;
use super::{DoorIo, IoError, IoInput, Levels, Panel};
use crate::config::Pins;

/// From one sample of the inputs to the next: five within the time that a level must stand.
const SAMPLE: Duration = Duration::from_millis(10);

/// A pull-up charges a long cable within a thousandth of a second; before, an open contact may read closed.
const CHARGE: Duration = Duration::from_millis(20);

/// Orders that may wait for the thread. It takes one in microseconds, so more would be a thread that hangs.
const ORDERS_MAX: usize = 64;

/// The loop's end of the wires.
pub struct WiredIo {
    /// Gone only while this is dropped.
    orders: Option<SyncSender<Order>>,
    thread: Option<JoinHandle<()>>,
    /// Whether the lock is released, as the thread has it.
    released: Arc<AtomicBool>,
    lamps: Lamps,
    levels: Levels,
}

enum Order {
    Drive(Drive),
    Light(Lamps),
    Listen(mpsc::Sender<IoInput>),
}

impl WiredIo {
    /// Takes the pins, and starts the thread that owns them from now on. The lock is driven to rest before anything else.
    ///
    /// # Errors
    /// If a pin cannot be had, or a thread.
    pub fn open<G: Gpio + 'static>(gpio: G, pins: &Pins) -> Result<Self, IoError> {
        let wires = Wires::take(gpio, pins)?;
        let (orders, inbox) = sync_channel(ORDERS_MAX);
        let (ready, started) = sync_channel(1);
        let released = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&released);
        let run = move || {
            // It ends when nobody orders any more; dropping the wires drives the lock to rest.
            let _ = run(wires, &inbox, &ready, &seen);
        };
        let lost = |reason: String| IoError { what: "a thread for the wires".to_owned(), reason };
        let thread =
            std::thread::Builder::new().name("wires".to_owned()).spawn(run).map_err(|e| lost(e.to_string()))?;
        let levels = started.recv().map_err(|_| lost("it ended at once".to_owned()))?;
        Ok(Self { orders: Some(orders), thread: Some(thread), released, lamps: Lamps::default(), levels })
    }

    fn order(&self, what: &str, order: Order) -> Result<(), IoError> {
        let sent = self.orders.as_ref().map(|orders| orders.try_send(order));
        if matches!(sent, Some(Ok(()))) {
            return Ok(());
        }
        let reason = "the thread of the wires does not answer; the agent must be started anew";
        Err(IoError { what: what.to_owned(), reason: reason.to_owned() })
    }
}

impl DoorIo for WiredIo {
    fn drive(&mut self, drive: Drive) -> Result<(), IoError> {
        self.order("the lock", Order::Drive(drive))?;
        // The thread says the same in a moment; whoever asks before that is told what will be.
        self.released.store(drive != Drive::Rest, Ordering::Relaxed);
        Ok(())
    }

    fn lamps(&mut self, lamps: Lamps) -> Result<(), IoError> {
        self.order("a lamp", Order::Light(lamps))?;
        self.lamps = lamps;
        Ok(())
    }

    fn panel(&self) -> Panel {
        Panel { released: self.released.load(Ordering::Relaxed), lamps: self.lamps }
    }

    fn levels(&self) -> Levels {
        self.levels
    }

    fn listen(&mut self, inputs: mpsc::Sender<IoInput>) -> Result<(), IoError> {
        self.order("an input", Order::Listen(inputs))
    }
}

impl Drop for WiredIo {
    /// Waits for the thread: when this is over, the lock is at rest.
    fn drop(&mut self) {
        drop(self.orders.take());
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread of the wires ended badly");
        }
    }
}

/// Owns the wires until nobody orders any more.
fn run<G: Gpio>(
    mut wires: Wires<G>,
    orders: &Receiver<Order>,
    ready: &SyncSender<Levels>,
    released: &AtomicBool,
) -> Option<()> {
    let start = Instant::now();
    let now = || MonoMs(u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX));
    let mut inputs: Option<mpsc::Sender<IoInput>> = None;
    // Nobody can order anything before this thread is ready, so this only lets time pass.
    let _ = orders.recv_timeout(CHARGE);
    ready.send(wires.settle()).ok()?;
    loop {
        match orders.recv_timeout(SAMPLE) {
            Ok(Order::Drive(drive)) => wires.drive(drive, now()),
            Ok(Order::Light(lamps)) => wires.light(lamps),
            Ok(Order::Listen(sender)) => inputs = Some(sender),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
        }
        wires.step(now(), |input| inputs.as_ref().is_some_and(|inputs| inputs.try_send(input).is_ok()));
        released.store(wires.is_released(), Ordering::Relaxed);
    }
}
