//! Command failures and their exit codes.

use std::process::ExitCode;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A system error, such as a missing file or a port in use.
    System(anyhow::Error),
    /// Invalid options or arguments.
    Usage(String),
    /// A program, manifest, configuration or data has errors. They were printed already.
    Reported,
    /// A peer returned an error.
    Remote(String),
    /// The timeout was reached.
    Timeout(String),
}

impl Failure {
    /// The exit code. Stable across versions.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::System(_) => 1,
            Self::Usage(_) => 2,
            Self::Reported => 3,
            Self::Remote(_) => 4,
            Self::Timeout(_) => 5,
        })
    }

    /// The message to print; `None` if the errors were printed already.
    pub(crate) fn message(&self) -> Option<String> {
        match self {
            Self::System(error) => Some(chain(error)),
            Self::Usage(message) | Self::Remote(message) | Self::Timeout(message) => Some(message.clone()),
            Self::Reported => None,
        }
    }

    /// The `reason` field of the JSON error. Stable across versions.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::System(_) => "world",
            Self::Usage(_) => "usage",
            Self::Reported => "mistakes",
            Self::Remote(_) => "remote",
            Self::Timeout(_) => "timeout",
        }
    }
}

/// The error and its causes, separated by colons. Causes that a message already contains are left out.
fn chain(error: &anyhow::Error) -> String {
    error
        .chain()
        .map(ToString::to_string)
        .fold(String::new(), |message, cause| match message.as_str() {
            "" => cause,
            _ if message.contains(&cause) => message,
            _ => format!("{message}: {cause}"),
        })
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::System(error)
    }
}

impl From<aqua_project::Error> for Failure {
    fn from(error: aqua_project::Error) -> Self {
        Self::System(error.into())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::System(error.into())
    }
}

impl From<aqua_project::WatchError> for Failure {
    fn from(error: aqua_project::WatchError) -> Self {
        Self::System(error.into())
    }
}
