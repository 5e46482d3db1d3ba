//! Inputs and effects as bytes for the log: fixed widths, payloads as digests. Equal runs have equal bytes on every machine.

use aqua_particle::Header;
use aqua_peer::{Effect, Event, EventKind, Frame, InFlight, Input, Job, JobResult, Report};
use aqua_values::Value;

/// Collects the fields of an entry.
struct Fields(Vec<u8>);

impl Fields {
    fn new(kind: u8) -> Self {
        Self(vec![kind])
    }

    fn number(mut self, number: u64) -> Self {
        self.0.extend(number.to_le_bytes());
        self
    }

    fn payload(mut self, bytes: &[u8]) -> Self {
        self.0.extend((bytes.len() as u64).to_le_bytes());
        self.0.extend(&blake3::hash(bytes).as_bytes()[..8]);
        self
    }

    fn text(self, text: &str) -> Self {
        self.payload(text.as_bytes())
    }

    fn header(mut self, header: &Header) -> Self {
        self.0.extend(header.digest());
        self
    }

    fn values<'v>(mut self, values: impl IntoIterator<Item = &'v Value>) -> Self {
        for value in values {
            self = self.text(&value.to_string());
        }
        self
    }
}

/// An input.
pub(crate) fn input(input: &Input) -> Vec<u8> {
    let fields = match input {
        Input::Wakeup => Fields::new(0),
        Input::Connected { connection, peer } => Fields::new(1).number(connection.0).payload(peer.as_bytes()),
        Input::Disconnected { connection } => Fields::new(2).number(connection.0),
        Input::Offer {
            offer,
            connection,
            bytes,
        } => Fields::new(3).number(offer.0).number(connection.0).number(*bytes),
        Input::Received { offer, frame } => {
            let fields = Fields::new(4).number(offer.0);
            match frame {
                Ok(Frame::Particle { header, data }) => fields.header(header).payload(data),
                Ok(Frame::Ignored) => fields,
                Err(reason) => fields.text(&reason.to_string()),
            }
        }
        Input::Rejected { connection, reason } => Fields::new(5).number(connection.0).text(&reason.to_string()),
        Input::Submit { submission, request } => Fields::new(6).number(submission.0).text(&request.script),
        Input::JobFinished { job, result, cpu } => {
            let fields = Fields::new(7).number(job.0).number(cpu.0);
            match result {
                Ok(result) => job_result(fields, result),
                Err(_) => fields,
            }
        }
        Input::CallFinished { call, result, cpu } => {
            let fields = Fields::new(8).number(call.0).number(cpu.0);
            match result {
                Ok(value) => fields.values([value]),
                Err(error) => fields.text(&error.to_string()),
            }
        }
        Input::SendFinished { send, result } => {
            let fields = Fields::new(9).number(send.0);
            match result {
                Ok(bytes) => fields.number(*bytes),
                Err(error) => fields.text(&error.0),
            }
        }
        Input::Records { read, page } => Fields::new(10)
            .number(read.0)
            .number(page.as_ref().map_or(0, |page| page.records.len() as u64)),
        Input::Committed { batch } => Fields::new(11).number(batch.0),
        Input::CommitFailed { batch, error } => Fields::new(12).number(batch.0).text(&error.0),
        Input::Shutdown => Fields::new(13),
        Input::Started { start, result } => {
            let fields = Fields::new(14).number(start.0);
            match result {
                Ok(_) => fields,
                Err(reason) => fields.text(reason),
            }
        }
    };
    fields.0
}

fn job_result(fields: Fields, result: &JobResult) -> Fields {
    match result {
        JobResult::Verified(verdict) => fields.number(u64::from(verdict.is_ok())),
        JobResult::Stepped(done) => match &**done {
            Ok(done) => {
                let outcome = &done.outcome;
                let error = outcome.error.as_ref();
                fields
                    .number(outcome.work.instructions)
                    .number(outcome.work.bytes)
                    .number(outcome.state.size() as u64)
                    .number(error.map_or(0, |error| error.code.unsigned_abs()))
                    .payload(done.data.as_deref().unwrap_or_default())
            }
            Err(message) => fields.text(message),
        },
        JobResult::Answered(Ok(value)) => fields.values([value]),
        JobResult::Answered(Err(error)) => fields.text(&error.to_string()),
    }
}

/// The name of an input, and what identifies it.
pub(crate) fn name(input: &Input) -> String {
    let text = format!("{input:?}");
    shortened(&text)
}

/// An effect, and its text if it is wanted.
pub(crate) fn effect(effect: &Effect, with_text: bool) -> (Vec<u8>, String) {
    let fields = match effect {
        Effect::Accept { offer } => Fields::new(0).number(offer.0),
        Effect::Refuse { offer, reason } => Fields::new(1).number(offer.0).text(&reason.to_string()),
        Effect::Run { job, work } => {
            let fields = Fields::new(2).number(job.0).number(work.expected().0);
            match work {
                Job::Verify(header) => fields.header(header),
                Job::Step(step) => fields.payload(&step.incoming).number(step.results.len() as u64),
                Job::Function(_) => fields,
            }
        }
        Effect::Call { call, request } => Fields::new(3)
            .number(call.0)
            .text(&request.service)
            .text(&request.function)
            .number(request.deadline.0)
            .values(&request.arguments),
        Effect::Send { send, to, header, data } => Fields::new(4)
            .number(send.0)
            .payload(to.as_bytes())
            .header(header)
            .payload(data),
        Effect::Cancel { what } => match what {
            InFlight::Call(call) => Fields::new(5).number(call.0),
            InFlight::Send(send) => Fields::new(6).number(send.0),
        },
        Effect::Read { read, limit, .. } => Fields::new(7).number(read.0).number(u64::from(*limit)),
        Effect::Commit { batch, operations } => Fields::new(8).number(batch.0).number(operations.len() as u64),
        Effect::Report { submission, report } => {
            let fields = Fields::new(9).number(submission.0);
            match report {
                Report::Accepted { particle } => fields.header(particle),
                Report::Called { tag, arguments } => fields.number(u64::from(*tag)).values(arguments),
                Report::StepFailed { code, message } => fields.number(code.unsigned_abs()).text(message),
                Report::Ended(end) => fields.text(&end.to_string()),
            }
        }
        Effect::Emit(event) => emitted(event),
        Effect::Ready => Fields::new(11),
        Effect::Stopped => Fields::new(12),
        Effect::Start {
            start,
            scope,
            service,
            blueprint,
        } => Fields::new(13)
            .number(start.0)
            .number(scope.0)
            .text(service)
            .text(blueprint),
        Effect::Remove { scope, service } => Fields::new(14).number(scope.0).text(service),
    };
    let text = if with_text {
        shortened(&format!("{effect:?}"))
    } else {
        String::new()
    };
    (fields.0, text)
}

fn emitted(event: &Event) -> Fields {
    let fields = Fields::new(10).number(event.scope.0).number(event.at);
    let fields = match &event.particle {
        Some(header) => fields.header(header),
        None => fields,
    };
    match &event.kind {
        // The text of a state is long.
        EventKind::Stepped { elapsed, .. } => fields.text(&format!("Stepped {elapsed:?}")),
        kind => fields.text(&format!("{kind:?}")),
    }
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 300;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
