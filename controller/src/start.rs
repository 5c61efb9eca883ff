//! Starting everything in order, and stopping it in the reverse.

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use access::topic::Topic;
use certificates::Authorities;
use dashboard::Context;
use dashboard::figures::Ask;
use db::site::{OpenError, Site, SiteError};
use link::{OptionsError, Qos};
use service::notify::Watchdog;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::timeout;

use crate::ask::{self, Looking};
use crate::authorities::AuthoritiesError;
use crate::broker::Broker;
use crate::clerk::{self, Note};
use crate::clock::utc_now;
use crate::config::{Config, Endpoint, Https};
use crate::desk::{Desk, Parts};
use crate::identity::refusals::Refusals;
use crate::identity::{self, Answered, Clerk, Enrolment, Identity, IdentityError};
use crate::intake;
use crate::keys::KeysError;
use crate::observe::{Observed, Observing, Pulse};
use crate::pages::{Certificates, HttpsError, Pages, Source};
use crate::run::{self, Ears};
use crate::seal::kept::KeptSeals;
use crate::seal::{self, SealError, SealKey, Trusted};
use crate::worker::Workers;
use crate::{hold, housekeeping, mqtt, notify, revocation, rights, syslog};

pub(crate) mod read;

/// Messages in both directions between the loop and the broker that may be unconfirmed. Half of it may
/// be used; with a delta for each of some hundred doors at once there is room left for a command.
const LINK_INFLIGHT: u16 = 2_000;

/// Time in which the database is looked through for damage before it is used. A file of a million events takes a second;
/// of a larger one the rest is found by the backup, which looks at all of it.
const CHECK_WAIT: Duration = Duration::from_secs(3);

/// Longest wait for pages that are being served when the controller stops.
const PAGES_WAIT: Duration = Duration::from_secs(5);

/// Longest wait until a receiver of what is logged has answered. What it has not is sent again by the next start.
const SYSLOG_WAIT: Duration = Duration::from_secs(3);

/// Longest wait for the threads that write.
const THREADS_WAIT: Duration = Duration::from_secs(5);

/// A running controller.
pub struct Controller {
    /// Where pages and API are served.
    pub dashboard: SocketAddr,
    /// Where doors connect to on this machine, or the external broker.
    pub mqtt: Endpoint,
    /// The site's database.
    pub site: Site,
    enrolment: Option<Enrolment>,
    health: Option<Observing>,
    broker: Option<Broker>,
    stop: watch::Sender<bool>,
    /// Taken once it has ended, since nothing can be waited for twice.
    pages: Option<JoinHandle<std::io::Result<()>>>,
    main: Option<JoinHandle<()>>,
    /// What it does not do is seen by whoever looks after it; nothing at a door depends on it.
    siem: Option<JoinHandle<()>>,
    threads: Vec<thread::JoinHandle<()>>,
    workers: Workers,
    /// Held while it runs.
    lock: File,
}

