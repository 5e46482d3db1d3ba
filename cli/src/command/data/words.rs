//! States of a trace in words.

use crate::terminal::Terminal;
use aqua_vm::inspection::{Branch, Entry, Event, Place, Produced, Target, WaitsFor};
use serde_json::Value;

/// Longest text of a value in a table, in characters.
const WIDTH: usize = 60;

/// Peers and values, shortened unless all of them is wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    pub(crate) full: bool,
}

impl Words {
    /// All states of a trace, with headings.
    pub(crate) fn trace(self, trace: &[Entry], terminal: Terminal) {
        terminal.result(&format!("trace of {} {}", trace.len(), plural(trace.len(), "state")));
        let mut before = None;
        for entry in trace {
            if let Some(heading) = self.heading(entry, before) {
                terminal.result(&heading);
            }
            terminal.result(&self.entry(entry));
            before = entry.place;
        }
    }

    /// The state, indented by what it is nested in.
    fn entry(self, entry: &Entry) -> String {
        let indentation = "  ".repeat(entry.depth.min(40) as usize);
        format!("{:>5}  {indentation}{}", entry.position, self.event(&entry.event))
    }

    /// Where a state stands, as a heading, if that isn't where the state before stands.
    fn heading(self, entry: &Entry, before: Option<Place>) -> Option<String> {
        let place = entry.place.filter(|place| Some(*place) != before)?;
        let words = match place.branch {
            Branch::Left => "left".to_owned(),
            Branch::Right => "right".to_owned(),
            Branch::Before(value) => format!("with the value of {value}"),
            Branch::After(value) => format!("after next, with the value of {value}"),
        };
        let indentation = "  ".repeat((entry.depth.min(40) as usize).saturating_sub(1));
        Some(format!("       {indentation}· {words} of {}", place.parent))
    }

    pub(crate) fn event(self, event: &Event) -> String {
        match event {
            Event::Par { left, right } => format!("par, {left} and {right} states"),
            Event::Fold { iterations } => format!("fold over {iterations} {}", plural(*iterations, "value")),
            Event::Ap { generations } => {
                let generations: Vec<String> = generations.iter().map(ToString::to_string).collect();
                format!("ap to generation {}", generations.join(", "))
            }
            Event::Sent { by } => format!("call elsewhere, sent on by {}", self.peer(by)),
            Event::Asked { peer, call_id } => {
                format!("{} waits for its service, request {call_id}", self.peer(peer))
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
                format!("{} → {}{target}", self.who(produced), self.value(&produced.value))
            }
            Event::Failed {
                produced: Some(produced),
                ..
            } => format!("{} failed: {}", self.who(produced), self.value(&produced.value)),
            Event::Called { cid, .. } => format!("call with the missing result {}", self.id(cid)),
            Event::Failed { cid, .. } => format!("failed call with the missing result {}", self.id(cid)),
            Event::Unused { cid } => format!("call whose value {} nobody uses", self.id(cid)),
            Event::CanonSent { by } => format!("canon elsewhere, sent on by {}", self.peer(by)),
            Event::Canon {
                peer: Some(peer),
                values,
                ..
            } => {
                let many = values.len();
                let values = self.value(&Value::from(values.clone()));
                format!("{} froze {many} {}: {values}", self.peer(peer), plural(many, "value"))
            }
            Event::Canon { cid, .. } => format!("canon with the missing result {}", self.id(cid)),
        }
    }

    /// What a peer waits for.
    pub(crate) fn wait(self, waits_for: WaitsFor) -> String {
        match waits_for {
            WaitsFor::Service { call_id } => format!("its own service, request {call_id}"),
            WaitsFor::Call => "a call on another peer".to_owned(),
            WaitsFor::Canon => "a canon on another peer".to_owned(),
        }
    }

    fn who(self, produced: &Produced) -> String {
        let Produced {
            peer,
            service,
            function,
            ..
        } = produced;
        format!("{} {service}.{function}", self.peer(peer))
    }

    /// Beginnings of peer ids are alike, so the end is shown too.
    pub(crate) fn peer(self, peer: &str) -> String {
        self.short(peer, 8, 6)
    }

    /// All content ids begin alike; their ends tell them apart.
    pub(crate) fn id(self, cid: &str) -> String {
        self.short(cid, 2, 8)
    }

    pub(crate) fn value(self, value: &Value) -> String {
        self.json(&value.to_string())
    }

    /// A JSON text.
    pub(crate) fn json(self, text: &str) -> String {
        self.short(text, WIDTH - 10, 9)
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

/// The word for so many.
pub(super) fn plural(many: usize, word: &str) -> String {
    if many == 1 { word.to_owned() } else { format!("{word}s") }
}
