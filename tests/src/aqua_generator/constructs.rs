//! The constructs of the language, to measure coverage.

/// A construct of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Construct {
    /// `ability` literal.
    Ability,
    /// An ability in braces or as an argument.
    AbilityPassed,
    /// `+ - / % **` and `*`.
    Arithmetic,
    /// An arrow passed as an argument.
    ArrowPassed,
    /// `callback(…)`, a parameter of the exported function.
    Callback,
    /// `f(g(x))`.
    CallInExpression,
    /// `catch`.
    Catch,
    /// `name = (…) -> …:`.
    Closure,
    /// `name = func (…) -> …:`.
    DetachedClosure,
    /// A closure that pushes to a stream around it.
    CapturedStream,
    /// `co`.
    Co,
    /// `[…]`, `?[…]`, `*[…]`.
    Collection,
    /// `< <= > >=`.
    Comparison,
    /// `const`.
    Constant,
    /// `.copy(…)`.
    Copy,
    /// A record with another name, or with more fields, than expected.
    StructuralData,
    /// `else`.
    Else,
    /// `== !=`.
    Equality,
    /// A call that fails.
    Failure,
    /// `for`.
    For,
    /// `for … par`.
    ForPar,
    /// `for … rec`.
    ForRec,
    /// `for … try`.
    ForTry,
    /// A function that calls functions.
    NestedFunction,
    /// A call of a function.
    FunctionCall,
    /// `if`.
    If,
    /// `x[i]`, `x!`.
    Index,
    /// `join`.
    Join,
    /// `&& || !`.
    Logic,
    /// `x = y` and `nil`.
    Rename,
    /// Several results.
    Results,
    /// `on`.
    On,
    /// `via`.
    Via,
    /// `otherwise`.
    Otherwise,
    /// `par`.
    Par,
    /// `parseq`.
    Parseq,
    /// `<<-`.
    Push,
    /// `stream <- call`.
    PushResult,
    /// A data literal.
    Record,
    /// `f` returns an arrow or an ability.
    ReturnedArrow,
    /// `Service "id"`.
    ServiceId,
    /// A stream as an argument or result.
    StreamPassed,
    /// A stream where an array is expected, or its length.
    StreamRead,
    /// `try`.
    Try,
}

impl Construct {
    /// All constructs.
    pub const ALL: [Self; 44] = [
        Self::Ability,
        Self::AbilityPassed,
        Self::Arithmetic,
        Self::ArrowPassed,
        Self::Callback,
        Self::CallInExpression,
        Self::Catch,
        Self::Closure,
        Self::DetachedClosure,
        Self::CapturedStream,
        Self::Co,
        Self::Collection,
        Self::Comparison,
        Self::Constant,
        Self::Copy,
        Self::StructuralData,
        Self::Else,
        Self::Equality,
        Self::Failure,
        Self::For,
        Self::ForPar,
        Self::ForRec,
        Self::ForTry,
        Self::NestedFunction,
        Self::FunctionCall,
        Self::If,
        Self::Index,
        Self::Join,
        Self::Logic,
        Self::Rename,
        Self::Results,
        Self::On,
        Self::Via,
        Self::Otherwise,
        Self::Par,
        Self::Parseq,
        Self::Push,
        Self::PushResult,
        Self::Record,
        Self::ReturnedArrow,
        Self::ServiceId,
        Self::StreamPassed,
        Self::StreamRead,
        Self::Try,
    ];
}
