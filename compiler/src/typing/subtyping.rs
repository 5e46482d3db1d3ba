//! Which values may stand where.
//!
//! [`accepts`] is reflexive and transitive, and sound for arrows: arguments are contravariant, results covariant. Two kinds
//! accept each other without being the same: `[]T` and `?T`.

use super::{Arrow, Named, ScalarSet, Type};

/// Whether a value of type `given` may stand where `expected` is wanted.
pub fn accepts(expected: &Type, given: &Type) -> bool {
    if shares_parts(expected, given) {
        return true;
    }
    match (expected, given) {
        (Type::Error, _) | (_, Type::Error) | (Type::Top, _) | (_, Type::Bottom) => true,
        (Type::Array(to), Type::Array(from) | Type::Option(from) | Type::Stream(from))
        | (Type::Option(to), Type::Option(from) | Type::Array(from) | Type::Stream(from))
        | (Type::Stream(to), Type::Stream(from))
        | (Type::StreamMap(to), Type::StreamMap(from)) => accepts(to, from),
        (Type::Data(to), Type::Data(from)) => accepts_fields(to, from),
        (Type::Ability(to) | Type::Service(to), Type::Ability(from) | Type::Service(from)) => accepts_fields(to, from),
        (Type::Arrow(to), Type::Arrow(from)) => accepts_arrow(to, from),
        _ => match (expected.scalars(), given.scalars()) {
            (Some(to), Some(from)) => accepts_scalars(to, from),
            _ => false,
        },
    }
}

/// Whether both are handles of the same parts, which ends most comparisons at once.
fn shares_parts(left: &Type, right: &Type) -> bool {
    match (left.named(), right.named()) {
        (Some(left), Some(right)) => std::sync::Arc::ptr_eq(left, right),
        _ => false,
    }
}

/// A literal is a value of every member of its set: each wanted scalar must accept one that it can become.
fn accepts_scalars(expected: ScalarSet, given: ScalarSet) -> bool {
    expected.iter().all(|to| given.iter().any(|from| to.accepts(from)))
}

/// Every wanted field is there and accepted; others don't disturb.
fn accepts_fields(expected: &Named, given: &Named) -> bool {
    expected
        .fields
        .iter()
        .all(|(name, to)| given.field(name).is_some_and(|from| accepts(to, from)))
}

/// The given arrow works with the arguments it would get (it may ignore the last ones) and gives at least what is wanted.
fn accepts_arrow(expected: &Arrow, given: &Arrow) -> bool {
    given.parameters.len() <= expected.parameters.len()
        && given.results.len() >= expected.results.len()
        && given
            .parameters
            .iter()
            .zip(&expected.parameters)
            .all(|(to, from)| accepts(&to.ty, &from.ty))
        && expected
            .results
            .iter()
            .zip(&given.results)
            .all(|(to, from)| accepts(to, from))
}
