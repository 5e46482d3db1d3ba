//! Blocks: continuation lines, such as `else` and `par`, are merged into the statement before them.

use super::body::BodyChecker;
use super::scopes::ScopeKind;
use crate::checked::{Block, LocalKind, Recovery, Statement, StatementKind};
use crate::codes;
use crate::typing::Type;
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree;

/// The statements of a block so far; `None` for a statement that failed.
struct Lines(Vec<Option<Statement>>);

impl BodyChecker<'_, '_> {
    /// Checks the statements of a block in the current scope.
    pub(super) fn block(&mut self, block: &tree::Block) -> Block {
        let mut lines = Lines(Vec::with_capacity(block.statements.len()));
        let mut statements = block.statements.iter().peekable();
        while let Some(statement) = statements.next() {
            match declared_nil(statement) {
                Some(name) => self.report_declared_nil(name, statement.span, statements.peek().map(|next| next.span)),
                None => self.line(statement, &mut lines),
            }
        }
        let mut statements: Vec<Statement> = lines.0.into_iter().flatten().collect();
        for statement in &mut statements {
            if let StatementKind::Try { recoveries, .. } = &mut statement.kind
                && recoveries.is_empty()
            {
                recoveries.push(Recovery {
                    error: None,
                    body: Block::default(),
                });
            }
        }
        Block { statements }
    }

    /// Reports `nil: T`. The line can be left out if another statement follows, so that the block is not empty.
    fn report_declared_nil(&mut self, name: &tree::Name, line: Span, next: Option<Span>) {
        let message = "can't redefine the predefined name `nil`";
        let message = Diagnostic::error(codes::ALREADY_DEFINED, name.span, message);
        let message = message.note("`nil` is an empty value of every option, array and stream type");
        let Some(next) = next else {
            return self.report(message.help("leave this line out"));
        };
        let gap = line.after().to(next.before());
        let is_blank = self.module.context.sources.text(gap).trim().is_empty();
        let removed = if is_blank { line.to(next.before()) } else { line };
        self.report(message.fix("leave this line out", removed, ""));
    }

    fn line(&mut self, statement: &tree::Statement, lines: &mut Lines) {
        let span = statement.span;
        match &statement.kind {
            tree::StatementKind::Else { body } => {
                let body = self.scoped_block(body);
                lines.extend(span, |kind| {
                    if let StatementKind::If { otherwise, .. } = kind {
                        otherwise.statements.extend(body.statements);
                    }
                });
            }
            tree::StatementKind::Catch { error, body } => {
                let recovery = self.scoped(ScopeKind::Names, |checker| {
                    let error = checker.define(error, Type::error_value(), LocalKind::CaughtError);
                    Recovery {
                        error: Some(error),
                        body: checker.block(body),
                    }
                });
                lines.recover(span, recovery);
            }
            tree::StatementKind::Otherwise { body } => {
                let body = self.scoped_block(body);
                lines.recover(span, Recovery { error: None, body });
            }
            tree::StatementKind::Par(inner) => {
                let branch = self.statement(inner);
                lines.branch(span, branch);
            }
            _ => {
                let checked = self.statement(statement);
                if !matches!(statement.kind, tree::StatementKind::Return(_)) {
                    lines.0.push(checked);
                }
            }
        }
    }
}

/// The name in `nil: T`, which declared an empty value in old programs.
fn declared_nil(statement: &tree::Statement) -> Option<&tree::Name> {
    match &statement.kind {
        tree::StatementKind::Declare { name, .. } if name.as_str() == "nil" => Some(name),
        _ => None,
    }
}

impl Lines {
    /// Merges a line into the last statement.
    fn extend(&mut self, span: Span, change: impl FnOnce(&mut StatementKind)) {
        if let Some(Some(last)) = self.0.last_mut() {
            last.span = last.span.to(span);
            change(&mut last.kind);
        }
    }

    /// Adds an empty statement if there is none that a line can be merged into: only a return can precede it.
    fn begin(&mut self, span: Span) {
        if self.0.is_empty() {
            self.0.push(Some(Statement {
                kind: StatementKind::Join(Vec::new()),
                span,
            }));
        }
    }

    /// Adds a recovery to the last statement.
    fn recover(&mut self, span: Span, recovery: Recovery) {
        self.begin(span);
        let Some(Some(last)) = self.0.last_mut() else { return };
        if !matches!(last.kind, StatementKind::Try { .. }) {
            let before = std::mem::replace(&mut last.kind, StatementKind::Join(Vec::new()));
            let body = Block {
                statements: vec![Statement {
                    kind: before,
                    span: last.span,
                }],
            };
            last.kind = StatementKind::Try {
                body,
                recoveries: Vec::new(),
            };
        }
        self.extend(span, |kind| {
            if let StatementKind::Try { recoveries, .. } = kind {
                recoveries.push(recovery);
            }
        });
    }

    /// Adds a parallel branch to the last statement.
    fn branch(&mut self, span: Span, branch: Option<Statement>) {
        self.begin(span);
        let (Some(Some(last)), Some(branch)) = (self.0.last_mut(), branch) else {
            return;
        };
        if !matches!(last.kind, StatementKind::Par { .. }) {
            let before = std::mem::replace(&mut last.kind, StatementKind::Join(Vec::new()));
            let first = Block {
                statements: vec![Statement {
                    kind: before,
                    span: last.span,
                }],
            };
            last.kind = StatementKind::Par { branches: vec![first] };
        }
        self.extend(span, |kind| {
            if let StatementKind::Par { branches } = kind {
                branches.push(Block {
                    statements: vec![branch],
                });
            }
        });
    }
}
