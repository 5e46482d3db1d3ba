//! The lines of the log about one directory.

use std::io;
use std::path::Path;
use std::sync::{Mutex, Once, PoisonError};

static START: Once = Once::new();
static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Starts to collect warnings; to be called before the first one.
pub(super) fn collect() {
    START.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
            .with_ansi(false)
            .with_writer(|| Lines)
            .init();
    });
}

/// The warnings that name a directory, so far. Tests use directories of their own.
pub(super) fn about(directory: &Path) -> Vec<String> {
    let text = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    let directory = directory.display().to_string();
    let lines = std::str::from_utf8(&text).expect("text").lines();
    lines
        .filter(|line| line.contains(&directory))
        .map(str::to_owned)
        .collect()
}

struct Lines;

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
