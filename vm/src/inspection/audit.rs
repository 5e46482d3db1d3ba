//! Verifies every content id, reference and signature of particle data.

use super::trace::{Wait, waits};
use crate::cid::CidError;
use crate::verification::{decode_key, message};
use crate::{CallState, CanonState, Cid, CidInfo, ParticleData, Provenance, Store, Tetraplet, TraceState, ValueRef};
use aqua_keys::{PublicKey, verify_data};
use serde::Serialize;
use std::collections::BTreeMap;

/// The result of an audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// Number of content ids that were verified.
    pub ids: usize,
    /// All faults.
    pub faults: Vec<Fault>,
    /// The peers of the trace, by id.
    pub signers: Vec<Signer>,
    /// The waiting peers.
    pub waits: Vec<Wait>,
}

/// A peer of the trace and the status of its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signer {
    /// The peer.
    pub peer: String,
    /// Positions of the states that it executed.
    pub states: Vec<u32>,
    /// The status of its signature of them.
    pub signature: Signature,
}

/// The status of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    /// Valid.
    Valid,
    /// Invalid.
    Wrong,
    /// Missing.
    Missing,
    /// Not verified, because the particle's id is unknown.
    Unchecked,
}

/// A fault of particle data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// A content id that is not the hash of its entry.
    Altered {
        /// The store.
        store: &'static str,
        /// The id.
        cid: String,
    },
    /// A text that is not a supported content id.
    NoContentId {
        /// The store.
        store: &'static str,
        /// The text.
        cid: String,
        /// The reason.
        reason: String,
    },
    /// A missing entry.
    Missing {
        /// What refers to it: a content id, or the position of a state.
        by: String,
        /// The store that should have it.
        store: &'static str,
        /// Its id.
        cid: String,
    },
    /// A key that is not an Ed25519 key.
    NoKey {
        /// The key in base58.
        key: String,
        /// The reason.
        reason: String,
    },
    /// A peer of the trace without a signature.
    Unsigned {
        /// The peer.
        peer: String,
    },
    /// An invalid signature of a peer.
    WrongSignature {
        /// The peer.
        peer: String,
    },
}

impl Audit {
    /// Whether there are no faults. Signatures that were not verified don't count.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

const VALUES: &str = "values";
const TETRAPLETS: &str = "tetraplets";
const CANON_ELEMENTS: &str = "canon_elements";
const CANON_RESULTS: &str = "canon_results";
const SERVICE_RESULTS: &str = "service_results";

/// Verifies data as a step does with incoming data, and reports all faults. Without the particle's id, which signatures
/// cover, these are not verified.
///
/// A [`step`](crate::step()) with the default state accepts data without faults.
#[must_use]
pub fn audit(data: &ParticleData, particle_id: Option<&str>) -> Audit {
    let mut auditor = Auditor {
        ids: 0,
        faults: Vec::new(),
    };
    auditor.ids(&data.cid_info);
    auditor.references(&data.cid_info);
    let made = auditor.makers(data);
    let signers = auditor.signers(data, made, particle_id);
    Audit {
        ids: auditor.ids,
        faults: auditor.faults,
        signers,
        waits: waits(data),
    }
}

/// By peer, the states that it executed and the ids in them.
type Made<'d> = BTreeMap<&'d str, Vec<(u32, &'d Cid)>>;

struct Auditor {
    ids: usize,
    faults: Vec<Fault>,
}

impl Auditor {
    fn ids(&mut self, info: &CidInfo) {
        for (cid, text) in &info.value_store {
            self.id(cid, text.as_bytes(), VALUES);
        }
        self.store(&info.tetraplet_store, TETRAPLETS);
        self.store(&info.service_result_store, SERVICE_RESULTS);
        self.store(&info.canon_element_store, CANON_ELEMENTS);
        self.store(&info.canon_result_store, CANON_RESULTS);
    }

    fn store<T: Serialize>(&mut self, entries: &Store<T>, store: &'static str) {
        for (cid, item) in entries {
            let text = serde_json::to_vec(item).expect("texts and lists of texts always serialise");
            self.id(cid, &text, store);
        }
    }

    fn id(&mut self, cid: &Cid, bytes: &[u8], store: &'static str) {
        self.ids += 1;
        let fault = match cid.verify(bytes) {
            Ok(true) => return,
            Ok(false) => Fault::Altered {
                store,
                cid: cid.to_string(),
            },
            Err(error) => no_content_id(cid, store, error),
        };
        self.faults.push(fault);
    }

    /// Verifies that no entry is missing.
    fn find<'d, T>(
        &mut self,
        entries: &'d Store<T>,
        store: &'static str,
        cid: &Cid,
        by: impl ToString,
    ) -> Option<&'d T> {
        let found = entries.get(cid);
        if found.is_none() {
            self.faults.push(Fault::Missing {
                by: by.to_string(),
                store,
                cid: cid.to_string(),
            });
        }
        found
    }

