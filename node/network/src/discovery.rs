//! Looking for peers that a particle is to be sent to and that are not connected.
//!
//! First the addresses already known are tried, then the network is asked once. A peer that could not be found a few
//! times is left alone for a while.

use crate::SendError;
use libp2p::PeerId;
use libp2p::kad::QueryId;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Failed searches after which a peer is left alone, and for how long.
const PATIENCE: u32 = 3;
const COOL_DOWN: Duration = Duration::from_secs(60);
/// Peers whose failures are remembered.
const MAX_FAILURES: usize = 4096;

/// What to do next for a search.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Dial the addresses that are known.
    Dial,
    /// Ask the network, then report with [`Discovery::asking`].
    Ask,
    /// Nothing: somebody else's search for this peer is under way, or this one has ended.
    Nothing,
}

/// Who waits for a peer to be connected.
pub(crate) type Waiting = oneshot::Sender<Result<(), SendError>>;

/// The searches under way and the failures of the past.
pub(crate) struct Discovery {
    limit: usize,
    searches: BTreeMap<PeerId, Search>,
    failures: BTreeMap<PeerId, (u32, Instant)>,
}

struct Search {
    waiting: Vec<Waiting>,
    asked: bool,
    query: Option<QueryId>,
}

impl Discovery {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            searches: BTreeMap::new(),
            failures: BTreeMap::new(),
        }
    }

    /// Somebody wants a peer connected.
    pub(crate) fn want(&mut self, peer: PeerId, waiting: Waiting, now: Instant) -> Next {
        if let Some(search) = self.searches.get_mut(&peer) {
            search.waiting.push(waiting);
            return Next::Nothing;
        }
        let banned = self
            .failures
            .get(&peer)
            .is_some_and(|(count, last)| *count >= PATIENCE && now.saturating_duration_since(*last) < COOL_DOWN);
        let refusal = match (banned, self.searches.len() >= self.limit) {
            (true, _) => Some(SendError::Unknown),
            (_, true) => Some(SendError::Busy),
            _ => None,
        };
        if let Some(refusal) = refusal {
            drop(waiting.send(Err(refusal)));
            return Next::Nothing;
        }
        self.searches.insert(
            peer,
            Search {
                waiting: vec![waiting],
                asked: false,
                query: None,
            },
        );
        Next::Dial
    }

    /// A dial of a peer failed.
    pub(crate) fn dial_failed(&mut self, peer: PeerId, error: SendError, now: Instant) -> Next {
        match self.searches.get(&peer) {
            Some(Search { asked: false, .. }) => Next::Ask,
            Some(Search { query: None, .. }) => {
                self.fail(peer, &error, now);
                Next::Nothing
            }
            _ => Next::Nothing,
        }
    }

    /// The network is being asked, or can't be.
    pub(crate) fn asking(&mut self, peer: PeerId, query: Option<QueryId>, now: Instant) {
        match (self.searches.get_mut(&peer), query) {
            (Some(search), Some(_)) => {
                search.asked = true;
                search.query = query;
            }
            _ => self.fail(peer, &SendError::Unknown, now),
        }
    }

    /// A query ended; the peer to dial with what was learnt, if a search asked it.
    pub(crate) fn asked(&mut self, query: QueryId) -> Option<PeerId> {
        let (peer, search) = self
            .searches
            .iter_mut()
            .find(|(_, search)| search.query == Some(query))?;
        search.query = None;
        Some(*peer)
    }

    /// A peer is connected, whoever brought it about.
    pub(crate) fn found(&mut self, peer: &PeerId) {
        self.failures.remove(peer);
        for waiting in self
            .searches
            .remove(peer)
            .map(|search| search.waiting)
            .into_iter()
            .flatten()
        {
            drop(waiting.send(Ok(())));
        }
    }

    fn fail(&mut self, peer: PeerId, error: &SendError, now: Instant) {
        if let Some(search) = self.searches.remove(&peer) {
            self.failures
                .retain(|_, (_, last)| now.saturating_duration_since(*last) < COOL_DOWN);
            if self.failures.len() < MAX_FAILURES {
                let (count, last) = self.failures.entry(peer).or_insert((0, now));
                (*count, *last) = (*count + 1, now);
            }
            for waiting in search.waiting {
                drop(waiting.send(Err(error.clone())));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn want(discovery: &mut Discovery, peer: PeerId, now: Instant) -> (Next, oneshot::Receiver<Result<(), SendError>>) {
        let (waiting, answer) = oneshot::channel();
        (discovery.want(peer, waiting, now), answer)
    }

    #[test]
    fn a_peer_is_dialled_then_asked_for_then_given_up() {
        let (peer, now) = (PeerId::random(), Instant::now());
        let mut discovery = Discovery::new(1);
        let (next, mut answer) = want(&mut discovery, peer, now);
        assert_eq!(next, Next::Dial);
        assert_eq!(want(&mut discovery, peer, now).0, Next::Nothing);
        assert_eq!(discovery.dial_failed(peer, SendError::Unknown, now), Next::Ask);
        discovery.asking(peer, None, now);
        assert_eq!(answer.try_recv(), Ok(Err(SendError::Unknown)));
    }

    #[test]
    fn searches_are_bounded_and_hopeless_peers_left_alone() {
        let (peer, now) = (PeerId::random(), Instant::now());
        let mut discovery = Discovery::new(1);
        for _ in 0..PATIENCE {
            assert_eq!(want(&mut discovery, peer, now).0, Next::Dial);
            let (next, mut answer) = want(&mut discovery, PeerId::random(), now);
            assert_eq!((next, answer.try_recv()), (Next::Nothing, Ok(Err(SendError::Busy))));
            discovery.asking(peer, None, now);
        }
        let (next, mut answer) = want(&mut discovery, peer, now);
        assert_eq!((next, answer.try_recv()), (Next::Nothing, Ok(Err(SendError::Unknown))));
        assert_eq!(want(&mut discovery, peer, now + COOL_DOWN).0, Next::Dial);
        discovery.found(&peer);
        assert_eq!(want(&mut discovery, peer, now).0, Next::Dial);
    }
}
