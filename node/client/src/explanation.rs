//! Messages about runs that ended without a result: what failed, what is waited for, on which peer, at which source line.

use crate::client::RunError;
use crate::tracker::{ParticleStatus, PendingCall};
use aqua_values::Value;
use aqua_vm::Program;
use aqua_vm::inspection::{self, AbsorbedError, Blocked, BlockedOn, ErrorSource, Standstill};
use std::fmt;

/// Error codes of the virtual machine.
const SERVICE_ERROR: i64 = 10000;
const LENS_ERROR: i64 = 10007;

/// The maximum number of parts of a list in a message.
const MAX_PARTS: usize = 8;

/// Where the instructions of a script come from.
pub trait ScriptSource {
    /// The source of an instruction, given as an index in the order of the script's text; `None` if it has none.
    fn line(&self, instruction: usize) -> Option<SourceLine>;
}

/// A script without sources.
impl ScriptSource for () {
    fn line(&self, _: usize) -> Option<SourceLine> {
        None
    }
}

/// The line of a source file that an instruction was compiled from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLine {
    /// File and line, such as `main.aqua:10`.
    pub place: String,
    /// The text of the statement or expression.
    pub text: String,
}

/// The message of a [`RunError`].
pub struct Explanation<'e> {
    error: &'e RunError,
    program: Option<Program>,
    source: &'e dyn ScriptSource,
}

impl fmt::Debug for Explanation<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Explanation").field(self.error).finish()
    }
}

impl<'e> Explanation<'e> {
    /// The message without knowledge of the script.
    pub(crate) fn of(error: &'e RunError) -> Self {
        Self {
            error,
            program: None,
            source: &(),
        }
    }

    /// The message with the causes that can be found with the script, and with source lines.
    pub fn new(error: &'e RunError, script: &str, source: &'e dyn ScriptSource) -> Self {
        Self {
            error,
            program: Program::from_air(script).ok(),
            source,
        }
    }

    fn standstill(&self, status: &ParticleStatus) -> Standstill {
        let (Some(program), Some(initiator)) = (&self.program, &status.initiator) else {
            return Standstill::default();
        };
        inspection::standstill(program, &initiator.to_string(), &status.states)
    }

    /// What was found out about a run without a result.
    fn causes(&self, status: &ParticleStatus) -> String {
        let Standstill {
            blocked,
            absorbed,
            uncaught,
        } = self.standstill(status);
        let explains = absorbed.iter().any(|error| error.explains);
        let relevant = absorbed.iter().filter(|error| error.explains || !explains);
        let errors = uncaught.iter().chain(relevant.map(|AbsorbedError { error, .. }| error));
        let mut parts: Vec<String> = errors.map(|error| self.error(error)).collect();
        let (variables, others): (Vec<&Blocked>, Vec<&Blocked>) = blocked
            .iter()
            .partition(|blocked| matches!(blocked.on, BlockedOn::Variable { .. }));
        parts.extend(status.waiting_for.iter().map(|call| self.pending(call, &blocked)));
        let is_pending = |on: &BlockedOn| {
            let same = |call: &PendingCall| {
                matches!(on, BlockedOn::Call { peer, service, function }
                    if *service == *call.service && *function == *call.function && *peer == call.peer.to_string())
            };
            status.waiting_for.iter().any(same)
        };
        let others = others.into_iter().filter(|blocked| !is_pending(&blocked.on));
        parts.extend(others.chain(variables).map(|blocked| self.blocked(blocked)));
        parts.extend(status.sent_to.iter().map(|peer| format!("it was last sent to {peer}")));
        parts.extend(status.problems.iter().cloned());
        let mut unique: Vec<String> = Vec::new();
        for part in parts {
            if !unique.contains(&part) {
                unique.push(part);
            }
        }
        let more = unique.len().saturating_sub(MAX_PARTS);
        unique.truncate(MAX_PARTS);
        if more > 0 {
            unique.push(format!("and {more} more"));
        }
        if unique.is_empty() {
            return "all calls were answered, but no result was reported".to_owned();
        }
        unique.join("; ")
    }

    /// A call that was started and has not answered.
    fn pending(&self, call: &PendingCall, blocked: &[Blocked]) -> String {
        let PendingCall {
            peer,
            service,
            function,
        } = call;
        let same = |blocked: &&Blocked| {
            matches!(&blocked.on, BlockedOn::Call { peer: waiting, service: s, function: f }
                if *s == **service && *f == **function && *waiting == peer.to_string())
        };
        let at = blocked.iter().find(same).map(|blocked| self.at(blocked.instruction));
        let at = at.unwrap_or_default();
        format!("{service}.{function} has not answered on {peer}{at}")
    }

    fn blocked(&self, Blocked { instruction, on }: &Blocked) -> String {
        let at = self.at(*instruction);
        match on {
            BlockedOn::Call {
                peer,
                service,
                function,
            } => format!("{service}.{function} was not called on {peer}{at}"),
            BlockedOn::Peer(peer) => format!("{peer} has not continued{at}"),
            BlockedOn::Variable { name, producers } => {
                let value = self.value(name, producers);
                let producer = producers.iter().find_map(|it| self.source.line(*it));
                let at = producer.map_or(at, |line| format!(" ({})", line.place));
                format!("{value}{at} never got a value")
            }
            BlockedOn::Items {
                stream,
                has,
                needs,
                producers,
            } => {
                let stream = self.value(stream, producers);
                let items = count(*has as u64);
                let wanted = needs.map_or_else(|| "more".to_owned(), |needs| needs.to_string());
                match self.source.line(*instruction) {
                    Some(line) => format!(
                        "{stream} has {items}, and `{}` ({}) waits for {wanted}",
                        line.text, line.place
                    ),
                    None => format!("{stream} has {items}, and the script waits for {wanted}"),
                }
            }
            BlockedOn::Never => format!("the script stops{at}"),
        }
    }