    fn references(&mut self, info: &CidInfo) {
        for (cid, result) in &info.service_result_store {
            self.find(&info.tetraplet_store, TETRAPLETS, &result.tetraplet_cid, cid);
            self.find(&info.value_store, VALUES, &result.value_cid, cid);
        }
        for (cid, result) in &info.canon_result_store {
            for element in &result.values {
                self.find(&info.canon_element_store, CANON_ELEMENTS, element, cid);
            }
            self.find(&info.tetraplet_store, TETRAPLETS, &result.tetraplet, cid);
        }
        for (cid, element) in &info.canon_element_store {
            self.find(&info.tetraplet_store, TETRAPLETS, &element.tetraplet, cid);
            self.find(&info.value_store, VALUES, &element.value, cid);
            match &element.provenance {
                Provenance::Literal => {}
                Provenance::ServiceResult { cid: result } => {
                    self.find(&info.service_result_store, SERVICE_RESULTS, result, cid);
                }
                Provenance::Canon { cid: result } => {
                    self.find(&info.canon_result_store, CANON_RESULTS, result, cid);
                }
            }
        }
    }

    /// The peers of the trace.
    fn makers<'d>(&mut self, data: &'d ParticleData) -> Made<'d> {
        let info = &data.cid_info;
        let mut made = Made::new();
        for (position, state) in (0..).zip(&data.trace) {
            let (cid, tetraplet) = match state {
                TraceState::Call(
                    CallState::Executed(ValueRef::Scalar(cid) | ValueRef::Stream { cid, .. }) | CallState::Failed(cid),
                ) => {
                    let result = self.find(&info.service_result_store, SERVICE_RESULTS, cid, position);
                    (cid, result.map(|result| &result.tetraplet_cid))
                }
                TraceState::Canon(CanonState::Executed(cid)) => {
                    let result = self.find(&info.canon_result_store, CANON_RESULTS, cid, position);
                    (cid, result.map(|result| &result.tetraplet))
                }
                _ => continue,
            };
            // A missing tetraplet has been reported with its owner.
            if let Some(Tetraplet { peer_pk, .. }) = tetraplet.and_then(|it| info.tetraplet_store.get(it)) {
                made.entry(peer_pk).or_default().push((position, cid));
            }
        }
        made
    }

    fn signers(&mut self, data: &ParticleData, mut made: Made<'_>, particle_id: Option<&str>) -> Vec<Signer> {
        let mut signers = Vec::new();
        for (key, signature) in &data.signatures {
            let verifying = match decode_key(key) {
                Ok(verifying) => verifying,
                Err(error) => {
                    self.faults.push(Fault::NoKey {
                        key: bs58::encode(key).into_string(),
                        reason: error.to_string(),
                    });
                    continue;
                }
            };
            let peer = verifying.peer_id().to_string();
            let own = made.remove(&*peer).unwrap_or_default();
            let signature = match particle_id {
                None => Signature::Unchecked,
                Some(id) if covers(&verifying, signature, &own, id) => Signature::Valid,
                Some(_) => Signature::Wrong,
            };
            if signature == Signature::Wrong {
                self.faults.push(Fault::WrongSignature { peer: peer.clone() });
            }
            signers.push(signer(peer, &own, signature));
        }
        for (peer, own) in made {
            self.faults.push(Fault::Unsigned { peer: peer.to_owned() });
            signers.push(signer(peer.to_owned(), &own, Signature::Missing));
        }
        signers.sort_by(|left, right| left.peer.cmp(&right.peer));
        signers
    }
}

fn signer(peer: String, own: &[(u32, &Cid)], signature: Signature) -> Signer {
    Signer {
        peer,
        states: own.iter().map(|(position, _)| *position).collect(),
        signature,
    }
}

fn covers(key: &PublicKey, signature: &[u8], own: &[(u32, &Cid)], particle_id: &str) -> bool {
    let mut cids: Vec<Cid> = own.iter().map(|(_, cid)| (*cid).clone()).collect();
    cids.sort_unstable();
    // The first byte is the algorithm of the key.
    signature
        .get(1..)
        .and_then(|bytes| aqua_keys::Signature::try_from(bytes).ok())
        .is_some_and(|signature| {
            let message = message(cids.len(), cids.iter(), particle_id);
            verify_data(key.as_bytes(), &message, &signature)
        })
}

fn no_content_id(cid: &Cid, store: &'static str, error: CidError) -> Fault {
    Fault::NoContentId {
        store,
        cid: cid.to_string(),
        reason: error.to_string(),
    }
}
