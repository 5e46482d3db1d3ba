//! Equivalence of scripts.
//!
//! Two scripts are equivalent if their normal forms are equal as text. The normal form removes differences that can't be observed:
//!
//! * names: variables are numbered in the order of their first use, those of `new` and `fold` by scope;
//! * nesting: `seq`, `par` and `xor` become lists, `(null)` in a `seq` is removed;
//! * copies: a scalar that exactly one `ap` writes is replaced by the source of the `ap`, with composed lenses; also if the source
//!   is `:error:`, unless the scalar is new there;
//! * the order of consecutive insertions to a map, and of directly nested `new`s; `new` of unused variables;
//! * the form of a visit without a call: it becomes `hop`.
//!
//! Everything else is significant: calls with peer, arguments and result, order, alternatives, scopes, canons, hops.

mod resolve;

use aqua_air::Script;
use resolve::{Name, Step, Term, Tree};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The normal form of a script, one instruction per line.
pub fn normal_form(script: &Script) -> String {
    let (mut tree, names) = resolve::resolve(script);
    copies_vanish(&mut tree, names);
    let tree = tidy(tree);
    let mut used = Numbers::default();
    let mut out = String::new();
    used.write(&tree, 0, &mut out);
    out
}

/// Replaces scalars that exactly one `ap` writes with the source of that `ap`.
fn copies_vanish(tree: &mut Tree, names: usize) {
    let mut fills: Vec<u32> = vec![0; names];
    let mut sources: BTreeMap<Name, Term> = BTreeMap::new();
    tree.visit(&mut |node| match node {
        Tree::Ap(source, target) if target.is_scalar() => {
            fills[target.index()] += 1;
            sources.insert(*target, source.clone());
        }
        Tree::New(names, _) => names.iter().for_each(|name| fills[name.index()] += 2),
        Tree::Call { output: Some(name), .. } | Tree::Canon(_, _, name) => fills[name.index()] += 2,
        _ => {}
    });
    sources.retain(|name, _| fills[name.index()] == 1);
    // Sources may be such scalars as well. They are written before, so this terminates.
    let mut resolved: BTreeMap<Name, Term> = BTreeMap::new();
    let order: Vec<Name> = {
        let mut order = Vec::new();
        tree.visit(&mut |node| {
            if let Tree::Ap(_, target) = node
                && sources.contains_key(target)
            {
                order.push(*target);
            }
        });
        order
    };
    for name in order {
        let mut source = sources[&name].clone();
        source.replace(&resolved);
        resolved.insert(name, source);
    }
    tree.visit_mut(&mut |node| {
        if let Tree::Ap(_, target) = node
            && resolved.contains_key(target)
        {
            *node = Tree::Gone;
        }
        node.terms(&mut |term| term.replace(&resolved));
    });
}

/// Converts pairs to lists, and canons of empty streams to hops.
fn tidy(tree: Tree) -> Tree {
    match tree {
        Tree::Seq(parts) => {
            let mut list = Vec::new();
            for part in parts.into_iter().map(tidy) {
                match part {
                    Tree::Seq(inner) => list.extend(inner),
                    Tree::Null | Tree::Gone => {}
                    other => list.push(other),
                }
            }
            sort_entries(&mut list);
            single(list, Tree::Seq)
        }
        Tree::Par(parts) => {
            let parts = parts.into_iter().map(tidy).filter(|part| !matches!(part, Tree::Gone));
            let flat = parts
                .flat_map(|part| if let Tree::Par(inner) = part { inner } else { vec![part] })
                .collect();
            single(flat, Tree::Par)
        }
        Tree::Xor(parts) => {
            let parts = parts.into_iter().map(tidy);
            let flat = parts
                .flat_map(|part| if let Tree::Xor(inner) = part { inner } else { vec![part] })
                .collect();
            single(flat, Tree::Xor)
        }
        Tree::New(mut names, body) => match tidy(*body) {
            Tree::Canon(peer, source, target) if names.contains(&source) && names.len() == 1 => {
                Tree::New(names, Box::new(Tree::Canon(peer, source, target)))
            }
            Tree::New(inner, body) => {
                names.extend(inner);
                match *body {
                    Tree::Canon(peer, source, target) if names.contains(&source) && names.contains(&target) => {
                        Tree::Hop(peer)
                    }
                    body => Tree::New(names, Box::new(body)),
                }
            }
            body => Tree::New(names, Box::new(body)),
        },
        Tree::Fold {
            iterable,
            iterator,
            body,
            last,
        } => Tree::Fold {
            iterable,
            iterator,
            body: Box::new(tidy(*body)),
            last: Box::new(tidy(*last)),
        },
        Tree::Match(equal, left, right, body) => Tree::Match(equal, left, right, Box::new(tidy(*body))),
        other => other,
    }
}

