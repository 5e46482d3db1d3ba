//! Identifiers that the core and its driver exchange. None is used twice between a start and a stop.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);
    )*};
}

ids! {
    /// A network connection; numbered by the driver.
    ConnectionId,
    /// A frame whose length was read and whose body was not; numbered by the driver.
    OfferId,
    /// A particle that is started on this peer; numbered by the driver.
    SubmissionId,
    /// A piece of work that takes processor time; numbered by the core.
    JobId,
    /// A function call that the driver makes; numbered by the core.
    CallId,
    /// A frame that the driver sends; numbered by the core.
    SendId,
    /// A request for a page of records; numbered by the core.
    ReadId,
    /// A batch of record changes; numbered by the core, in order.
    BatchId,
    /// A start of a service; numbered by the core.
    StartId,
    /// An identity of this peer: the host, or a worker; chosen by the embedder.
    ScopeId,
}

impl ScopeId {
    /// The peer's own identity. Particles from the network arrive here.
    pub const HOST: Self = Self(0);
}

/// Hands out numbers, starting at 1.
#[derive(Debug, Default)]
pub(crate) struct Counter(u64);

impl Counter {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }
}
