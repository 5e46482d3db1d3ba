//! Runs programs of the host for modules (§2.4 and §8.5 of the Marine format).
//!
//! A program gets the arguments exactly as the module gave them, without a shell in between. Its environment is empty but for a search
//! path, a home folder and a language; its standard input is closed. Time and output are limited: beyond a limit, the program ends with
//! all programs that it has started.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use aqua_marine::ProcessOutput;
use ecow::{EcoString, eco_format};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use crate::config::SystemLimits;

/// The search path of programs.
const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Why a program was ended.
enum Ended {
    TimedOut(Duration),
    TooMuchOutput(usize),
    Failed(std::io::Error),
}

/// Runs a program to its end.
pub(crate) async fn run(
    program: &Path,
    arguments: &[EcoString],
    folder: &Path,
    limits: &SystemLimits,
) -> ProcessOutput {
    let mut command = Command::new(program);
    command
        .args(arguments.iter().map(EcoString::as_str))
        .current_dir(folder)
        .env_clear()
        .env("PATH", SEARCH_PATH)
        .env("HOME", folder)
        .env("LANG", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return failure(ProcessOutput::NOT_STARTED, eco_format!("{error}")),
    };
    let group = Group::of(&child);
    let ending = collect(child, limits.program_output);
    let ended = match tokio::time::timeout(limits.program_time, ending).await {
        Ok(Ok(output)) => {
            group.disarm();
            return output;
        }
        Ok(Err(ended)) => ended,
        Err(_) => Ended::TimedOut(limits.program_time),
    };
    drop(group);
    match ended {
        Ended::TimedOut(limit) => failure(
            ProcessOutput::TIMED_OUT,
            eco_format!("the program was ended after {limit:?}"),
        ),
        Ended::TooMuchOutput(limit) => failure(
            ProcessOutput::TOO_MUCH_OUTPUT,
            eco_format!("the program was ended: it wrote more than {limit} bytes"),
        ),
        Ended::Failed(error) => failure(ProcessOutput::NOT_STARTED, eco_format!("{error}")),
    }
}

/// The result of a call that ran no program.
pub(crate) fn failure(ret_code: i32, error: EcoString) -> ProcessOutput {
    ProcessOutput {
        ret_code,
        error,
        ..ProcessOutput::default()
    }
}

async fn collect(mut child: Child, limit: usize) -> Result<ProcessOutput, Ended> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = tokio::try_join!(read(stdout, limit), read(stderr, limit))?;
    let status = child.wait().await.map_err(Ended::Failed)?;
    let (ret_code, error) = code(status);
    Ok(ProcessOutput {
        ret_code,
        error,
        stdout,
        stderr,
    })
}

/// Everything that a program writes to a pipe, up to `limit` bytes.
async fn read(pipe: Option<impl AsyncRead + Unpin>, limit: usize) -> Result<Vec<u8>, Ended> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        let mut pipe = pipe.take((limit as u64).saturating_add(1));
        pipe.read_to_end(&mut bytes).await.map_err(Ended::Failed)?;
    }
    if bytes.len() > limit {
        return Err(Ended::TooMuchOutput(limit));
    }
    Ok(bytes)
}

fn code(status: ExitStatus) -> (i32, EcoString) {
    match status.code() {
        Some(code) => (code, EcoString::new()),
        None => (
            ProcessOutput::KILLED,
            eco_format!("the program ended by a signal: {status}"),
        ),
    }
}

/// A program and those that it has started. They end when this is dropped.
struct Group {
    #[cfg(unix)]
    id: Option<rustix::process::Pid>,
}

impl Group {
    fn of(child: &Child) -> Self {
        #[cfg(unix)]
        let id = child
            .id()
            .and_then(|id| rustix::process::Pid::from_raw(i32::try_from(id).ok()?));
        #[cfg(not(unix))]
        let _ = child;
        Self {
            #[cfg(unix)]
            id,
        }
    }

    /// Leaves the programs alone.
    fn disarm(mut self) {
        #[cfg(unix)]
        {
            self.id = None;
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(id) = self.id {
            // They may have ended in the meantime.
            let _ = rustix::process::kill_process_group(id, rustix::process::Signal::KILL);
        }
    }
}
