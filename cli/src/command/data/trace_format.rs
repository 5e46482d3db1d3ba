//! Prints the states of a trace as text.

use crate::terminal::Terminal;
use aqua_vm::inspection::{Branch, Entry, Event, Location, Produced, Target, WaitsFor};
use serde_json::Value;

/// The maximum length of a printed value, in characters.
const MAX_VALUE_LENGTH: usize = 60;

/// Formats peer ids, content ids, values and states.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TraceFormat {
    /// Whether to print ids and values in full.
    pub(crate) full: bool,
}

impl TraceFormat {
    /// Prints all states of a trace, with a heading for each branch.
    pub(crate) fn trace(self, trace: &[Entry], terminal: Terminal) {
        terminal.result(&format!("trace of {} {}", trace.len(), plural(trace.len(), "state")));
        let mut before = None;
        for entry in trace {
            if let Some(heading) = self.heading(entry, before) {
                terminal.result(&heading);
            }
            terminal.result(&self.entry(entry));
            before = entry.location;
        }
    }

    /// A state, indented by its depth.
    fn entry(self, entry: &Entry) -> String {
        let indentation = "  ".repeat(entry.depth.min(40) as usize);
        format!("{:>5}  {indentation}{}", entry.position, self.event(&entry.event))
    }

    /// A heading if the state is in another branch than the previous one.
    fn heading(self, entry: &Entry, before: Option<Location>) -> Option<String> {
        let location = entry.location.filter(|location| Some(*location) != before)?;
        let branch = match location.branch {
            Branch::Left => "left".to_owned(),
            Branch::Right => "right".to_owned(),
            Branch::Before(value) => format!("iteration with the value of {value}"),
            Branch::After(value) => format!("after next, iteration with the value of {value}"),
        };
        let indentation = "  ".repeat((entry.depth.min(40) as usize).saturating_sub(1));
        Some(format!("       {indentation}· {branch} of {}", location.parent))
    }

    pub(crate) fn event(self, event: &Event) -> String {
        match event {
            Event::Par { left, right } => format!("par, {left} and {right} states"),
            Event::Fold { iterations } => format!("fold over {iterations} {}", plural(*iterations, "value")),
            Event::Ap { generations } => {
                let generations: Vec<String> = generations.iter().map(ToString::to_string).collect();
                format!("ap to generation {}", generations.join(", "))
            }
            Event::Sent { by } => format!("call on another peer, forwarded by {}", self.peer(by)),
            Event::Asked { peer, call_id } => {
                format!("{} waits for a service result, call request {call_id}", self.peer(peer))
            }
            Event::Called {
                produced: Some(produced),
                target,
                ..
            } => {
                let target = match target {
                    Target::Scalar => String::new(),
                    Target::Stream(generation) => format!(", to generation {generation}"),
                };
                format!("{} → {}{target}", self.call(produced), self.value(&produced.value))
            }
            Event::Failed {
                produced: Some(produced),
                ..
            } => format!("{} failed: {}", self.call(produced), self.value(&produced.value)),
            Event::Called { cid, .. } => format!("call with missing result {}", self.id(cid)),
            Event::Failed { cid, .. } => format!("failed call with missing result {}", self.id(cid)),
            Event::Unused { cid } => format!("call with unused result {}", self.id(cid)),
            Event::CanonSent { by } => format!("canon on another peer, forwarded by {}", self.peer(by)),
            Event::Canon {
                peer: Some(peer),
                values,
                ..
            } => {
                let many = values.len();
                let values = self.value(&Value::from(values.clone()));
                format!(
                    "{} canonicalised {many} {}: {values}",
                    self.peer(peer),
                    plural(many, "value")
                )
            }
            Event::Canon { cid, .. } => format!("canon with missing result {}", self.id(cid)),
        }
    }

    /// What a peer waits for, as in `PEER waits for …`.
    pub(crate) fn wait(self, waits_for: WaitsFor) -> String {
        match waits_for {
            WaitsFor::Service { call_id } => format!("a service result, call request {call_id}"),
            WaitsFor::Call => "a call on another peer".to_owned(),
            WaitsFor::Canon => "a canon on another peer".to_owned(),
        }
    }

    fn call(self, produced: &Produced) -> String {
        let Produced {
            peer,
            service,
            function,
            ..
        } = produced;
        format!("{} {service}.{function}", self.peer(peer))
    }

    /// Shortens a peer id. All ids start alike, so the end is kept too.
    pub(crate) fn peer(self, peer: &str) -> String {
        self.short(peer, 8, 6)
    }

    /// Shortens a content id. All ids start alike, so the end is kept.
    pub(crate) fn id(self, cid: &str) -> String {
        self.short(cid, 2, 8)
    }

    pub(crate) fn value(self, value: &Value) -> String {
        self.json(&value.to_string())
    }

    /// Shortens JSON text.
    pub(crate) fn json(self, text: &str) -> String {
        self.short(text, MAX_VALUE_LENGTH - 10, 9)
    }

    fn short(self, text: &str, head: usize, tail: usize) -> String {
        let many = text.chars().count();
        if self.full || many <= head + tail + 1 {
            return text.to_owned();
        }
        let (head, tail): (String, String) = (
            text.chars().take(head).collect(),
            text.chars().skip(many - tail).collect(),
        );
        format!("{head}…{tail}")
    }
}

/// The singular or plural of `word`.
pub(super) fn plural(many: usize, word: &str) -> String {
    if many == 1 { word.to_owned() } else { format!("{word}s") }
}
