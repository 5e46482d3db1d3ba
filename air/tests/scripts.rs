//! Valid scripts out of arbitrary bytes, for properties.

use aqua_air::{Accessor, Failure, Instruction, InstructionId, Lens, Place, Script, Value, Variable};
use proptest::prelude::*;

/// Scripts of up to some hundred instructions that use every instruction and every kind of operand.
pub(crate) fn any_script() -> impl Strategy<Value = Script> {
    proptest::collection::vec(any::<u8>(), 0..400).prop_map(|choices| {
        Maker {
            choices,
            at: 0,
            script: Script::new(),
        }
        .make()
    })
}

struct Maker {
    choices: Vec<u8>,
    at: usize,
    script: Script,
}

impl Maker {
    fn make(mut self) -> Script {
        let definitions = [
            Instruction::Ap {
                source: Value::Integer(1),
                target: Variable::scalar("x"),
            },
            Instruction::Ap {
                source: Value::literal("é \n(;)"),
                target: Variable::scalar("a-long-name_of_a_scalar"),
            },
            Instruction::Ap {
                source: Value::Boolean(true),
                target: Variable::stream("$s"),
            },
            Instruction::ApMap {
                key: Value::literal("k"),
                value: Value::Ttl,
                target: Variable::stream_map("%m"),
            },
            self.canon(Variable::stream("$s"), Variable::canon_stream("#cc")),
            self.canon(Variable::stream("$s"), Variable::canon_stream("#$cc")),
            self.canon(Variable::stream_map("%m"), Variable::canon_map("#%mm")),
            self.canon(Variable::stream_map("%m"), Variable::scalar("object")),
        ];
        let mut root = self.instruction(7, 0);
        for definition in definitions.into_iter().rev() {
            let first = self.script.push(definition, None);
            root = self.script.push(Instruction::Seq(first, root), None);
        }
        self.script.set_root(root);
        self.script
    }

    /// One of `count` choices; the first one when the bytes have run out.
    fn choose(&mut self, count: u8) -> u8 {
        let byte = self.choices.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        byte % count
    }

    fn instruction(&mut self, depth: u8, folds: u8) -> InstructionId {
        let leaf = depth == 0;
        let instruction = match self.choose(if leaf { 8 } else { 17 }) {
            0 => Instruction::Null,
            1 => Instruction::Never,
            2 => {
                let arguments = (0..self.choose(4)).map(|_| self.value(Place::Argument)).collect();
                let output = [None, Some(Variable::scalar("x")), Some(Variable::stream("$s"))];
                Instruction::Call {
                    peer: self.value(Place::Peer),
                    service: self.value(Place::Function),
                    function: self.value(Place::Function),
                    arguments,
                    output: output[usize::from(self.choose(3))].clone(),
                }
            }
            3 => Instruction::Ap {
                source: self.value(Place::Source),
                target: Variable::scalar("y"),
            },
            4 => Instruction::Ap {
                source: self.value(Place::Source),
                target: Variable::stream("$t"),
            },
            5 => {
                let (key, value) = (self.value(Place::Key), self.value(Place::Source));
                Instruction::ApMap {
                    key,
                    value,
                    target: Variable::stream_map("%m"),
                }
            }
            6 => self.canon(Variable::stream("$t"), Variable::canon_stream("#dd")),
            7 if self.choose(2) == 0 => {
                let code = [1, -1, i64::MAX, i64::MIN][usize::from(self.choose(4))];
                Instruction::Fail(Failure::Code(code, "no".into()))
            }
            7 => Instruction::Fail(Failure::Value(self.value(Place::Failure))),
            8 => Instruction::Seq(self.instruction(depth - 1, folds), self.instruction(depth - 1, folds)),
            9 => Instruction::Par(self.instruction(depth - 1, folds), self.instruction(depth - 1, folds)),
            10 => Instruction::Xor(self.instruction(depth - 1, folds), self.instruction(depth - 1, folds)),
            11 | 12 => {
                let fresh = [
                    Variable::scalar("x"),
                    Variable::stream("$s"),
                    Variable::stream_map("%m"),
                    Variable::canon_stream("#cc"),
                    Variable::canon_map("#%mm"),
                ];
                let variable = fresh[usize::from(self.choose(5))].clone();
                Instruction::New {
                    variable,
                    body: self.instruction(depth - 1, folds),
                }
            }
            13 | 14 => {
                let iterator = ecow::eco_format!("i{folds}");
                let iterable = self.value(Place::Iterable);
                let last = (self.choose(2) == 0).then(|| self.instruction(0, folds));
                let next = self.script.push(
                    Instruction::Next {
                        iterator: iterator.clone(),
                    },
                    None,
                );
                let first = self.instruction(depth - 1, folds + 1);
                let body = self.script.push(Instruction::Seq(first, next), None);
                Instruction::Fold {
                    iterable,
                    iterator,
                    body,
                    last,
                }
            }
            15 => {
                let (left, right) = (self.value(Place::Argument), self.value(Place::Argument));
                Instruction::Match {
                    left,
                    right,
                    body: self.instruction(depth - 1, folds),
                }
            }
            _ => {
                let (left, right) = (self.value(Place::Argument), self.value(Place::Argument));
                Instruction::Mismatch {
                    left,
                    right,
                    body: self.instruction(depth - 1, folds),
                }
            }
        };
        self.script.push(instruction, None)
    }

    fn canon(&mut self, source: Variable, target: Variable) -> Instruction {
        Instruction::Canon {
            peer: Value::InitPeerId,
            source,
            target,
        }
    }

    fn value(&mut self, place: Place) -> Value {
        let all = [
            Value::scalar("x"),
            Value::scalar("a-long-name_of_a_scalar"),
            Variable::scalar("object").with(self.lens()),
            Variable::canon_stream("#cc").into(),
            Variable::canon_stream("#$cc").with(self.lens()),
            Variable::canon_map("#%mm").into(),
            Variable::canon_map("#%mm").with(self.lens()),
            Variable::stream("$s").into(),
            Variable::stream_map("%m").into(),
            Value::InitPeerId,
            Value::LastError(None),
            Value::LastError(Some(self.lens())),
            Value::Error(None),
            Value::Error(Some(self.lens())),
            Value::literal(""),
            Value::literal("a text that does not fit inline, with spaces\tand [brackets]"),
            Value::Timestamp,
            Value::Ttl,
            Value::Integer([0, -1, i64::MIN, i64::MAX][usize::from(self.choose(4))]),
            Value::Float([0.0, -0.0, 1.0, -123_456.5, 1_234_567_890.0, 0.000_000_1][usize::from(self.choose(6))]),
            Value::Boolean(self.choose(2) == 0),
            Value::EmptyArray,
        ];
        let allowed: Vec<Value> = all.into_iter().filter(|value| place.accepts(value)).collect();
        allowed[usize::from(self.choose(allowed.len() as u8))].clone()
    }

    fn lens(&mut self) -> Lens {
        match self.choose(4) {
            0 => Lens::Length,
            1 => Lens::Path(vec![Accessor::Field("a-b_1".into())]),
            2 => Lens::Path(vec![Accessor::Index(u32::MAX), Accessor::Scalar("x".into())]),
            _ => Lens::Path(vec![
                Accessor::Scalar("x".into()),
                Accessor::Field("length".into()),
                Accessor::Index(0),
            ]),
        }
    }
}
