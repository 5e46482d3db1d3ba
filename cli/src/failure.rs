//! How a command ends other than well, and the exit code that says so.

use std::process::ExitCode;

/// Why a command stopped. What the user has to know was or is said with it.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something on this machine is missing or wrong.
    World(anyhow::Error),
    /// The command was not used as it can be.
    Usage(String),
    /// A program or manifest has mistakes; they were shown.
    Mistakes,
    /// A peer answered with an error.
    Remote(String),
    /// No answer came in time.
    Timeout(String),
}

impl Failure {
    /// The exit code, the same in every version.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::World(_) => 1,
            Self::Usage(_) => 2,
            Self::Mistakes => 3,
            Self::Remote(_) => 4,
            Self::Timeout(_) => 5,
        })
    }

    /// What is said at the end, if everything isn't said yet.
    pub(crate) fn message(&self) -> Option<String> {
        match self {
            Self::World(error) => Some(told(error)),
            Self::Usage(message) | Self::Remote(message) | Self::Timeout(message) => Some(message.clone()),
            Self::Mistakes => None,
        }
    }

    /// A word for scripts.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::World(_) => "world",
            Self::Usage(_) => "usage",
            Self::Mistakes => "mistakes",
            Self::Remote(_) => "remote",
            Self::Timeout(_) => "timeout",
        }
    }
}

/// The error and its causes, each once: some errors tell their cause themselves.
fn told(error: &anyhow::Error) -> String {
    error
        .chain()
        .map(ToString::to_string)
        .fold(String::new(), |told, cause| match told.as_str() {
            "" => cause,
            _ if told.contains(&cause) => told,
            _ => format!("{told}: {cause}"),
        })
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::World(error)
    }
}

impl From<aqua_project::Error> for Failure {
    fn from(error: aqua_project::Error) -> Self {
        Self::World(error.into())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::World(error.into())
    }
}

impl From<aqua_project::WatchError> for Failure {
    fn from(error: aqua_project::WatchError) -> Self {
        Self::World(error.into())
    }
}
