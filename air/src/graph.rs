//! How control flows over peers, as a graph in the languages of Graphviz and Mermaid.
//!
//! Calls and `canon`s are boxes, grouped by peer; what one peer does in a row is one box. Signs between them say where
//! control forks, loops, or goes on after an error. Instructions that have no peer and change no control (`ap`, `new`, `null`) are left out.

use crate::pseudocode::{call_text, hop};
use crate::{Failure, Instruction, InstructionId, Script};
use ecow::EcoString;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;
use std::fmt::{self, Write};

/// The control flow of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    /// As the script names them, in order of appearance.
    peers: IndexSet<String, FxBuildHasher>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Node {
    shape: Shape,
    /// Lines of text.
    lines: Vec<String>,
    /// Position in the list of peers.
    peer: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// What a peer does.
    Box,
    /// A choice or a loop.
    Diamond,
    /// Where control begins, forks, joins or ends.
    Round,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Edge {
    from: usize,
    to: usize,
    label: &'static str,
    /// Whether control only goes this way sometimes.
    dashed: bool,
}

/// Where control is: at a node, to be left by an edge with that label.
#[derive(Clone, Copy)]
struct At {
    node: usize,
    label: &'static str,
    dashed: bool,
}

enum Step {
    Visit(InstructionId),
    /// Control goes on from there in place of where it came to; that is remembered.
    Switch(Option<At>),
    /// Control comes together from where it is and from what was remembered.
    Join(&'static str),
    /// What runs at the end of a fold goes nowhere: each iteration goes on after its `next`.
    Forget,
    /// The fold ends: control goes on from its node.
    End(usize),
}

impl Graph {
    /// The graph of a script.
    ///
    /// ```
    /// let script = aqua_air::read(r#"(seq (call "a" ("s" "f") [] x) (call "b" ("s" "g") [x]))"#).expect("valid");
    /// assert!(aqua_air::Graph::of(&script).to_mermaid().contains("x = s.f()"));
    /// ```
    pub fn of(script: &Script) -> Self {
        let graph = Self {
            nodes: vec![Node {
                shape: Shape::Round,
                lines: vec!["start".to_owned()],
                peer: None,
            }],
            edges: Vec::new(),
            peers: IndexSet::default(),
        };
        let mut builder = Builder {
            script,
            graph,
            at: from(0, ""),
            remembered: Vec::new(),
            folds: Vec::new(),
            steps: script.root().map(Step::Visit).into_iter().collect(),
        };
        while let Some(step) = builder.steps.pop() {
            builder.step(step);
        }
        builder.graph
    }

    /// In the language of Graphviz.
    pub fn to_dot(&self) -> String {
        let mut out = String::from("digraph script {\n  node [fontname=\"monospace\"];\n");
        self.write_dot(&mut out).expect("writing to a string succeeds");
        out + "}\n"
    }

    fn write_dot(&self, out: &mut String) -> fmt::Result {
        let write_node = |out: &mut String, id: usize, node: &Node| {
            let (shape, end) = match node.shape {
                Shape::Box => ("box", "\\l"),
                Shape::Diamond => ("diamond", ""),
                Shape::Round => ("ellipse", ""),
            };
            let label: String = node.lines.iter().map(|line| escaped(line, "\\\"") + end).collect();
            writeln!(out, "  n{id} [shape={shape}, label=\"{label}\"];")
        };
        let (by_peer, others) = self.by_peer();
        for (number, (peer, nodes)) in self.peers.iter().zip(by_peer).enumerate() {
            writeln!(
                out,
                "  subgraph cluster_{number} {{\n  label=\"{}\";",
                escaped(peer, "\\\"")
            )?;
            nodes.iter().try_for_each(|id| write_node(out, *id, &self.nodes[*id]))?;
            writeln!(out, "  }}")?;
        }
        others
            .iter()
            .try_for_each(|id| write_node(out, *id, &self.nodes[*id]))?;
        for Edge {
            from,
            to,
            label,
            dashed,
        } in &self.edges
        {
            let style = match (label.is_empty(), dashed) {
                (true, _) => String::new(),
                (false, false) => format!(" [label=\"{label}\"]"),
                (false, true) => format!(" [label=\"{label}\", style=dashed]"),
            };
            writeln!(out, "  n{from} -> n{to}{style};")?;
        }
        Ok(())
    }

    /// In the language of Mermaid, which many viewers of Markdown draw.
    pub fn to_mermaid(&self) -> String {
        let mut out = String::from("flowchart TB\n");
        self.write_mermaid(&mut out).expect("writing to a string succeeds");
        out
    }

    fn write_mermaid(&self, out: &mut String) -> fmt::Result {
        let write_node = |out: &mut String, id: usize, node: &Node| {
            let (open, close) = match node.shape {
                Shape::Box => ("[\"", "\"]"),
                Shape::Diamond => ("{\"", "\"}"),
                Shape::Round => ("([\"", "\"])"),
            };
            let label: Vec<String> = node.lines.iter().map(|line| entities(line)).collect();
            writeln!(out, "  n{id}{open}{}{close}", label.join("<br>"))
        };
        let (by_peer, others) = self.by_peer();
        for (number, (peer, nodes)) in self.peers.iter().zip(by_peer).enumerate() {
            writeln!(out, "  subgraph p{number}[\"{}\"]", entities(peer))?;
            nodes.iter().try_for_each(|id| write_node(out, *id, &self.nodes[*id]))?;
            writeln!(out, "  end")?;
        }
        others
            .iter()
            .try_for_each(|id| write_node(out, *id, &self.nodes[*id]))?;
        for Edge {
            from,
            to,
            label,
            dashed,
        } in &self.edges
        {
            let arrow = if *dashed { "-.->" } else { "-->" };
            let label = if label.is_empty() {
                String::new()
            } else {
                format!("|{label}|")
            };
            writeln!(out, "  n{from} {arrow}{label} n{to}")?;
        }
        Ok(())
    }

    /// The nodes of each peer, and those of none.
    fn by_peer(&self) -> (Vec<Vec<usize>>, Vec<usize>) {
        let (mut by_peer, mut others) = (vec![Vec::new(); self.peers.len()], Vec::new());
        for (id, node) in self.nodes.iter().enumerate() {
            node.peer.map_or(&mut others, |peer| &mut by_peer[peer]).push(id);
        }
        (by_peer, others)
    }
}

struct Builder<'s> {
    script: &'s Script,
    graph: Graph,
    /// None where control doesn't come.
    at: Option<At>,
    remembered: Vec<Option<At>>,
    /// Folds around the current place: iterator and node.
    folds: Vec<(EcoString, usize)>,
    steps: Vec<Step>,
}

impl Builder<'_> {
    fn step(&mut self, step: Step) {
        match step {
            Step::Visit(id) => self.visit(id),
            Step::Switch(at) => {
                self.remembered.push(self.at);
                self.at = at;
            }
            Step::Join(text) => {
                let other = self.remembered.pop().expect("each join has a switch before it");
                if self.at.is_some() && other.is_some() {
                    let join = self.node(Shape::Round, text.to_owned(), None);
                    self.edge(other, join);
                } else {
                    self.at = self.at.or(other);
                }
            }
            Step::Forget => {
                self.remembered.pop();
            }
            Step::End(fold) => {
                self.folds.pop();
                self.at = from(fold, "done");
            }
        }
    }

    fn visit(&mut self, id: InstructionId) {
        let instruction = &self.script[id];
        if let Some(peer) = hop(self.script, id) {
            return self.act(&peer, "hop".to_owned());
        }
        match instruction {
            Instruction::Call { peer, .. } => {
                let text = call_text(instruction).unwrap_or_default();
                self.act(&peer.to_string(), text);
            }
            Instruction::Canon { peer, source, target } => {
                self.act(&peer.to_string(), format!("{target} = freeze {source}"));
            }
            Instruction::Ap { .. } | Instruction::ApMap { .. } | Instruction::Null => {}
            Instruction::Seq(first, second) => {
                self.steps.extend([Step::Visit(*second), Step::Visit(*first)]);
            }
            Instruction::Par(left, right) => {
                let fork = self.node(Shape::Round, "par".to_owned(), None);
                self.branches("joined", *left, from(fork, ""), *right);
            }
            Instruction::Xor(tried, caught) => {
                let fork = self.node(Shape::Round, "try".to_owned(), None);
                let error = Some(At {
                    node: fork,
                    label: "error",
                    dashed: true,
                });
                self.branches("after", *tried, error, *caught);
            }
            Instruction::Never => {
                self.node(Shape::Round, "wait forever".to_owned(), None);
                self.at = None;
            }
            Instruction::New { body, .. } => self.steps.push(Step::Visit(*body)),
            Instruction::Fail(failure) => {
                let text = match failure {
                    Failure::Value(value) => format!("fail {value}"),
                    Failure::Code(code, message) => format!("fail {code} \"{message}\""),
                };
                self.node(Shape::Round, text, None);
                self.at = None;
            }
            Instruction::Fold {
                iterable,
                iterator,
                body,
                last,
            } => {
                let node = self.node(Shape::Diamond, format!("{iterator} in {iterable}"), None);
                self.at = from(node, "each");
                self.folds.push((iterator.clone(), node));
                if let Some(last) = last {
                    self.steps.extend([
                        Step::End(node),
                        Step::Forget,
                        Step::Visit(*last),
                        Step::Switch(from(node, "at the end")),
                        Step::Visit(*body),
                    ]);
                } else {
                    self.steps.extend([Step::End(node), Step::Visit(*body)]);
                }
            }
            Instruction::Next { iterator } => {
                let fold = self.folds.iter().rev().find(|(name, _)| name == iterator);
                if let Some((_, node)) = fold {
                    let next = self.at.map(|at| At { label: "next", ..at });
                    self.edge(next, *node);
                }
            }
            Instruction::Match { left, right, body } => self.choice(format!("{left} == {right}"), *body),
            Instruction::Mismatch { left, right, body } => self.choice(format!("{left} != {right}"), *body),
        }
    }

    /// One instruction, then another one from elsewhere, then what follows both.
    fn branches(&mut self, join: &'static str, first: InstructionId, elsewhere: Option<At>, second: InstructionId) {
        self.steps.extend([
            Step::Join(join),
            Step::Visit(second),
            Step::Switch(elsewhere),
            Step::Visit(first),
        ]);
    }

    fn choice(&mut self, text: String, body: InstructionId) {
        let node = self.node(Shape::Diamond, text, None);
        self.at = from(node, "yes");
        self.steps.push(Step::Visit(body));
    }

    /// A peer does something: in the box where control is, if that is the same peer's and leads nowhere yet.
    fn act(&mut self, peer: &str, text: String) {
        let peer = self.graph.peers.insert_full(peer.to_owned()).0;
        let last = self.graph.nodes.len() - 1;
        let is_left = self.graph.edges.last().is_some_and(|edge| edge.from == last);
        match (self.at, &mut self.graph.nodes[last]) {
            (Some(At { node, label: "", .. }), box_) if node == last && !is_left && box_.peer == Some(peer) => {
                box_.lines.push(text);
            }
            _ => {
                self.node(Shape::Box, text, Some(peer));
            }
        }
    }

    /// A new node, to which control goes and at which it is then.
    fn node(&mut self, shape: Shape, text: String, peer: Option<usize>) -> usize {
        let node = self.graph.nodes.len();
        self.graph.nodes.push(Node {
            shape,
            lines: vec![text],
            peer,
        });
        self.edge(self.at, node);
        self.at = from(node, "");
        node
    }

    fn edge(&mut self, at: Option<At>, to: usize) {
        self.graph.edges.extend(at.map(|at| Edge {
            from: at.node,
            to,
            label: at.label,
            dashed: at.dashed,
        }));
    }
}

fn from(node: usize, label: &'static str) -> Option<At> {
    let dashed = false;
    Some(At { node, label, dashed })
}

/// The text with a backslash before those characters, and without line breaks.
fn escaped(text: &str, characters: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if characters.contains(char) {
            out.push('\\');
        }
        out.push(if char.is_control() { ' ' } else { char });
    }
    out
}

/// The text with what Mermaid would take for its own signs as entities.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            char if char.is_control() => out.push(' '),
            char => out.push(char),
        }
    }
    out
}
