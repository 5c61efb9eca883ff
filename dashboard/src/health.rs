//! How long things take, as far as whoever asks may see the doors: for the page and the API alike.

use access::id::DoorId;
use access::latency::Latencies;
use access::time::UtcMs;
use db::site::DoorKind;

use crate::app::App;
use crate::fault::Fault;
use crate::figures::{DoorFigures, Figures, PerMeasure};
use crate::pages::is_behind;

/// What there is to be told.
pub(crate) struct Health {
    /// Doors that lack something that was changed, as their last statuses say.
    pub(crate) behind: usize,
    /// Those of them that are not connected.
    pub(crate) away: usize,
    /// Nothing if nobody counts.
    pub(crate) told: Option<Told>,
    /// Each door; without figures if nobody counts.
    pub(crate) seen: Vec<Seen>,
}

/// The figures of all doors that are seen.
pub(crate) struct Told {
    pub(crate) since: UtcMs,
    pub(crate) hour_since: UtcMs,
    pub(crate) day_since: UtcMs,
    pub(crate) hour: PerMeasure<Latencies>,
    pub(crate) day: PerMeasure<Latencies>,
}

/// A door.
pub(crate) struct Seen {
    pub(crate) id: DoorId,
    pub(crate) name: String,
    /// Since when it lacks something, if it does and that is known.
    pub(crate) waiting_since: Option<UtcMs>,
    pub(crate) figures: DoorFigures,
}

impl Health {
    /// As of now. Doors that lie outside of an operator's limit are in none of it.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub(crate) async fn now(app: &App) -> Result<Self, Fault> {
        let views = app.db(|site| site.doors()).await?;
        let mut figures = match &app.context.figures {
            Some(ask) => ask.now().await,
            None => None,
        };
        let (mut behind, mut away, mut seen) = (0, 0, Vec::new());
        for view in views.into_iter().filter(|view| view.kind == DoorKind::Door) {
            let lacks = is_behind(&view);
            behind += usize::from(lacks);
            away += usize::from(lacks && !view.online);
            let of = figures.as_mut().and_then(|figures| figures.doors.remove(&view.id)).unwrap_or_default();
            let waiting_since = of.waiting_since.filter(|_| lacks);
            seen.push(Seen { id: view.id, name: view.name, waiting_since, figures: of });
        }
        let told = figures.map(|figures| Told::new(&figures, &seen));
        Ok(Self { behind, away, told, seen })
    }

    /// Since when the door lacks something that has lacked it for longest.
    pub(crate) fn waiting_since(&self) -> Option<UtcMs> {
        self.seen.iter().filter_map(|seen| seen.waiting_since).min()
    }
}

impl Told {
    fn new(figures: &Figures, seen: &[Seen]) -> Self {
        let all = |window: fn(&DoorFigures) -> &PerMeasure<Latencies>| {
            PerMeasure::each(|measure| {
                let mut all = Latencies::default();
                seen.iter().for_each(|seen| all.add(window(&seen.figures).of(measure)));
                all
            })
        };
        Self {
            since: figures.since,
            hour_since: figures.hour,
            day_since: figures.day,
            hour: all(|door| &door.hour),
            day: all(|door| &door.day),
        }
    }
}
