//! What modules import from the host.

use std::fmt;

/// A namespace of host functions. Modules import the one of the SDK that they are built with; all have the same functions and
/// differ in the call parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostNamespace {
    /// `host`, up to SDK 0.10
    V0,
    /// `__marine_host_api_v1`, SDK 0.11 and 0.12
    V1,
    /// `__marine_host_api_v2`, SDK 0.13
    V2,
    /// `__marine_host_api_v3`, from SDK 0.14
    V3,
}

/// A function that a module imports from the host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostFunction {
    /// `get_call_parameters`: who calls, and with which particle.
    CallParameters,
    /// `log_utf8_string`: writes to the log of the host.
    Log,
    /// Any other name: runs a program of the host.
    MountedBinary(String),
}

impl HostNamespace {
    /// All namespaces. A host provides each of them to every module.
    pub const ALL: [Self; 4] = [Self::V0, Self::V1, Self::V2, Self::V3];

    /// The prefix of all names but the first.
    const PREFIX: &'static str = "__marine_host_api_v";

    /// The name of the namespace in imports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::V0 => "host",
            Self::V1 => "__marine_host_api_v1",
            Self::V2 => "__marine_host_api_v2",
            Self::V3 => "__marine_host_api_v3",
        }
    }

    /// The namespace with this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|namespace| namespace.name() == name)
    }

    /// Whether imports from this module are meant for the host, also where the namespace is one that does not exist yet.
    #[must_use]
    pub fn is_host(module: &str) -> bool {
        module == Self::V0.name() || module.starts_with(Self::PREFIX)
    }
}

impl HostFunction {
    /// The function with this name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "get_call_parameters" => Self::CallParameters,
            "log_utf8_string" => Self::Log,
            other => Self::MountedBinary(other.to_owned()),
        }
    }

    /// The name in imports.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::CallParameters => "get_call_parameters",
            Self::Log => "log_utf8_string",
            Self::MountedBinary(name) => name,
        }
    }
}

impl fmt::Display for HostNamespace {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}
