//! The states of a trace.
//!
//! `Debug` of these types is part of the protocol: error messages quote states, and a workflow can hash and sign an error
//! message. So structures and variants have the names of the specification.

use super::Cid;
use ecow::EcoString;
use smallvec::SmallVec;
use std::fmt;

/// The state of an instruction. Variants and fields are in the order of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TraceState {
    /// `par`. The states of its sides follow.
    Par(ParResult),
    /// `call`.
    Call(CallState),
    /// `fold` over a stream or stream map.
    Fold(FoldResult),
    /// `ap` to a stream or stream map.
    Ap(ApResult),
    /// `canon`.
    Canon(CanonState),
}

/// The number of states of each side of a `par`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ParResult {
    /// States of the left side.
    pub left_size: u32,
    /// States of the right side, after those of the left.
    pub right_size: u32,
}

/// The progress of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallState {
    /// Sent to a peer, or requested from a local service.
    RequestSentBy(Sender),
    /// Done.
    Executed(ValueRef),
    /// The service failed. Id of a service result whose value is `{ret_code, message}`.
    Failed(Cid),
}

/// The peer that sent a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    /// Sent to another peer.
    PeerId(EcoString),
    /// Requested from a service of that peer.
    PeerIdWithCallId {
        /// The peer of the service.
        peer_id: EcoString,
        /// Id of the request.
        call_id: u32,
    },
}

/// A reference to the value of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueRef {
    /// Written to a scalar. Id of a service result.
    Scalar(Cid),
    /// Written to a stream.
    Stream {
        /// Id of a service result.
        cid: Cid,
        /// Generation of the value in its stream.
        generation: u32,
    },
    /// Not used. Content id of the value, which is not stored.
    Unused(Cid),
}

/// Lore of a `fold` over a stream: the states of each iteration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoldResult {
    /// One entry per value.
    pub lore: Vec<FoldSubTraceLore>,
}

/// The states of one iteration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldSubTraceLore {
    /// Position of the state that made the value.
    pub value_pos: u32,
    /// The states before `next` and those after it. Incoming data may have another number of ranges.
    pub subtraces_desc: Vec<SubTraceDesc>,
}

/// A range of states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SubTraceDesc {
    /// Position of the first.
    pub begin_pos: u32,
    /// Number of states.
    pub subtrace_len: u32,
}

/// The generations that an `ap` wrote to; exactly one in well-formed data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApResult {
    /// The generations.
    pub res_generations: SmallVec<[u32; 2]>,
}

/// The progress of a `canon`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CanonState {
    /// Sent to the peer that canonicalises the stream. The peer that sent it.
    RequestSentBy(EcoString),
    /// Done. Id of a canonical result.
    Executed(Cid),
}

impl fmt::Display for TraceState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Par(ParResult { left_size, right_size }) => write!(formatter, "par({left_size}, {right_size})"),
            Self::Call(CallState::RequestSentBy(Sender::PeerId(peer))) => write!(formatter, "request_sent_by({peer})"),
            Self::Call(CallState::RequestSentBy(Sender::PeerIdWithCallId { peer_id, call_id })) => {
                write!(formatter, "request_sent_by({peer_id}: {call_id})")
            }
            Self::Call(CallState::Executed(value)) => write!(formatter, "executed({value:?})"),
            Self::Call(CallState::Failed(cid)) => write!(formatter, "failed({cid:?})"),
            Self::Fold(FoldResult { lore }) => {
                writeln!(formatter, "fold(")?;
                for FoldSubTraceLore {
                    value_pos,
                    subtraces_desc,
                } in lore
                {
                    write!(formatter, "          {value_pos} - ")?;
                    for (
                        at,
                        SubTraceDesc {
                            begin_pos,
                            subtrace_len,
                        },
                    ) in subtraces_desc.iter().enumerate()
                    {
                        let separator = if at == 0 { "" } else { ", " };
                        write!(formatter, "{separator}[{begin_pos}, {subtrace_len}]")?;
                    }
                    writeln!(formatter)?;
                }
                write!(formatter, "     )")
            }
            Self::Ap(ApResult { res_generations }) => write!(formatter, "ap: _ -> {res_generations:?}"),
            Self::Canon(_) => write!(formatter, "canon [<object>]"),
        }
    }
}
