//! The states of a trace: what became of each instruction that leaves a mark.
//!
//! `Debug` of these types is part of the protocol: error texts quote states, and a workflow can hash and sign an error's
//! text. So names of structures and variants follow the specification's.

use super::Cid;
use ecow::EcoString;
use smallvec::SmallVec;
use std::fmt;

/// What became of one instruction. Order and fields are those of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TraceState {
    /// `par`: how many states its sides occupy, right after this one.
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

/// How many states the sides of a `par` occupy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ParResult {
    /// States of the left side.
    pub left_size: u32,
    /// States of the right side, behind those of the left.
    pub right_size: u32,
}

/// How far a call is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallState {
    /// On its way to a peer, or waiting for a local service.
    RequestSentBy(Sender),
    /// Done.
    Executed(ValueRef),
    /// The service failed. Names a service result whose value is `{ret_code, message}`.
    Failed(Cid),
}

/// Who sent a call on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    /// Sent to another peer.
    PeerId(EcoString),
    /// Handed to a service of that peer under a call id.
    PeerIdWithCallId {
        /// The peer whose service was asked.
        peer_id: EcoString,
        /// Id of the request.
        call_id: u32,
    },
}

/// Where a call's value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueRef {
    /// For a scalar: names a service result.
    Scalar(Cid),
    /// For a stream.
    Stream {
        /// Names a service result.
        cid: Cid,
        /// Generation of the value in its stream.
        generation: u32,
    },
    /// For nobody: content id of the value, which is not kept.
    Unused(Cid),
}

/// Lore of a `fold` over a stream: where the states of each iteration stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoldResult {
    /// One entry per value.
    pub lore: Vec<FoldSubTraceLore>,
}

/// Where the states of one iteration stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldSubTraceLore {
    /// Position of the state that made the value.
    pub value_pos: u32,
    /// States before `next` and states after it. Data from outside may carry another number of them.
    pub subtraces_desc: Vec<SubTraceDesc>,
}

/// A run of states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SubTraceDesc {
    /// Position of the first.
    pub begin_pos: u32,
    /// How many.
    pub subtrace_len: u32,
}

/// Generations that an `ap` wrote to; exactly one in well-formed data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApResult {
    /// The generations.
    pub res_generations: SmallVec<[u32; 2]>,
}

/// How far a `canon` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CanonState {
    /// On its way to the peer that freezes the stream; sent by that peer.
    RequestSentBy(EcoString),
    /// Done. Names a canonical result.
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

impl TraceState {
    /// About how many bytes the state takes in memory.
    pub(crate) fn size(&self) -> usize {
        /// What is around a text, besides its bytes.
        const STRING: usize = 16;
        let behind = match self {
            Self::Fold(FoldResult { lore }) => lore
                .iter()
                .map(|entry| size_of::<FoldSubTraceLore>() + entry.subtraces_desc.len() * size_of::<SubTraceDesc>())
                .sum(),
            Self::Ap(ApResult { res_generations }) => res_generations.len() * size_of::<u32>(),
            Self::Call(CallState::RequestSentBy(
                Sender::PeerId(peer_id) | Sender::PeerIdWithCallId { peer_id, .. },
            ))
            | Self::Canon(CanonState::RequestSentBy(peer_id)) => peer_id.len() + STRING,
            Self::Call(
                CallState::Failed(cid)
                | CallState::Executed(ValueRef::Scalar(cid) | ValueRef::Stream { cid, .. } | ValueRef::Unused(cid)),
            )
            | Self::Canon(CanonState::Executed(cid)) => cid.length(),
            Self::Par(_) => 0,
        };
        size_of::<Self>() + behind
    }
}