fn single(mut list: Vec<Tree>, group: fn(Vec<Tree>) -> Tree) -> Tree {
    match list.len() {
        0 => Tree::Null,
        1 => list.remove(0),
        _ => group(list),
    }
}

fn sort_entries(list: &mut [Tree]) {
    let same = |left: &Tree, right: &Tree| match (left, right) {
        (Tree::ApMap(_, _, left), Tree::ApMap(_, _, right)) => left == right,
        _ => false,
    };
    for entries in list.chunk_by_mut(same) {
        entries.sort_by_key(|entry| match entry {
            Tree::ApMap(Term::Constant(key), ..) => key.clone(),
            _ => String::new(),
        });
    }
}

/// Numbers variables in the order in which they are printed.
#[derive(Default)]
struct Numbers(BTreeMap<Name, usize>);

impl Numbers {
    fn name(&mut self, name: Name) -> String {
        let next = self.0.len();
        format!("{}{}", name.tag(), self.0.entry(name).or_insert(next))
    }

    fn term(&mut self, term: &Term) -> String {
        let (mut out, steps) = match term {
            Term::Constant(text) => (text.clone(), &Vec::new()),
            Term::Error(steps) => (":error:".to_owned(), steps),
            Term::Variable(name, steps) => (self.name(*name), steps),
        };
        for step in steps {
            match step {
                Step::Field(field) => write!(out, ".{field}").expect("writing to a string succeeds"),
                Step::Index(index) => write!(out, "[{index}]").expect("writing to a string succeeds"),
                Step::By(term) => {
                    let by = self.term(term);
                    write!(out, "[{by}]").expect("writing to a string succeeds");
                }
                Step::Length => out.push_str(".length"),
            }
        }
        out
    }

    fn write(&mut self, tree: &Tree, depth: usize, out: &mut String) {
        let mut children: Vec<&Tree> = Vec::new();
        let mut scope: Vec<Name> = Vec::new();
        let head = match tree {
            Tree::Seq(list) | Tree::Par(list) | Tree::Xor(list) => {
                children.extend(list);
                match tree {
                    Tree::Seq(_) => "seq".to_owned(),
                    Tree::Par(_) => "par".to_owned(),
                    _ => "xor".to_owned(),
                }
            }
            Tree::Call {
                peer,
                names,
                arguments,
                output,
            } => {
                let peer = self.term(peer);
                let names: Vec<String> = names.iter().map(|name| self.term(name)).collect();
                let arguments: Vec<String> = arguments.iter().map(|argument| self.term(argument)).collect();
                let output = output.map(|output| self.name(output)).unwrap_or_default();
                format!("call {peer} {} ({}) {output}", names.join(" "), arguments.join(" "))
            }
            Tree::Canon(peer, source, target) => {
                format!(
                    "canon {} {} {}",
                    self.term(peer),
                    self.name(*source),
                    self.name(*target)
                )
            }
            Tree::Hop(peer) => format!("hop {}", self.term(peer)),
            Tree::Ap(source, target) => format!("ap {} {}", self.term(source), self.name(*target)),
            Tree::ApMap(key, value, target) => {
                format!("ap ({} {}) {}", self.term(key), self.term(value), self.name(*target))
            }
            Tree::Fail(what) => format!("fail {}", self.term(what)),
            Tree::Next(iterator) => format!("next {}", self.name(*iterator)),
            Tree::Null | Tree::Gone => "null".to_owned(),
            Tree::Never => "never".to_owned(),
            Tree::New(names, body) => {
                scope.extend(names);
                children.push(body);
                "new".to_owned()
            }
            Tree::Fold {
                iterable,
                iterator,
                body,
                last,
            } => {
                children.extend([&**body, &**last]);
                format!("fold {} {}", self.term(iterable), self.name(*iterator))
            }
            Tree::Match(equal, left, right, body) => {
                children.push(body);
                let word = if *equal { "match" } else { "mismatch" };
                format!("{word} {} {}", self.term(left), self.term(right))
            }
        };
        let mut inner = String::new();
        for child in children {
            self.write(child, depth + 1, &mut inner);
        }
        // New variables are identified by their uses, so that the order of `new`s does not matter.
        let mut fresh: Vec<String> = scope
            .iter()
            .filter(|name| self.0.contains_key(name))
            .map(|name| format!(" {}{}", name.tag(), self.0[name]))
            .collect();
        fresh.sort_unstable();
        writeln!(out, "{:depth$}{head}{}", "", fresh.concat(), depth = depth * 2)
            .expect("writing to a string succeeds");
        out.push_str(&inner);
    }
}
