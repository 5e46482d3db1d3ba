//! Least upper bounds of types, and which types are comparable.

use super::{Named, Scalar, ScalarSet, Type, subtyping::accepts};
use indexmap::IndexMap;
use std::sync::Arc;

/// A least upper bound of two types: the element type of `[a, b]` and the result type of `a + b`.
///
/// Streams count as arrays. The bound of two `data` types has their common fields. `⊤` if there is no smaller one.
pub fn join(left: &Type, right: &Type) -> Type {
    match (left, right) {
        (Type::Error, _) | (_, Type::Error) => Type::Error,
        (Type::Stream(element), _) => join(&Type::Array(element.clone()), right),
        (_, Type::Stream(element)) => join(left, &Type::Array(element.clone())),
        _ if accepts(left, right) => left.clone(),
        _ if accepts(right, left) => right.clone(),
        (Type::Option(a), Type::Option(b)) => Type::option(join(a, b)),
        (Type::Array(a) | Type::Option(a), Type::Array(b) | Type::Option(b)) => Type::array(join(a, b)),
        (Type::Data(a), Type::Data(b)) => join_fields(a, b),
        _ => match (left.scalars(), right.scalars()) {
            (Some(a), Some(b)) => join_scalars(a, b),
            _ => Type::Top,
        },
    }
}

fn join_fields(left: &Named, right: &Named) -> Type {
    let common = left
        .fields
        .iter()
        .filter_map(|(name, a)| Some((name.clone(), join(a, right.field(name)?))));
    let fields: IndexMap<_, _> = common.collect();
    if fields.is_empty() {
        return Type::Top;
    }
    Type::Data(Arc::new(Named::new(format!("{}_x_{}", left.name, right.name), fields)))
}

/// The smallest scalar that accepts a member of each set. A float only if one operand is a float, since the conversion of an integer
/// may not be exact.
fn join_scalars(left: ScalarSet, right: ScalarSet) -> Type {
    let is_float = |set: ScalarSet| ScalarSet::FLOAT.contains_all(set);
    let allowed = if is_float(left) || is_float(right) {
        ScalarSet::NUMBER
    } else {
        ScalarSet::INTEGER
    };
    let fits = |to: Scalar, set: ScalarSet| set.iter().any(|from| to.accepts(from));
    let candidates: ScalarSet = allowed
        .iter()
        .filter(|to| fits(*to, left) && fits(*to, right))
        .collect();
    let least = candidates
        .iter()
        .find(|to| candidates.iter().all(|other| other.accepts(*to)));
    least.map_or(Type::Top, Type::Scalar)
}

/// Whether `==` and `!=` can compare values of these types.
pub fn comparable(left: &Type, right: &Type) -> bool {
    match (left, right) {
        (Type::Error, _) | (_, Type::Error) => true,
        (Type::Ability(_) | Type::Service(_) | Type::Arrow(_) | Type::StreamMap(_), _)
        | (_, Type::Ability(_) | Type::Service(_) | Type::Arrow(_) | Type::StreamMap(_)) => false,
        (Type::Top | Type::Bottom, _) | (_, Type::Top | Type::Bottom) => true,
        (Type::Data(a), Type::Data(b)) => comparable_fields(a, b),
        _ => match (left.scalars(), right.scalars()) {
            (Some(a), Some(b)) => comparable_scalars(a, b),
            (None, None) => match (left.element(), right.element()) {
                (Some(a), Some(b)) => comparable(a, b),
                _ => false,
            },
            _ => false,
        },
    }
}

fn comparable_fields(left: &Named, right: &Named) -> bool {
    let mut common = left
        .fields
        .iter()
        .filter_map(|(name, a)| Some((a, right.field(name)?)))
        .peekable();
    common.peek().is_some() && common.all(|(a, b)| comparable(a, b))
}

fn comparable_scalars(left: ScalarSet, right: ScalarSet) -> bool {
    let numeric = |set: ScalarSet| ScalarSet::NUMBER.contains_all(set);
    (numeric(left) && numeric(right)) || !left.intersection(right).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_join_to_integers() {
        let join = |a, b| join(&Type::Scalar(a), &Type::Scalar(b)).to_string();
        assert_eq!(join(Scalar::U8, Scalar::I8), "i16");
        assert_eq!(join(Scalar::U32, Scalar::I8), "i64");
        assert_eq!(join(Scalar::U64, Scalar::I32), "⊤");
        assert_eq!(join(Scalar::I32, Scalar::F32), "f64");
        assert_eq!(join(Scalar::Bool, Scalar::U8), "⊤");
    }

    #[test]
    fn literals_join_to_a_type_that_holds_both() {
        let number = |set| Type::Literal(set);
        assert_eq!(
            join(&number(ScalarSet::INTEGER), &number(ScalarSet::SIGNED)),
            number(ScalarSet::SIGNED)
        );
        assert_eq!(
            join(&number(ScalarSet::INTEGER), &number(ScalarSet::FLOAT)),
            number(ScalarSet::FLOAT)
        );
        assert_eq!(
            join(&number(ScalarSet::SIGNED), &Type::Scalar(Scalar::U16)),
            Type::Scalar(Scalar::I32)
        );
    }
}
