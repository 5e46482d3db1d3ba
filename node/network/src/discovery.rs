//! Looks up peers that frames are to be sent to and that aren't connected.
//!
//! First the known addresses are dialled, then Kademlia is queried once and what it found is dialled. A peer that could not be reached
//! several times isn't looked up for a while.

use crate::SendError;
use crate::peer_sender::Delivery;
use libp2p::PeerId;
use libp2p::kad::QueryId;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Failed searches after which a peer isn't looked up for [`COOL_DOWN`].
const MAX_FAILURES: u32 = 3;
const COOL_DOWN: Duration = Duration::from_secs(60);
/// Peers whose failures are remembered.
const MAX_FAILED_PEERS: usize = 4096;

/// What the caller does next for a search.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Dial the known addresses.
    Dial,
    /// Query Kademlia, then call [`Discovery::query_started`].
    Query,
    /// Nothing: a search for this peer is in progress, or this one has ended.
    Nothing,
}

/// The searches in progress and the failures of the past.
pub(crate) struct Discovery {
    limit: usize,
    searches: BTreeMap<PeerId, Search>,
    failures: BTreeMap<PeerId, (u32, Instant)>,
}

struct Search {
    /// What to send once the peer is connected, in order.
    deliveries: Vec<Delivery>,
    queried: bool,
    /// The query in progress.
    query: Option<QueryId>,
}

impl Discovery {
    /// Runs at most `limit` searches at a time.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            searches: BTreeMap::new(),
            failures: BTreeMap::new(),
        }
    }

    /// Searches for a peer in order to send to it, unless a search for it is in progress.
    pub(crate) fn search(&mut self, peer: PeerId, delivery: Delivery, now: Instant) -> Next {
        if let Some(search) = self.searches.get_mut(&peer) {
            search.deliveries.push(delivery);
            return Next::Nothing;
        }
        let cooling_down = self
            .failures
            .get(&peer)
            .is_some_and(|(count, last)| *count >= MAX_FAILURES && now.saturating_duration_since(*last) < COOL_DOWN);
        if cooling_down || self.searches.len() >= self.limit {
            delivery.fail(if cooling_down {
                SendError::Unknown
            } else {
                SendError::Busy
            });
            return Next::Nothing;
        }
        self.searches.insert(
            peer,
            Search {
                deliveries: vec![delivery],
                queried: false,
                query: None,
            },
        );
        Next::Dial
    }

    /// A dial of a peer failed.
    pub(crate) fn dial_failed(&mut self, peer: PeerId, error: &SendError, now: Instant) -> Next {
        match self.searches.get(&peer) {
            Some(Search { queried: false, .. }) => Next::Query,
            Some(Search { query: None, .. }) => {
                self.fail(peer, error, now);
                Next::Nothing
            }
            _ => Next::Nothing,
        }
    }

    /// A query for a peer was started; `None` if this peer doesn't take part in Kademlia.
    pub(crate) fn query_started(&mut self, peer: PeerId, query: Option<QueryId>, now: Instant) {
        match (self.searches.get_mut(&peer), query) {
            (Some(search), Some(_)) => {
                search.queried = true;
                search.query = query;
            }
            _ => self.fail(peer, &SendError::Unknown, now),
        }
    }

    /// A query ended. Returns the peer to dial, if the query was for a search.
    pub(crate) fn query_finished(&mut self, query: QueryId) -> Option<PeerId> {
        let (peer, search) = self
            .searches
            .iter_mut()
            .find(|(_, search)| search.query == Some(query))?;
        search.query = None;
        Some(*peer)
    }

    /// A connection with a peer was established. Returns what is to be sent to it, in order.
    pub(crate) fn connected(&mut self, peer: &PeerId) -> Vec<Delivery> {
        self.failures.remove(peer);
        self.searches
            .remove(peer)
            .map_or_else(Vec::new, |search| search.deliveries)
    }

    fn fail(&mut self, peer: PeerId, error: &SendError, now: Instant) {
        if let Some(search) = self.searches.remove(&peer) {
            self.failures
                .retain(|_, (_, last)| now.saturating_duration_since(*last) < COOL_DOWN);
            if self.failures.len() < MAX_FAILED_PEERS {
                let (count, last) = self.failures.entry(peer).or_insert((0, now));
                (*count, *last) = (*count + 1, now);
            }
            for delivery in search.deliveries {
                delivery.fail(error.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    type Done = oneshot::Receiver<Result<usize, SendError>>;

    fn search(discovery: &mut Discovery, peer: PeerId, now: Instant) -> (Next, Done) {
        let (done, result) = oneshot::channel();
        let delivery = Delivery {
            encode: Box::new(Vec::new),
            done,
        };
        (discovery.search(peer, delivery, now), result)
    }

    #[test]
    fn a_search_dials_then_queries_then_fails() {
        let (peer, now) = (PeerId::random(), Instant::now());
        let mut discovery = Discovery::new(1);
        let (next, mut result) = search(&mut discovery, peer, now);
        assert_eq!(next, Next::Dial);
        let (next, mut second_result) = search(&mut discovery, peer, now);
        assert_eq!(next, Next::Nothing);
        assert_eq!(discovery.dial_failed(peer, &SendError::Unknown, now), Next::Query);
        discovery.query_started(peer, None, now);
        assert_eq!(result.try_recv(), Ok(Err(SendError::Unknown)));
        assert_eq!(second_result.try_recv(), Ok(Err(SendError::Unknown)));
    }

    #[test]
    fn searches_are_limited_and_unreachable_peers_cool_down() {
        let (peer, now) = (PeerId::random(), Instant::now());
        let mut discovery = Discovery::new(1);
        for _ in 0..MAX_FAILURES {
            assert_eq!(search(&mut discovery, peer, now).0, Next::Dial);
            let (next, mut result) = search(&mut discovery, PeerId::random(), now);
            assert_eq!((next, result.try_recv()), (Next::Nothing, Ok(Err(SendError::Busy))));
            discovery.query_started(peer, None, now);
        }
        let (next, mut result) = search(&mut discovery, peer, now);
        assert_eq!((next, result.try_recv()), (Next::Nothing, Ok(Err(SendError::Unknown))));
        assert_eq!(search(&mut discovery, peer, now + COOL_DOWN).0, Next::Dial);
        assert_eq!(discovery.connected(&peer).len(), 1);
        assert_eq!(search(&mut discovery, peer, now).0, Next::Dial);
    }
}
