//! Whether data can be believed: every content id against its value, every reference, every signature.

use super::trace::{Wait, waits};
use crate::cid::CidError;
use crate::verification::{decode_key, message};
use crate::{CallState, CanonState, Cid, CidInfo, ParticleData, Provenance, Store, Tetraplet, TraceState, ValueRef};
use aqua_keys::{PublicKey, verify_data};
use serde::Serialize;
use std::collections::BTreeMap;

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// How many content ids were compared with what they name.
    pub ids: usize,
    /// Everything that is wrong.
    pub faults: Vec<Fault>,
    /// Who made what, by peer id.
    pub signers: Vec<Signer>,
    /// What is still awaited.
    pub waits: Vec<Wait>,
}

/// A peer with what it made and whether it vouches for that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signer {
    /// The peer.
    pub peer: String,
    /// The states that hold something it made, by position.
    pub states: Vec<u32>,
    /// Its signature over them.
    pub signature: Signature,
}

/// What became of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    /// It covers what the peer made in this particle.
    Valid,
    /// It does not.
    Wrong,
    /// There is none.
    Missing,
    /// Signatures cover the particle's id, which is not known.
    Unchecked,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// A content id that is not the hash of what is stored under it.
    Altered {
        /// Which store.
        store: &'static str,
        /// The id.
        cid: String,
    },
    /// A text that is no content id, or one of a kind that is not in use.
    NoContentId {
        /// Which store.
        store: &'static str,
        /// The text.
        cid: String,
        /// Why.
        reason: String,
    },
    /// Something that is named and not there.
    Missing {
        /// What names it: a content id, or the position of a state.
        by: String,
        /// Which store it should be in.
        store: &'static str,
        /// Its id.
        cid: String,
    },
    /// A key that is no ed25519 key.
    NoKey {
        /// The key in base58.
        key: String,
        /// Why.
        reason: String,
    },
    /// A peer made something and signed nothing.
    Unsigned {
        /// The peer.
        peer: String,
    },
    /// A peer's signature does not cover what it made in this particle.
    WrongSignature {
        /// The peer.
        peer: String,
    },
}

impl Audit {
    /// Whether nothing is wrong. If signatures could not be checked, that is so far.
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

/// Checks data as a step does on arrival, and goes on after each fault. Without the particle's id, which signatures
/// cover, these are not checked.
///
/// Data without faults is data that [`step`](crate::step()) takes in for a particle that the peer knows nothing about yet.
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

/// By peer, the states that hold something it made, and the ids in them.
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

    /// Whether what is named is there.
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

    /// Who made what the trace holds.
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
            // That a tetraplet is missing was told when its owner was looked at.
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
    // The first byte says which kind of key it is.
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