/// Why the controller cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The database could be opened, and not used.
    #[error("{path}: {source}")]
    Site {
        /// The file.
        path: String,
        /// Why.
        source: SiteError,
    },
    /// The folder of the database, or the lock file in it, cannot be made.
    #[error(
        "{path}: the folder cannot be made: {source}; correct the key data, or make it for the account that runs this"
    )]
    Folder {
        /// The folder or file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Another controller has it, and two would end each other's session at the broker in turn.
    #[error("{path} is locked: another controller runs on this database; stop it first")]
    Running {
        /// The lock file beside the database.
        path: String,
    },
    /// An address is taken, or none of this machine's.
    #[error("cannot listen on {addr}: {source}; free the address or change the key {key}")]
    Listen {
        /// The key of the configuration.
        key: &'static str,
        /// The address.
        addr: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The masters.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The key that seals the log.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The certificates of the authorities.
    #[error(transparent)]
    Authorities(#[from] AuthoritiesError),
    /// The site's authority, or a certificate of it.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// What browsers are to be shown.
    #[error(transparent)]
    Https(#[from] HttpsError),
    /// The broker's name or sign-in cannot be used.
    #[error("the broker cannot be used: {0}")]
    Link(#[from] OptionsError),
    /// The operating system gives no thread.
    #[error("a thread could not be started: {0}")]
    Thread(#[from] std::io::Error),
    /// A part of the start panicked.
    #[error("a part of the start failed: {0}")]
    Internal(#[from] JoinError),
}

/// Starts the controller: database, broker, loop, pages. Port 0 in the configuration picks a free one.
///
/// # Errors
/// [`StartError`], which names what is wrong and what to change. Nothing is left running.
pub async fn start(config: Config) -> Result<Controller, StartError> {
    let (site, lock) = open(&config).await?;
    let listener = listen("dashboard.listen", config.dashboard).await?;
    let dashboard = listener.local_addr()?;
    let secrets = read::masters(&config).await?;
    let authorities = read::authorities(&config).await?;
    let seal = read::seal(&config).await?;
    // Before keys are read: it may end some.
    let authority = read::identity(&config, &site).await?;
    let https = certificates(&config, authority.as_ref()).await?;
    // Where doors show passwords it signs for the dashboard alone.
    let identity = authority.filter(|_| config.mqtt.is_tls());
    let read::Read { sender, found, lines, streams, holds } = read::of_site(&config, &site, secrets.clone()).await?;
    let refusals = Refusals::start(&site);
    let (broker, mqtt, mut options) = mqtt::connect(&site, &config, identity.as_ref(), &refusals).await?;
    options.subscriptions = vec![
        (Topic::up_filter(&config.site), Qos::AtLeastOnce),
        (Topic::figures_filter(&config.site), Qos::AtMostOnce),
    ];
    options.manual_acks = true;
    options.inflight = LINK_INFLIGHT;

    let (stop, stopped) = watch::channel(false);
    if let Some(broker) = &broker {
        mqtt::watch(&site, broker, stopped.clone());
    }
    let enrolment = enrolment(&config, &site, identity.clone(), (&mqtt, refusals), stopped.clone()).await?;
    let intake = intake::start(site.clone())?;
    let clerk = clerk::start(site.clone())?;
    let comparing = hold::start(site.clone())?;
    let (handle, events) = link::open(options)?;
    let pulse = Pulse::new(Watchdog::of_this_process());
    let (figures, asked) = dashboard::figures::ask();
    let health = health(&config, (&site, &handle, &pulse), &figures, stopped.clone()).await?;
    let siem = config.syslog.clone().map(|settings| syslog::start(&site, settings, stopped.clone()));
    let (answers, answers_rx) = mpsc::channel(ask::QUEUE);
    let ears = Ears {
        link: events,
        stored: intake.stored,
        answers: answers_rx,
        changes: site.changes(),
        requests: site.requests(),
        asked,
        stop: stopped.clone(),
    };
    let mut desk = Desk::new(Parts {
        site: site.clone(),
        sender,
        link: handle,
        notes: clerk.notes,
        reports: intake.reports,
        answers,
        looking: Looking { through: found, ..Looking::default() },
        lines,
        streams,
        secrets,
        badge: config.badge,
        pieces: comparing.pieces,
    });
    desk.take_holds(holds);
    desk.note(Note::Wanted(desk.wanted()));
    desk.check_all_masters();
    let main = Some(tokio::spawn(run::run(desk, ears, pulse)));
    let pages = Some(serve(&config, (listener, https), (&site, figures), Arc::clone(&authorities), stopped));
    let threads = vec![intake.thread, clerk.thread, comparing.thread];
    let workers = workers(&site, &config, &authorities, identity, seal).await?;
    Ok(Controller { dashboard, mqtt, site, enrolment, health, broker, stop, pages, main, siem, threads, workers, lock })
}

impl Controller {
    /// Where doors get their identity, if they do.
    #[must_use]
    pub fn enrol(&self) -> Option<SocketAddr> {
        self.enrolment.as_ref().map(|enrolment| enrolment.addr)
    }

    /// Where a monitoring system asks, if there is one.
    #[must_use]
    pub fn observe(&self) -> Option<SocketAddr> {
        self.health.as_ref().map(|health| health.addr)
    }

    /// Stops in order: no new pages and messages, everything that has come in on disk and acknowledged,
    /// connections closed. Bounded: at most some twenty seconds if a disk or a client does not answer.
    pub async fn stop(self) {
        drop(self.workers);
        // An error means that nobody listens any more.
        let _ = self.stop.send(true);
        for mut pages in [self.pages, self.health.map(|health| health.task)].into_iter().flatten() {
            if timeout(PAGES_WAIT, &mut pages).await.is_err() {
                tracing::warn!("some pages were still being served and were cut off");
                pages.abort();
            }
        }
        if let Some(mut siem) = self.siem
            && timeout(SYSLOG_WAIT, &mut siem).await.is_err()
        {
            siem.abort();
        }
        if let Some(enrolment) = self.enrolment {
            enrolment.ended().await;
        }
        if let Some(Err(error)) = ended(self.main).await {
            tracing::error!(%error, "the loop did not end in order");
        }
        let threads = self.threads;
        let ended = tokio::task::spawn_blocking(move || threads.into_iter().for_each(|thread| drop(thread.join())));
        if timeout(THREADS_WAIT, ended).await.is_err() {
            tracing::warn!("the last notes were not written in time");
        }
        if let Some(broker) = self.broker {
            broker.stop().await;
        }
        drop(self.lock);
    }

    /// Ends when the controller can no longer do its work, which it never does by itself.
    pub async fn failed(&mut self) {
        let (main, pages) = (self.main.as_mut(), self.pages.as_mut());
        let mut failed = self.workers.failed();
        tokio::select! {
            _ = ended(main) => {
                tracing::error!("the loop has ended");
                self.main = None;
            }
            Ok(_) = failed.wait_for(|failed| *failed) => tracing::error!("a thread beside the loop has ended"),
            result = ended(pages) => {
                tracing::error!(?result, "pages are no longer served");
                self.pages = None;
            }
        }
    }
}

/// What goes on beside the loop, each on a thread of its own.
async fn workers(
    site: &Site,
    config: &Config,
    authorities: &Arc<Authorities>,
    identity: Option<Identity>,
    seal: (SealKey, Trusted, KeptSeals),
) -> Result<Workers, StartError> {
    let (site, authorities, notices) = (site.clone(), Arc::clone(authorities), config.notify.clone());
    let (lists, register, zone) = (config.lists.clone(), config.register.clone(), config.zone);
    let database = config.database.clone();
    let start = move || {
        let mut workers = Workers::new();
        revocation::start(&mut workers, &site, &authorities, &lists)?;
        housekeeping::start(&mut workers, &site, &database)?;
        seal::night::start(&mut workers, &site, seal)?;
        notify::start(&mut workers, &site, &notices, zone)?;
        crate::watch::start(&mut workers, &site)?;
        if let Some(identity) = identity {
            identity::expiry::start(&mut workers, &site, &identity)?;
        }
        if let Some(register) = register {
            rights::start(&mut workers, &site, register, zone)?;
        }
        Ok::<_, std::io::Error>(workers)
    };
    Ok(tokio::task::spawn_blocking(start).await??)
}

/// Where doors get their identity. The port that was picked is the one that doors are told.
async fn enrolment(
    config: &Config,
    site: &Site,
    identity: Option<Identity>,
    (mqtt, refusals): (&Endpoint, Refusals),
    stopped: watch::Receiver<bool>,
) -> Result<Option<Enrolment>, StartError> {
    let (Some(enrol), Some(identity)) = (config.enrol, identity) else { return Ok(None) };
    let listener = listen("enrol.listen", enrol.listen).await?;
    let tls = identity.enrol_tls()?;
    let doors = config.doors_connect_to().map(|mut doors| {
        if doors.port == 0 {
            doors.port = mqtt.port;
        }
        doors
    });
    let clerk = Clerk {
        answered: Answered::default(),
        identity,
        site: site.clone(),
        mqtt: doors,
        life: enrol.certificate_life,
        list: config.crl_file().map(Path::to_path_buf),
        refusals,
    };
    Ok(Some(Enrolment::start(listener, tls, clerk, stopped)?))
}

/// Where a monitoring system asks.
async fn health(
    config: &Config,
    (site, link, pulse): (&Site, &link::Handle, &Pulse),
    figures: &Ask,
    stopped: watch::Receiver<bool>,
) -> Result<Option<Observing>, StartError> {
    let Some(addr) = config.observe else { return Ok(None) };
    let observed = Observed {
        site: site.clone(),
        path: config.database.clone(),
        link: link.clone(),
        seen: pulse.seen(),
        sends: config.syslog.is_some(),
        figures: figures.clone(),
    };
    let listener = listen("observe.listen", addr).await?;
    Ok(Some(Observing::start(listener, observed, stopped)?))
}

async fn ended<T>(task: Option<impl Future<Output = Result<T, JoinError>>>) -> Option<Result<T, JoinError>> {
    match task {
        Some(task) => Some(task.await),
        None => None,
    }
}

async fn open(config: &Config) -> Result<(Site, File), StartError> {
    let (path, site) = (config.database.clone(), config.site.clone());
    tokio::task::spawn_blocking(move || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|source| StartError::Folder { path: folder.display().to_string(), source })?;
        }
        let lock = lock(&path)?;
        db::site::check_soon(&path, CHECK_WAIT)?;
        Ok((Site::open(&path, &site)?, lock))
    })
    .await?
}

/// Takes the lock that a controller holds while it runs. The operating system lets go of it however this process ends.
pub(crate) fn lock(database: &Path) -> Result<File, StartError> {
    let path = database.with_extension("lock");
    let file = File::create(&path).map_err(|source| StartError::Folder { path: path.display().to_string(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => Err(StartError::Running { path: path.display().to_string() }),
    }
}

async fn listen(key: &'static str, addr: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(addr).await.map_err(|source| StartError::Listen { key, addr, source })
}

/// What browsers are shown, if the controller speaks HTTPS itself.
async fn certificates(config: &Config, authority: Option<&Identity>) -> Result<Option<Certificates>, StartError> {
    let Some(source) = Source::of(&config.https, authority) else { return Ok(None) };
    Ok(Some(tokio::task::spawn_blocking(|| Certificates::open(source)).await??))
}

fn serve(
    config: &Config,
    (listener, https): (TcpListener, Option<Certificates>),
    (site, figures): (&Site, Ask),
    authorities: Arc<Authorities>,
    stopped: watch::Receiver<bool>,
) -> JoinHandle<std::io::Result<()>> {
    let router = dashboard::router(Context {
        site: site.clone(),
        clock: Arc::new(utc_now),
        zone: config.zone,
        secure_cookies: config.https.reaches_browsers(),
        stop: stopped.clone(),
        authorities,
        demo: config.demo.clone(),
        figures: Some(figures),
    });
    let pages = Pages { listener, https, behind_proxy: config.https == Https::Proxy, router };
    tokio::spawn(pages.serve(stopped))
}
