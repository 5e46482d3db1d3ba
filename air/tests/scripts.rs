//! Generates valid scripts for property tests.

use aqua_air::{Accessor, FailOperand, Instruction, InstructionId, Lens, Operand, OperandPosition, Script, Variable};
use proptest::prelude::*;

/// Generates scripts of up to several hundred instructions, with all instructions and kinds of operands.
pub(crate) fn any_script() -> impl Strategy<Value = Script> {
    proptest::collection::vec(any::<u8>(), 0..400).prop_map(|choices| {
        Generator {
            choices,
            position: 0,
            script: Script::new(),
        }
        .generate()
    })
}

struct Generator {
    choices: Vec<u8>,
    position: usize,
    script: Script,
}

impl Generator {
    fn generate(mut self) -> Script {
        let definitions = [
            Instruction::Ap {
                source: Operand::Integer(1),
                target: Variable::scalar("x"),
            },
            Instruction::Ap {
                source: Operand::literal("é \n(;)"),
                target: Variable::scalar("a-long-name_of_a_scalar"),
            },
            Instruction::Ap {
                source: Operand::Boolean(true),
                target: Variable::stream("$s"),
            },
            Instruction::ApMap {
                key: Operand::literal("k"),
                value: Operand::Ttl,
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

    /// Returns one of `count` choices. Returns the first one if there are no bytes left.
    fn choose(&mut self, count: u8) -> u8 {
        let byte = self.choices.get(self.position).copied().unwrap_or(0);
        self.position += 1;
        byte % count
    }

    fn instruction(&mut self, depth: u8, folds: u8) -> InstructionId {
        let is_leaf = depth == 0;
        let instruction = match self.choose(if is_leaf { 8 } else { 17 }) {
            0 => Instruction::Null,
            1 => Instruction::Never,
            2 => {
                let arguments = (0..self.choose(4))
                    .map(|_| self.operand(OperandPosition::Argument))
                    .collect();
                let output = [None, Some(Variable::scalar("x")), Some(Variable::stream("$s"))];
                Instruction::Call {
                    peer: self.operand(OperandPosition::Peer),
                    service: self.operand(OperandPosition::Function),
                    function: self.operand(OperandPosition::Function),
                    arguments,
                    output: output[usize::from(self.choose(3))].clone(),
                }
            }
            3 => Instruction::Ap {
                source: self.operand(OperandPosition::Source),
                target: Variable::scalar("y"),
            },
            4 => Instruction::Ap {
                source: self.operand(OperandPosition::Source),
                target: Variable::stream("$t"),
            },
            5 => {
                let (key, value) = (
                    self.operand(OperandPosition::Key),
                    self.operand(OperandPosition::Source),
                );
                Instruction::ApMap {
                    key,
                    value,
                    target: Variable::stream_map("%m"),
                }
            }
            6 => self.canon(Variable::stream("$t"), Variable::canon_stream("#dd")),
            7 if self.choose(2) == 0 => {
                let code = [1, -1, i64::MAX, i64::MIN][usize::from(self.choose(4))];
                Instruction::Fail(FailOperand::Code(code, "no".into()))
            }
            7 => Instruction::Fail(FailOperand::Operand(self.operand(OperandPosition::Fail))),
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
                let iterable = self.operand(OperandPosition::Iterable);
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
                let (left, right) = (
                    self.operand(OperandPosition::Argument),
                    self.operand(OperandPosition::Argument),
                );
                Instruction::Match {
                    left,
                    right,
                    body: self.instruction(depth - 1, folds),
                }
            }
            _ => {
                let (left, right) = (
                    self.operand(OperandPosition::Argument),
                    self.operand(OperandPosition::Argument),
                );
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
            peer: Operand::InitPeerId,
            source,
            target,
        }
    }

    fn operand(&mut self, position: OperandPosition) -> Operand {
        let all = [
            Operand::scalar("x"),
            Operand::scalar("a-long-name_of_a_scalar"),
            Variable::scalar("object").with_lens(self.lens()),
            Variable::canon_stream("#cc").into(),
            Variable::canon_stream("#$cc").with_lens(self.lens()),
            Variable::canon_map("#%mm").into(),
            Variable::canon_map("#%mm").with_lens(self.lens()),
            Variable::stream("$s").into(),
            Variable::stream_map("%m").into(),
            Operand::InitPeerId,
            Operand::LastError(None),
            Operand::LastError(Some(self.lens())),
            Operand::Error(None),
            Operand::Error(Some(self.lens())),
            Operand::literal(""),
            Operand::literal("a text that does not fit inline, with spaces\tand [brackets]"),
            Operand::Timestamp,
            Operand::Ttl,
            Operand::Integer([0, -1, i64::MIN, i64::MAX][usize::from(self.choose(4))]),
            Operand::Float([0.0, -0.0, 1.0, -123_456.5, 1_234_567_890.0, 0.000_000_1][usize::from(self.choose(6))]),
            Operand::Boolean(self.choose(2) == 0),
            Operand::EmptyArray,
        ];
        let allowed: Vec<Operand> = all.into_iter().filter(|value| position.accepts(value)).collect();
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
