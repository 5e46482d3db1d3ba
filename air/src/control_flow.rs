//! Control-flow graphs of scripts, in the DOT and Mermaid languages.
//!
//! Calls and `canon` are boxes, grouped by peer; consecutive instructions on one peer share a box. Other nodes show where
//! control forks, loops or continues after an error. Instructions without a peer that do not affect control flow (`ap`, `new`,
//! `null`) are omitted.

use crate::pseudocode::{call_text, hop};
use crate::{FailOperand, Instruction, InstructionId, Script};
use ecow::EcoString;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

/// The control-flow graph of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlFlowGraph {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    /// Peers as written in the script, in the order of first use.
    peers: IndexSet<String, FxBuildHasher>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Node {
    shape: Shape,
    /// Lines of the label.
    lines: Vec<String>,
    /// Index in the table of peers.
    peer: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Instructions on a peer.
    Box,
    /// A choice or a loop.
    Diamond,
    /// Start, fork, join or end of control flow.
    Round,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Edge {
    from: usize,
    to: usize,
    label: &'static str,
    /// Whether the edge is taken only in case of an error.
    dashed: bool,
}

/// The source of the next edge.
#[derive(Clone, Copy)]
struct EdgeSource {
    node: usize,
    label: &'static str,
    dashed: bool,
}

enum Step {
    Visit(InstructionId),
    /// Saves the current edge source and continues from another one.
    Switch(Option<EdgeSource>),
    /// Joins the current edge source with the saved one.
    Join(&'static str),
    /// Drops the saved edge source. The last instruction of a fold has no successor: each iteration continues after its
    /// `next`.
    DropSaved,
    /// Ends a fold and continues from its node.
    EndFold(usize),
}

impl ControlFlowGraph {
    /// Builds the graph of a script.
    ///
    /// ```
    /// let script = aqua_air::parse(r#"(seq (call "a" ("s" "f") [] x) (call "b" ("s" "g") [x]))"#).expect("valid");
    /// assert!(aqua_air::ControlFlowGraph::new(&script).to_mermaid().contains("x = s.f()"));
    /// ```
    pub fn new(script: &Script) -> Self {
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
            source: edge_from(0, ""),
            saved: Vec::new(),
            folds: Vec::new(),
            steps: script.root().map(Step::Visit).into_iter().collect(),
        };
        while let Some(step) = builder.steps.pop() {
            builder.step(step);
        }
        builder.graph
    }

    /// Formats the graph in the DOT language of Graphviz.
    pub fn to_dot(&self) -> String {
        format!(
            "digraph script {{\n  node [fontname=\"monospace\"];\n{}}}\n",
            self.statements(&DOT)
        )
    }

    /// Formats the graph in the Mermaid language, which many Markdown viewers render.
    pub fn to_mermaid(&self) -> String {
        format!("flowchart TB\n{}", self.statements(&MERMAID))
    }

    /// Writes the nodes of each peer as a subgraph, then the nodes without a peer and the edges.
    fn statements(&self, language: &GraphLanguage) -> String {
        let node = |id: usize| (language.node)(id, &self.nodes[id]);
        let (by_peer, others) = self.by_peer();
        let mut lines = Vec::new();
        for (number, (peer, nodes)) in self.peers.iter().zip(by_peer).enumerate() {
            lines.push((language.subgraph)(number, peer));
            lines.extend(nodes.into_iter().map(node));
            lines.push(language.end.to_owned());
        }
        lines.extend(others.into_iter().map(node));
        lines.extend(self.edges.iter().map(language.edge));
        lines.iter().map(|line| format!("  {line}\n")).collect()
    }

    /// Groups node ids by peer. The second list holds the nodes without a peer.
    fn by_peer(&self) -> (Vec<Vec<usize>>, Vec<usize>) {
        let (mut by_peer, mut others) = (vec![Vec::new(); self.peers.len()], Vec::new());
        for (id, node) in self.nodes.iter().enumerate() {
            node.peer.map_or(&mut others, |peer| &mut by_peer[peer]).push(id);
        }
        (by_peer, others)
    }
}

/// How a language for graphs writes their parts.
struct GraphLanguage {
    /// Opens the subgraph of a peer.
    subgraph: fn(usize, &str) -> String,
    /// Closes a subgraph.
    end: &'static str,
    node: fn(usize, &Node) -> String,
    edge: fn(&Edge) -> String,
}

const DOT: GraphLanguage = GraphLanguage {
    subgraph: |number, peer| format!("subgraph cluster_{number} {{\n  label=\"{}\";", escaped(peer, "\\\"")),
    end: "}",
    node: |id, node| {
        let (shape, end) = match node.shape {
            Shape::Box => ("box", "\\l"),
            Shape::Diamond => ("diamond", ""),
            Shape::Round => ("ellipse", ""),
        };
        let label: String = node.lines.iter().map(|line| escaped(line, "\\\"") + end).collect();
        format!("n{id} [shape={shape}, label=\"{label}\"];")
    },
    edge: |edge| {
        let Edge {
            from,
            to,
            label,
            dashed,
        } = edge;
        let style = match (label.is_empty(), dashed) {
            (true, _) => String::new(),
            (false, false) => format!(" [label=\"{label}\"]"),
            (false, true) => format!(" [label=\"{label}\", style=dashed]"),
        };
        format!("n{from} -> n{to}{style};")
    },
};

const MERMAID: GraphLanguage = GraphLanguage {
    subgraph: |number, peer| format!("subgraph p{number}[\"{}\"]", entities(peer)),
    end: "end",
    node: |id, node| {
        let (open, close) = match node.shape {
            Shape::Box => ("[\"", "\"]"),
            Shape::Diamond => ("{\"", "\"}"),
            Shape::Round => ("([\"", "\"])"),
        };
        let label: Vec<String> = node.lines.iter().map(|line| entities(line)).collect();
        format!("n{id}{open}{}{close}", label.join("<br>"))
    },
    edge: |edge| {
        let Edge {
            from,
            to,
            label,
            dashed,
        } = edge;
        let arrow = if *dashed { "-.->" } else { "-->" };
        let label = if label.is_empty() {
            String::new()
        } else {
            format!("|{label}|")
        };
        format!("n{from} {arrow}{label} n{to}")
    },
};

struct Builder<'s> {
    script: &'s Script,
    graph: ControlFlowGraph,
    /// `None` if the next instruction is unreachable.
    source: Option<EdgeSource>,
    saved: Vec<Option<EdgeSource>>,
    /// Iterators and nodes of the enclosing folds, innermost last.
    folds: Vec<(EcoString, usize)>,
    steps: Vec<Step>,
}

