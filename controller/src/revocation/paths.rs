//! Lists in files and folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use access::time::UtcMs;
use db::site::SourceView;

use super::accept::Reader;
use super::again::Again;
use super::fault::Fault;
use super::files::{self, Watched};
use super::place::{Found, Place};
use crate::config::ListSource;
use crate::web::Marks;

/// All paths.
pub(super) struct Paths {
    pub(super) reader: Reader,
    again: Again,
    all: Vec<Watch>,
}

/// One file, or one folder and what is in it.
struct Watch {
    path: PathBuf,
    source: ListSource,
    /// Of the path itself: what is wrong with the folder, or the one file.
    own: (Place, Watched),
    /// Of the files of a folder.
    files: BTreeMap<PathBuf, (Place, Watched)>,
}

impl Paths {
    pub(super) fn new(reader: Reader, sources: &[(PathBuf, ListSource)], known: &[SourceView], now: Instant) -> Self {
        let watch = |(path, source): &(PathBuf, ListSource)| Watch {
            own: place(path, source, known, now),
            path: path.clone(),
            source: source.clone(),
            files: BTreeMap::new(),
        };
        Self { again: Again::new(&reader.site), reader, all: sources.iter().map(watch).collect() }
    }

    /// Reads what has come.
    pub(super) fn look(&mut self, clock: impl Fn() -> (UtcMs, Instant)) {
        let places = self
            .all
            .iter_mut()
            .flat_map(|watch| std::iter::once(&mut watch.own).chain(watch.files.values_mut()).map(|(place, _)| place));
        self.again.look(&self.reader.site, places, clock().1);
        for watch in &mut self.all {
            watch.look(&self.reader, &clock);
        }
    }
}

impl Watch {
    fn look(&mut self, reader: &Reader, clock: &impl Fn() -> (UtcMs, Instant)) {
        match files::of_folder(&self.path) {
            Ok(None) => {
                let size_max = self.source.size_max;
                look_at(&self.path, &mut self.own, reader, size_max, clock);
            }
            Ok(Some(found)) => {
                if !self.own.0.is_well() {
                    self.own.0.ended(&reader.site, Ok(Found::Nothing), false, clock());
                }
                self.follow(reader, &found, clock().1);
                for (path, file) in &mut self.files {
                    look_at(path, file, reader, self.source.size_max, clock);
                }
            }
            Err(fault) if self.own.0.is_well() || self.own.0.plan.is_due(clock().1) => {
                self.own.0.ended(&reader.site, Err(fault), false, clock());
            }
            Err(_) => {}
        }
    }

    /// Files come and go. A list whose file has gone stays in force.
    fn follow(&mut self, reader: &Reader, found: &[PathBuf], now: Instant) {
        let gone: Vec<PathBuf> = self.files.keys().filter(|path| !found.contains(path)).cloned().collect();
        for path in gone {
            self.files.remove(&path);
            if let Err(error) = reader.site.forget_source(&path.display().to_string()) {
                tracing::error!(%error, "a file of revocation lists could not be forgotten");
            }
        }
        for path in found {
            if !self.files.contains_key(path) {
                self.files.insert(path.clone(), place(path, &self.source, &[], now));
            }
        }
    }
}

fn place(path: &Path, source: &ListSource, known: &[SourceView], now: Instant) -> (Place, Watched) {
    let mut place = Place::new(path.display().to_string(), source.every, known, now);
    // It is due when it has come to rest.
    place.plan.well(now);
    (place, Watched::default())
}

fn look_at(
    path: &Path,
    (place, watched): &mut (Place, Watched),
    reader: &Reader,
    size_max: usize,
    clock: &impl Fn() -> (UtcMs, Instant),
) {
    let is_new = watched.look(path);
    if is_new || place.plan.is_due(clock().1) {
        let result = read(path, reader, size_max, clock().0);
        place.ended(&reader.site, result, is_new, clock());
    }
}

fn read(path: &Path, reader: &Reader, size_max: usize, at: UtcMs) -> Result<Found, Fault> {
    Ok(Found::List(reader.take(files::open(path)?, size_max, at)?, Marks::default()))
}
