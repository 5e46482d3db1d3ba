//! `call`: requests a service of a peer.

use super::Machine;
use super::content_store::ServiceResult;
use super::error_objects::ErrorSite;
use super::fold::Source;
use super::invalidation::Invalidation;
use super::item::Item;
use super::item_value::{Answer, ItemValue, ItemValueRef};
use super::origin::{ORIGIN, Origin};
use super::stream::Generation;
use crate::data::{CallState, Provenance, Sender, TraceState, ValueRef};
use crate::failure::{Catchable, ExecutionError, Side, Uncatchable};
use crate::memory::sizes;
use crate::trace::MetCall;
use crate::{CallError, CallRequest, CallResult, Cid, Tetraplet, Tetraplets};
use aqua_air::{Bytecode, CallOutput, OperandId, Operation, OperationId, ResolvedOperand};
use aqua_values::{TextError, Value, write_string};
use ecow::EcoString;

sizes! {
    TETRAPLET: Tetraplet = 64;
}

/// The operands of a call.
pub(super) struct Call<'p> {
    pub(super) id: OperationId,
    pub(super) peer: OperandId,
    pub(super) service: OperandId,
    pub(super) function: OperandId,
    pub(super) arguments: &'p [OperandId],
    pub(super) output: CallOutput,
}

impl<'p> Call<'p> {
    /// The operation as a call, if it is one.
    pub(super) fn at(id: OperationId, code: &'p Bytecode) -> Option<Self> {
        match code[id] {
            Operation::Call {
                peer,
                service,
                function,
                arguments,
                output,
            } => Some(Self {
                id,
                peer,
                service,
                function,
                arguments: code.list(arguments),
                output,
            }),
            _ => None,
        }
    }
}

