//! The states of a trace with the content that they refer to.

use super::layout::{Location, locations};
use crate::{CallState, CanonState, Cid, FoldResult, ParResult, ParticleData, Sender, Tetraplet, TraceState, ValueRef};
use serde::Serialize;
use serde_json::Value;

/// One state of a trace.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Its position, from 0.
    pub position: u32,
    /// The number of enclosing sides of `par`s and iterations of `fold`s.
    pub depth: u32,
    /// The innermost enclosing side or iteration.
    #[serde(rename = "place", skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// The event.
    #[serde(flatten)]
    pub event: Event,
}

/// The event that a state records.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// `par`, with the number of states of its sides.
    Par {
        /// States of the left side.
        left: u32,
        /// States of the right side.
        right: u32,
    },
    /// `fold` over a stream or map.
    Fold {
        /// Number of values.
        iterations: usize,
    },
    /// `ap` to a stream or map.
    Ap {
        /// The generations it wrote to.
        generations: Vec<u32>,
    },
    /// A call was sent to another peer.
    Sent {
        /// The peer that sent it.
        by: String,
    },
    /// A call was requested from a service of the peer itself.
    Asked {
        /// The peer.
        peer: String,
        /// Id of the request.
        call_id: u32,
    },
    /// A service answered.
    Called {
        /// Content id of the result, which the peer signs.
        cid: String,
        /// The function and its result.
        #[serde(flatten)]
        produced: Option<Produced>,
        /// The variable that the value was written to.
        target: Target,
    },
    /// A service failed.
    Failed {
        /// Content id of the result, which the peer signs.
        cid: String,
        /// The function and its result, whose value is the error.
        #[serde(flatten)]
        produced: Option<Produced>,
    },
    /// A service returned a value that is not used. Only its content id is stored, without a signature.
    Unused {
        /// Content id of the value.
        cid: String,
    },
    /// A `canon` was sent to another peer.
    CanonSent {
        /// The peer that sent it.
        by: String,
    },
    /// A peer canonicalised a stream or map.
    Canon {
        /// Content id of the result, which the peer signs.
        cid: String,
        /// The peer, if it is known.
        peer: Option<String>,
        /// The values; `null` for a missing one.
        values: Vec<Value>,
    },
}

/// The result of a service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Produced {
    /// The peer.
    pub peer: String,
    /// Id of its service.
    pub service: String,
    /// The function.
    pub function: String,
    /// The value; `null` if it is missing.
    pub value: Value,
}

/// The kind of variable that a value was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A scalar.
    Scalar,
    /// A stream, with the generation of the value.
    Stream(u32),
}

/// A peer that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wait {
    /// The peer.
    pub peer: String,
    /// Position of the state.
    pub position: u32,
    /// What it waits for.
    #[serde(flatten)]
    pub waits_for: WaitsFor,
}

/// What a peer can wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "waits_for", rename_all = "snake_case")]
pub enum WaitsFor {
    /// Its own service.
    Service {
        /// Id of the request.
        call_id: u32,
    },
    /// A call of another peer, to which it sent the particle. Only the script names that peer.
    Call,
    /// A `canon` on another peer, to which it sent the particle.
    Canon,
}

/// All states of the trace.
#[must_use]
pub fn trace(data: &ParticleData) -> Vec<Entry> {
    let states = data.trace.iter().zip(locations(data)).zip(0..);
    states
        .map(|((state, (depth, location)), position)| Entry {
            position,
            depth,
            location,
            event: event(data, state),
        })
        .collect()
}

/// The waiting peers, in the order of the trace.
#[must_use]
pub fn waits(data: &ParticleData) -> Vec<Wait> {
    let wait = |(position, state): (u32, &TraceState)| {
        let (peer, waits_for) = match state {
            TraceState::Call(CallState::RequestSentBy(Sender::PeerId(peer))) => (peer, WaitsFor::Call),
            TraceState::Call(CallState::RequestSentBy(Sender::PeerIdWithCallId { peer_id, call_id })) => {
                (peer_id, WaitsFor::Service { call_id: *call_id })
            }
            TraceState::Canon(CanonState::RequestSentBy(peer)) => (peer, WaitsFor::Canon),
            _ => return None,
        };
        Some(Wait {
            peer: peer.to_string(),
            position,
            waits_for,
        })
    };
    (0..).zip(&data.trace).filter_map(wait).collect()
}

fn event(data: &ParticleData, state: &TraceState) -> Event {
    match state {
        TraceState::Par(ParResult { left_size, right_size }) => Event::Par {
            left: *left_size,
            right: *right_size,
        },
        TraceState::Fold(FoldResult { lore }) => Event::Fold { iterations: lore.len() },
        TraceState::Ap(ap) => Event::Ap {
            generations: ap.res_generations.to_vec(),
        },
        TraceState::Call(CallState::RequestSentBy(Sender::PeerId(peer))) => Event::Sent { by: peer.to_string() },
        TraceState::Call(CallState::RequestSentBy(Sender::PeerIdWithCallId { peer_id, call_id })) => Event::Asked {
            peer: peer_id.to_string(),
            call_id: *call_id,
        },
        TraceState::Call(CallState::Executed(ValueRef::Scalar(cid))) => Event::Called {
            cid: cid.to_string(),
            produced: produced(data, cid),
            target: Target::Scalar,
        },
        TraceState::Call(CallState::Executed(ValueRef::Stream { cid, generation })) => Event::Called {
            cid: cid.to_string(),
            produced: produced(data, cid),
            target: Target::Stream(*generation),
        },
        TraceState::Call(CallState::Executed(ValueRef::Unused(cid))) => Event::Unused { cid: cid.to_string() },
        TraceState::Call(CallState::Failed(cid)) => Event::Failed {
            cid: cid.to_string(),
            produced: produced(data, cid),
        },
        TraceState::Canon(CanonState::RequestSentBy(peer)) => Event::CanonSent { by: peer.to_string() },
        TraceState::Canon(CanonState::Executed(cid)) => canon(data, cid),
    }
}

fn produced(data: &ParticleData, cid: &Cid) -> Option<Produced> {
    let result = data.cid_info.service_result_store.get(cid)?;
    let Tetraplet {
        peer_pk,
        service_id,
        function_name,
        ..
    } = data.cid_info.tetraplet_store.get(&result.tetraplet_cid)?;
    Some(Produced {
        peer: peer_pk.to_string(),
        service: service_id.to_string(),
        function: function_name.to_string(),
        value: value(data, &result.value_cid),
    })
}

fn canon(data: &ParticleData, cid: &Cid) -> Event {
    let info = &data.cid_info;
    let result = info.canon_result_store.get(cid);
    let element = |cid: &Cid| {
        let element = info.canon_element_store.get(cid);
        element.map_or(Value::Null, |element| value(data, &element.value))
    };
    Event::Canon {
        cid: cid.to_string(),
        peer: result
            .and_then(|result| info.tetraplet_store.get(&result.tetraplet))
            .map(|tetraplet| tetraplet.peer_pk.to_string()),
        values: result.map_or_else(Vec::new, |result| result.values.iter().map(element).collect()),
    }
}

fn value(data: &ParticleData, cid: &Cid) -> Value {
    data.cid_info
        .value_store
        .get(cid)
        .map_or(Value::Null, |text| json(text))
}

/// The text as a JSON value. Unverified text that is not JSON becomes a string.
pub(super) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}