impl Builder<'_> {
    fn step(&mut self, step: Step) {
        match step {
            Step::Visit(id) => self.visit(id),
            Step::Switch(source) => {
                self.saved.push(self.source);
                self.source = source;
            }
            Step::Join(text) => {
                let other = self.saved.pop().expect("each join follows a switch");
                if self.source.is_some() && other.is_some() {
                    let join = self.node(Shape::Round, text.to_owned(), None);
                    self.edge(other, join);
                } else {
                    self.source = self.source.or(other);
                }
            }
            Step::DropSaved => {
                self.saved.pop();
            }
            Step::EndFold(fold) => {
                self.folds.pop();
                self.source = edge_from(fold, "done");
            }
        }
    }

    fn visit(&mut self, id: InstructionId) {
        let instruction = &self.script[id];
        if let Some(peer) = hop(self.script, id) {
            return self.add_to_peer(&peer, "hop".to_owned());
        }
        match instruction {
            Instruction::Call { peer, .. } => {
                let text = call_text(instruction).unwrap_or_default();
                self.add_to_peer(&peer.to_string(), text);
            }
            Instruction::Canon { peer, source, target } => {
                self.add_to_peer(&peer.to_string(), format!("{target} = canon {source}"));
            }
            Instruction::Ap { .. } | Instruction::ApMap { .. } | Instruction::Null => {}
            Instruction::Seq(first, second) => {
                self.steps.extend([Step::Visit(*second), Step::Visit(*first)]);
            }
            Instruction::Par(left, right) => {
                let fork = self.node(Shape::Round, "par".to_owned(), None);
                self.branches("joined", *left, edge_from(fork, ""), *right);
            }
            Instruction::Xor(tried, caught) => {
                let fork = self.node(Shape::Round, "try".to_owned(), None);
                let error = Some(EdgeSource {
                    node: fork,
                    label: "error",
                    dashed: true,
                });
                self.branches("after", *tried, error, *caught);
            }
            Instruction::Never => {
                self.node(Shape::Round, "wait forever".to_owned(), None);
                self.source = None;
            }
            Instruction::New { body, .. } => self.steps.push(Step::Visit(*body)),
            Instruction::Fail(failure) => {
                let text = match failure {
                    FailOperand::Operand(value) => format!("fail {value}"),
                    FailOperand::Code(code, message) => format!("fail {code} \"{message}\""),
                };
                self.node(Shape::Round, text, None);
                self.source = None;
            }
            Instruction::Fold {
                iterable,
                iterator,
                body,
                last,
            } => {
                let node = self.node(Shape::Diamond, format!("{iterator} in {iterable}"), None);
                self.source = edge_from(node, "each");
                self.folds.push((iterator.clone(), node));
                if let Some(last) = last {
                    self.steps.extend([
                        Step::EndFold(node),
                        Step::DropSaved,
                        Step::Visit(*last),
                        Step::Switch(edge_from(node, "at the end")),
                        Step::Visit(*body),
                    ]);
                } else {
                    self.steps.extend([Step::EndFold(node), Step::Visit(*body)]);
                }
            }
            Instruction::Next { iterator } => {
                let fold = self.folds.iter().rev().find(|(name, _)| name == iterator);
                if let Some((_, node)) = fold {
                    let next = self.source.map(|source| EdgeSource {
                        label: "next",
                        ..source
                    });
                    self.edge(next, *node);
                }
            }
            Instruction::Match { left, right, body } => self.choice(format!("{left} == {right}"), *body),
            Instruction::Mismatch { left, right, body } => self.choice(format!("{left} != {right}"), *body),
        }
    }

    /// Visits `first`, then `second` from another edge source, and joins them.
    fn branches(
        &mut self,
        join: &'static str,
        first: InstructionId,
        source: Option<EdgeSource>,
        second: InstructionId,
    ) {
        self.steps.extend([
            Step::Join(join),
            Step::Visit(second),
            Step::Switch(source),
            Step::Visit(first),
        ]);
    }

    fn choice(&mut self, text: String, body: InstructionId) {
        let node = self.node(Shape::Diamond, text, None);
        self.source = edge_from(node, "yes");
        self.steps.push(Step::Visit(body));
    }

    /// Adds a line to the current box if it belongs to the peer and has no outgoing edge; otherwise adds a box.
    fn add_to_peer(&mut self, peer: &str, text: String) {
        let peer = self.graph.peers.insert_full(peer.to_owned()).0;
        let last = self.graph.nodes.len() - 1;
        let has_edge = self.graph.edges.last().is_some_and(|edge| edge.from == last);
        match (self.source, &mut self.graph.nodes[last]) {
            (Some(EdgeSource { node, label: "", .. }), box_)
                if node == last && !has_edge && box_.peer == Some(peer) =>
            {
                box_.lines.push(text);
            }
            _ => {
                self.node(Shape::Box, text, Some(peer));
            }
        }
    }

    /// Adds a node with an edge from the current source, and makes it the source.
    fn node(&mut self, shape: Shape, text: String, peer: Option<usize>) -> usize {
        let node = self.graph.nodes.len();
        self.graph.nodes.push(Node {
            shape,
            lines: vec![text],
            peer,
        });
        self.edge(self.source, node);
        self.source = edge_from(node, "");
        node
    }

    fn edge(&mut self, source: Option<EdgeSource>, to: usize) {
        self.graph.edges.extend(source.map(|source| Edge {
            from: source.node,
            to,
            label: source.label,
            dashed: source.dashed,
        }));
    }
}

fn edge_from(node: usize, label: &'static str) -> Option<EdgeSource> {
    let dashed = false;
    Some(EdgeSource { node, label, dashed })
}

/// Escapes `characters` with a backslash and replaces control characters by spaces.
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

/// Replaces the special characters of Mermaid by entities.
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
