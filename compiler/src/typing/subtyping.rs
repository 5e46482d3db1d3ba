//! The subtype relation.
//!
//! [`accepts`] is reflexive and transitive, and sound for arrows: parameters are contravariant, results covariant. It is not
//! antisymmetric: `[]T` and `?T` accept each other.

use super::{Arrow, Named, ScalarSet, Type};

/// Whether a value of type `given` is accepted where `expected` is expected.
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

/// Whether both types share their parts: a fast path that decides most comparisons.
fn shares_parts(left: &Type, right: &Type) -> bool {
    match (left.named(), right.named()) {
        (Some(left), Some(right)) => std::sync::Arc::ptr_eq(left, right),
        _ => false,
    }
}

/// A literal can become any member of its set: each expected scalar must accept at least one of them.
fn accepts_scalars(expected: ScalarSet, given: ScalarSet) -> bool {
    expected.iter().all(|to| given.iter().any(|from| to.accepts(from)))
}

/// Every expected field exists and has an accepted type; further fields are allowed.
fn accepts_fields(expected: &Named, given: &Named) -> bool {
    expected
        .fields
        .iter()
        .all(|(name, to)| given.field(name).is_some_and(|from| accepts(to, from)))
}

/// The given arrow accepts the arguments that it is called with (it may ignore the last ones) and returns at least the expected
/// results.
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