    /// A variable of the script as the source calls it.
    fn value(&self, name: &str, producers: &[usize]) -> String {
        let bare = bare(name);
        let lines: Vec<SourceLine> = producers.iter().filter_map(|it| self.source.line(*it)).collect();
        match lines.first() {
            Some(line) if !lines.iter().any(|line| has_word(&line.text, bare)) => match assigned(&line.text) {
                Some(name) => format!("`{name}`"),
                None => format!("the result of `{}`", line.text),
            },
            _ => format!("`{bare}`"),
        }
    }

    fn error(&self, error: &ErrorSource) -> String {
        let ErrorSource {
            instruction,
            call,
            peer,
            code,
            message,
        } = error;
        let at = self.at(*instruction);
        let on = peer
            .as_ref()
            .filter(|peer| !peer.is_empty())
            .map(|peer| format!(" on {peer}"))
            .unwrap_or_default();
        let message = plain_message(*code, message);
        match call {
            Some((service, function)) if *code == SERVICE_ERROR => {
                format!("{service}.{function} failed{on}{at}: {message}")
            }
            _ => match self.source.line(*instruction) {
                Some(line) => format!("`{}` failed{on}{at}: {message}", line.text),
                None => format!("the script failed{on}: {message}"),
            },
        }
    }

    /// The place of an instruction in parentheses.
    fn at(&self, instruction: usize) -> String {
        let line = self.source.line(instruction);
        line.map(|line| format!(" ({})", line.place)).unwrap_or_default()
    }

    /// An error object that the workflow ended with.
    fn remote(&self, error: &Value) -> String {
        let source = self
            .program
            .as_ref()
            .and_then(|program| inspection::error_source(program, error));
        match (source, error.get("message").and_then(Value::as_str)) {
            (Some(source), _) => self.error(&source),
            (None, Some(message)) => format!("the workflow failed: {message}"),
            (None, None) => format!("the workflow failed: {error}"),
        }
    }
}

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.error {
            RunError::Remote(error) => formatter.write_str(&self.remote(error)),
            RunError::Stuck { particle, status } => {
                let causes = self.causes(status);
                write!(formatter, "no result (particle {particle}): {causes}")
            }
            RunError::TimedOut { particle, ttl, status } => {
                let causes = self.causes(status);
                let ms = ttl.as_millis();
                write!(formatter, "no result within {ms} ms (particle {particle}): {causes}")
            }
            error => write!(formatter, "{error}"),
        }
    }
}

/// A message of the virtual machine in the terms of the language.
fn plain_message(code: i64, message: &str) -> String {
    let quoted = |start: &str, end: &str| message.strip_prefix(start)?.strip_suffix(end);
    match code {
        SERVICE_ERROR => {
            let text = quoted("Local service error, ret_code is ", "'");
            let text = text.and_then(|text| text.split_once(", error message is '"));
            let text = text.map_or(message, |(_, text)| text);
            // Builtins answer with JSON.
            match Value::parse(text) {
                Ok(Value::String(text)) => text.to_string(),
                _ => text.to_owned(),
            }
        }
        LENS_ERROR => {
            let numbers = quoted("lambda is applied to a stream that have only '", "' requested");
            let numbers = numbers.and_then(|numbers| numbers.split_once("' elements, but '"));
            match numbers.and_then(|(size, index)| Some((size.parse().ok()?, index))) {
                Some((size, index)) => format!("index {index} is out of range, there {} {}", is(size), count(size)),
                None => message.to_owned(),
            }
        }
        _ => message.to_owned(),
    }
}

fn is(number: u64) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

fn count(items: u64) -> String {
    match items {
        0 => "no items".to_owned(),
        1 => "1 item".to_owned(),
        many => format!("{many} items"),
    }
}

/// The name of a variable without what the compiler adds: a tag, a number, dashes.
fn bare(name: &str) -> &str {
    let name = name.trim_start_matches(['$', '#', '%']);
    if let Some(argument) = name.strip_prefix('-').and_then(|name| name.strip_suffix("-arg-")) {
        return argument;
    }
    let number = name.rfind('-').filter(|at| {
        let digits = &name[at + 1..];
        !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
    });
    number.filter(|at| *at > 0).map_or(name, |at| &name[..at])
}

/// The name that a statement assigns to.
fn assigned(text: &str) -> Option<&str> {
    let (name, _) = text.split_once(" <- ").or_else(|| text.split_once(" = "))?;
    let name = name.trim_start_matches("par ").trim();
    let is_name = name
        .chars()
        .all(|character| character.is_alphanumeric() || character == '_');
    (is_name && !name.is_empty()).then_some(name)
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    text.split(|character| !is_part(character)).any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_the_compiler_adds() {
        let names = ["x", "x-0", "$s", "$s-12", "-n-arg-", "$-items-arg-", "a_b-x"];
        assert_eq!(names.map(bare), ["x", "x", "s", "s", "n", "items", "a_b-x"]);
    }

    #[test]
    fn messages_of_the_machine_become_plain() {
        let service = "Local service error, ret_code is 1, error message is 'it's late'";
        assert_eq!(plain_message(10000, service), "it's late");
        let index = "lambda is applied to a stream that have only '1' elements, but '5' requested";
        assert_eq!(plain_message(10007, index), "index 5 is out of range, there is 1 item");
        assert_eq!(plain_message(10006, "other"), "other");
    }
}