impl Machine<'_> {
    pub(super) fn call(&mut self, call: &Call<'_>) -> Result<(), ExecutionError> {
        let tetraplet = match self.triplet(call) {
            Ok(tetraplet) => tetraplet,
            Err(error) => return self.join_or(error, |machine, error| machine.call_error(call, None, error)),
        };
        self.run_call(call, &tetraplet)
            .or_else(|error| self.call_error(call, Some(tetraplet), error))
    }

    fn call_error(
        &mut self,
        call: &Call<'_>,
        tetraplet: Option<Tetraplet>,
        error: ExecutionError,
    ) -> Result<(), ExecutionError> {
        if let ExecutionError::Catchable(error) = &error {
            self.record_error(error, call.id, ErrorSite::Peer(tetraplet))?;
        }
        Err(error)
    }

    fn triplet(&self, call: &Call<'_>) -> Result<Tetraplet, ExecutionError> {
        let tetraplet = Tetraplet {
            peer_pk: self.resolve_text(call.peer)?,
            service_id: self.resolve_text(call.service)?,
            function_name: self.resolve_text(call.function)?,
            lens: EcoString::new(),
        };
        self.check_output(call.output)?;
        Ok(tetraplet)
    }

    /// A call fails before it begins if its result could not be written.
    fn check_output(&self, output: CallOutput) -> Result<(), Uncatchable> {
        let CallOutput::Scalar(slot) = output else {
            return Ok(());
        };
        let name = self.code.name(slot);
        if self.is_iterator(slot) {
            return Err(Uncatchable::IterableShadowing(name.clone()));
        }
        let is_readable = self.scalars.find(slot.index(), &self.levels).flatten().is_some();
        if is_readable && !self.scalars.is_writable(slot.index(), &self.levels) {
            return Err(Uncatchable::ShadowingIsNotAllowed(name.clone()));
        }
        Ok(())
    }

    fn run_call(&mut self, call: &Call<'_>, tetraplet: &Tetraplet) -> Result<(), ExecutionError> {
        let arguments = self.write_arguments(call)?;
        let met = self
            .trace
            .meet_call()
            .map_err(|error| self.trace_error(call.id, error))?;
        let Some(MetCall { state, from, .. }) = met else {
            return self.request(call, tetraplet, arguments, None);
        };
        match state {
            CallState::Failed(cid) => self.meet_failed(tetraplet, arguments, cid),
            CallState::Executed(value) => self.meet_executed(call, tetraplet, arguments, value, from),
            CallState::RequestSentBy(Sender::PeerIdWithCallId { peer_id, call_id }) if peer_id == self.current_peer => {
                match self.call_results.remove(&call_id.to_string()) {
                    Some(result) => self.take_result(call, tetraplet, arguments, result),
                    None => {
                        self.record_call(call.id, call_id);
                        self.complete = false;
                        let sender = Sender::PeerIdWithCallId { peer_id, call_id };
                        self.trace.push(TraceState::Call(CallState::RequestSentBy(sender)));
                        Ok(())
                    }
                }
            }
            CallState::RequestSentBy(_) if tetraplet.peer_pk == self.current_peer => {
                self.request(call, tetraplet, arguments, Some(state))
            }
            CallState::RequestSentBy(_) => {
                self.complete = false;
                self.trace.push(TraceState::Call(state));
                Ok(())
            }
        }
    }

    /// Writes the arguments to the buffer of the content store. The inner error is that of a variable without a value.
    fn write_arguments(&mut self, call: &Call<'_>) -> Result<Result<(), Catchable>, ExecutionError> {
        let mut text = self.content.take_buffer();
        match self.write_operands(call.arguments, &mut text, self.content.allowance()) {
            Ok(written) => Ok(Ok(self.content.keep_buffer(text, written)?)),
            Err(ExecutionError::Catchable(error)) if error.is_joinable() => {
                self.content.give_back(text);
                Ok(Err(*error))
            }
            Err(error) => Err(error),
        }
    }

    /// The hash of the arguments that were written last.
    fn argument_hash(&self, arguments: Result<(), Catchable>) -> Result<Cid, Uncatchable> {
        are_known(arguments)?;
        Ok(self.content.buffer_id())
    }

    /// Checks that a stored result is that of this call.
    fn check_stored(
        &self,
        tetraplet: &Tetraplet,
        arguments: Result<(), Catchable>,
        stored: &Tetraplet,
        stored_hash: &Cid,
    ) -> Result<(), Uncatchable> {
        are_known(arguments)?;
        let hash = self.content.buffer_id();
        if hash != *stored_hash {
            return Err(Uncatchable::InstructionParametersMismatch {
                parameter: "call argument_hash",
                expected: hash.to_string(),
                stored: stored_hash.to_string(),
            });
        }
        if tetraplet != stored {
            return Err(Uncatchable::tetraplet_mismatch("call tetraplet", tetraplet, stored));
        }
        Ok(())
    }

    /// Writes the JSON array of all arguments. The inner error is returned only after all arguments are resolved.
    fn write_operands(
        &self,
        arguments: &[OperandId],
        out: &mut Vec<u8>,
        limit: usize,
    ) -> Result<Result<(), TextError>, ExecutionError> {
        let mut written = Ok(());
        out.push(b'[');
        for (index, argument) in arguments.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            let mut write = |value: ItemValueRef<'_>| written = written.and_then(|()| value.write_element(out, limit));
            match self.code[*argument] {
                ResolvedOperand::String(text) => write_string(out, &self.code[text]),
                ResolvedOperand::Scalar(slot, None) => write(self.scalar(slot)?.value),
                _ => write(self.resolve(*argument)?.value.as_ref()),
            }
        }
        out.push(b']');
        Ok(written.and(if out.len() > limit {
            Err(TextError::TooLong)
        } else {
            Ok(())
        }))
    }

    fn meet_failed(
        &mut self,
        tetraplet: &Tetraplet,
        arguments: Result<(), Catchable>,
        cid: Cid,
    ) -> Result<(), ExecutionError> {
        let ServiceResult {
            value,
            argument_hash,
            tetraplet: stored,
        } = self.content.service_result(&cid)?;
        self.check_stored(tetraplet, arguments, &stored, &argument_hash)?;
        let (code, message) = service_failure(value.get()).map_err(Uncatchable::MalformedCallServiceFailed)?;
        self.complete = false;
        self.own(tetraplet, &cid);
        self.trace.push(TraceState::Call(CallState::Failed(cid)));
        Err(Catchable::LocalService { code, message }.into())
    }

    fn meet_executed(
        &mut self,
        call: &Call<'_>,
        tetraplet: &Tetraplet,
        arguments: Result<(), Catchable>,
        value: ValueRef,
        from: Side,
    ) -> Result<(), ExecutionError> {
        match (&value, call.output) {
            (ValueRef::Scalar(cid), CallOutput::Scalar(slot)) => {
                let item = self.stored_item(tetraplet, arguments, cid)?;
                self.own(tetraplet, cid);
                self.set_scalar(slot, item)?;
            }
            (ValueRef::Stream { cid, generation }, CallOutput::Stream(scope)) => {
                let item = self.stored_item(tetraplet, arguments, cid)?;
                self.own(tetraplet, cid);
                self.add_to_stream(Source::Stream(scope), item, Generation::Known(from, *generation))?;
            }
            (ValueRef::Unused(_), CallOutput::None) => {}
            _ => return Err(Uncatchable::CallResultNotCorrespondToInstruction(value).into()),
        }
        self.trace.push(TraceState::Call(CallState::Executed(value)));
        Ok(())
    }

    fn stored_item(
        &mut self,
        tetraplet: &Tetraplet,
        arguments: Result<(), Catchable>,
        cid: &Cid,
    ) -> Result<Item, ExecutionError> {
        let ServiceResult {
            value,
            argument_hash,
            tetraplet: stored,
        } = self.content.service_result(cid)?;
        self.check_stored(tetraplet, arguments, &stored, &argument_hash)?;
        self.retain(|| ORIGIN);
        let provenance = Provenance::ServiceResult { cid: cid.clone() };
        let origin = Origin::new(stored, provenance);
        Ok(Item::new(value, origin, self.trace.position()))
    }

    /// Requests a call that has no result yet.
    fn request(
        &mut self,
        call: &Call<'_>,
        tetraplet: &Tetraplet,
        arguments: Result<(), Catchable>,
        met: Option<CallState>,
    ) -> Result<(), ExecutionError> {
        if tetraplet.peer_pk != self.current_peer {
            self.complete = false;
            self.next_peers.insert(tetraplet.peer_pk.clone());
            let sender = Sender::PeerId(self.current_peer.clone());
            self.trace.push(TraceState::Call(CallState::RequestSentBy(sender)));
            return Ok(());
        }
        if arguments.is_err() {
            self.complete = false;
            self.trace.extend(met.map(TraceState::Call));
            return Ok(());
        }
        let (arguments, tetraplets) = self.request_arguments(call.arguments)?;
        self.last_call_request_id = self.last_call_request_id.wrapping_add(1);
        self.record_call(call.id, self.last_call_request_id);
        self.complete = false;
        let request = CallRequest {
            service_id: tetraplet.service_id.clone(),
            function_name: tetraplet.function_name.clone(),
            arguments,
            tetraplets,
        };
        self.call_requests.insert(self.last_call_request_id, request);
        let sender = Sender::PeerIdWithCallId {
            peer_id: self.current_peer.clone(),
            call_id: self.last_call_request_id,
        };
        self.trace.push(TraceState::Call(CallState::RequestSentBy(sender)));
        Ok(())
    }

    /// Arguments as services receive them, with the tetraplets of each.
    fn request_arguments(&mut self, operands: &[OperandId]) -> Result<(Vec<Value>, Vec<Tetraplets>), ExecutionError> {
        let mut arguments = Vec::with_capacity(operands.len());
        let mut tetraplets: Vec<Tetraplets> = Vec::with_capacity(operands.len());
        let mut before: Option<Origin> = None;
        for operand in operands {
            if let ResolvedOperand::Scalar(slot, None) = self.code[*operand] {
                self.content.charge(TETRAPLET)?;
                let item = self.scalar(slot)?;
                arguments.push(item.value.get().clone());
                let seen = match (&before, tetraplets.last()) {
                    (Some(before), Some(last)) if before.as_ref().is(item.origin) => last.clone(),
                    _ => {
                        before = Some(item.origin.to_origin());
                        [item.origin.tetraplet()].into()
                    }
                };
                tetraplets.push(seen);
            } else {
                let resolved = self.resolve(*operand)?;
                self.content.charge(resolved.count() * TETRAPLET)?;
                tetraplets.push(resolved.tetraplets());
                arguments.push(resolved.value.into_value());
                before = None;
            }
        }
        Ok((arguments, tetraplets))
    }

    /// The local service has answered a recorded call.
    pub(super) fn resume_call(&mut self, call: &Call<'_>, result: CallResult) -> Result<(), ExecutionError> {
        let tetraplet = self.triplet(call)?;
        let arguments = self.write_arguments(call)?;
        self.take_result(call, &tetraplet, arguments, result.map(ItemValue::from))
            .or_else(|error| self.call_error(call, Some(tetraplet), error))
    }

    /// The local service has answered.
    fn take_result(
        &mut self,
        call: &Call<'_>,
        tetraplet: &Tetraplet,
        arguments: Result<(), Catchable>,
        result: Answer,
    ) -> Result<(), ExecutionError> {
        if tetraplet.peer_pk != self.current_peer {
            self.invalidate(Invalidation::ForeignCall);
        }
        let hash = self.argument_hash(arguments)?;
        let value = match result {
            Ok(value) => value,
            Err(error) => return self.fail_call(tetraplet, &hash, error),
        };
        let stored = match call.output {
            CallOutput::None => self.content.identify(&value).map(|cid| (cid, None)),
            _ => self
                .new_item(tetraplet, &hash, value)
                .map(|(cid, item)| (cid, Some(item))),
        };
        let (cid, item) = match stored {
            Err(Uncatchable::ValueTooDeep) => {
                let error = CallError::unreadable("", &TextError::TooDeep);
                return self.fail_call(tetraplet, &hash, error);
            }
            stored => stored?,
        };
        let executed = match (call.output, item) {
            (CallOutput::Scalar(slot), Some(item)) => {
                self.set_scalar(slot, item)?;
                ValueRef::Scalar(cid)
            }
            (CallOutput::Stream(scope), Some(item)) => {
                self.add_to_stream(Source::Stream(scope), item, Generation::New)?;
                ValueRef::Stream {
                    cid,
                    generation: crate::trace::UNKNOWN_GENERATION,
                }
            }
            _ => ValueRef::Unused(cid),
        };
        self.trace.push(TraceState::Call(CallState::Executed(executed)));
        Ok(())
    }

    fn new_item(
        &mut self,
        tetraplet: &Tetraplet,
        argument_hash: &Cid,
        value: ItemValue,
    ) -> Result<(Cid, Item), Uncatchable> {
        let cid = self.content.add_service_result(&value, argument_hash, tetraplet)?;
        self.own(tetraplet, &cid);
        self.retain(|| ORIGIN + value.size());
        let provenance = Provenance::ServiceResult { cid: cid.clone() };
        let origin = Origin::new(tetraplet.clone(), provenance);
        let item = Item::new(value, origin, self.trace.position());
        Ok((cid, item))
    }

    fn fail_call(
        &mut self,
        tetraplet: &Tetraplet,
        argument_hash: &Cid,
        CallError { code, message }: CallError,
    ) -> Result<(), ExecutionError> {
        // Other peers would take 0 for success.
        let code = if code == 0 { i32::MAX } else { code };
        let value = ItemValue::from(Value::object([
            (EcoString::inline("message"), message.clone().into()),
            (EcoString::inline("ret_code"), i64::from(code).into()),
        ]));
        let cid = self.content.add_service_result(&value, argument_hash, tetraplet)?;
        self.own(tetraplet, &cid);
        self.trace.push(TraceState::Call(CallState::Failed(cid)));
        Err(Catchable::LocalService { code, message }.into())
    }

    /// Marks a result of this peer to be signed by it.
    fn own(&mut self, tetraplet: &Tetraplet, cid: &Cid) {
        if tetraplet.peer_pk == self.current_peer {
            self.content.own_cids.push(cid.clone());
        }
    }
}

/// Data must not have the result of a call whose arguments are unknown.
fn are_known(arguments: Result<(), Catchable>) -> Result<(), Uncatchable> {
    arguments.map_err(|error| match error {
        Catchable::VariableNotFound(name) => Uncatchable::ExecutedWithoutArguments(name),
        error => Uncatchable::ExecutedWithoutArguments(error.to_string().into()),
    })
}

/// Code and message of a stored failure.
fn service_failure(value: &Value) -> Result<(i32, EcoString), aqua_values::Error> {
    #[derive(serde::Deserialize)]
    struct CallServiceFailed {
        ret_code: i32,
        message: EcoString,
    }

    let CallServiceFailed { ret_code, message } = aqua_values::from_value(value)?;
    Ok((ret_code, message))
}
