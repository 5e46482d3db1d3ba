//! Properties of the type relations.

use aqua_compiler::typing::bounds::{comparable, join};
use aqua_compiler::typing::subtyping::accepts;
use aqua_compiler::typing::{Arrow, Named, Scalar, ScalarSet, Type};
use proptest::prelude::*;
use std::sync::Arc;

/// Data types.
fn data() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        6 => proptest::sample::select(Scalar::ALL.to_vec()).prop_map(Type::Scalar),
        2 => proptest::sample::select(vec![ScalarSet::INTEGER, ScalarSet::SIGNED, ScalarSet::FLOAT, ScalarSet::BOOL])
            .prop_map(Type::Literal),
        1 => Just(Type::Top),
        1 => Just(Type::Bottom),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::array),
            inner.clone().prop_map(Type::option),
            record(inner).prop_map(Type::Data),
        ]
    })
}

fn record(inner: impl Strategy<Value = Type>) -> impl Strategy<Value = Arc<Named>> {
    let fields = proptest::collection::btree_map(proptest::sample::select(vec!["a", "b", "c"]), inner, 1..3);
    fields.prop_map(|fields| {
        Arc::new(Named::new(
            "Record",
            fields.into_iter().map(|(name, ty)| (name.into(), ty)).collect(),
        ))
    })
}

/// All types, including arrows and abilities.
fn any_type() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![4 => data(), 1 => data().prop_map(Type::stream), 1 => data().prop_map(Type::stream_map)];
    leaf.prop_recursive(2, 12, 3, |inner| {
        let arrow = (
            proptest::collection::vec(inner.clone(), 0..3),
            proptest::collection::vec(inner.clone(), 0..3),
        );
        prop_oneof![
            arrow.prop_map(|(takes, gives)| Type::Arrow(Arc::new(Arrow::unnamed(takes, gives)))),
            record(inner.clone()).prop_map(Type::Ability),
            record(inner).prop_map(Type::Service),
        ]
    })
}

/// A type and a slightly modified one, so that related pairs are common.
fn related() -> impl Strategy<Value = (Type, Type)> {
    (any_type(), any::<u64>()).prop_map(|(ty, seed)| {
        let mut seed = seed;
        let other = varied(&ty, &mut seed);
        (ty, other)
    })
}

fn varied(ty: &Type, seed: &mut u64) -> Type {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    let choice = (*seed >> 33) % 6;
    match ty {
        Type::Scalar(_) if choice < 3 => Type::Scalar(Scalar::ALL[(*seed >> 40) as usize % 10]),
        Type::Literal(_) if choice < 3 => Type::Scalar(Scalar::ALL[(*seed >> 40) as usize % 10]),
        Type::Array(inner) if choice == 0 => Type::option(varied(inner, seed)),
        Type::Array(inner) if choice == 1 => Type::stream(varied(inner, seed)),
        Type::Option(inner) if choice == 0 => Type::array(varied(inner, seed)),
        Type::Array(inner) => Type::array(varied(inner, seed)),
        Type::Option(inner) => Type::option(varied(inner, seed)),
        Type::Stream(inner) => Type::stream(varied(inner, seed)),
        Type::StreamMap(inner) => Type::stream_map(varied(inner, seed)),
        Type::Data(named) => Type::Data(varied_fields(named, seed)),
        Type::Ability(named) => Type::Ability(varied_fields(named, seed)),
        Type::Service(named) => Type::Ability(varied_fields(named, seed)),
        Type::Arrow(arrow) => {
            let mut takes: Vec<Type> = arrow.parameters.iter().map(|it| varied(&it.ty, seed)).collect();
            let mut gives: Vec<Type> = arrow.results.iter().map(|it| varied(it, seed)).collect();
            match choice {
                0 => takes.push(Type::STRING),
                1 => gives.push(Type::STRING),
                _ => {}
            }
            Type::Arrow(Arc::new(Arrow::unnamed(takes, gives)))
        }
        other if choice == 5 => {
            if other.is_data() {
                Type::Top
            } else {
                other.clone()
            }
        }
        other => other.clone(),
    }
}

fn varied_fields(named: &Named, seed: &mut u64) -> Arc<Named> {
    let mut fields: indexmap::IndexMap<_, _> = named
        .fields
        .iter()
        .map(|(name, ty)| (name.clone(), varied(ty, seed)))
        .collect();
    if *seed >> 62 == 0 {
        fields.insert("d".into(), Type::BOOL);
    }
    Arc::new(Named::new("Record", fields))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn acceptance_is_reflexive(ty in any_type()) {
        prop_assert!(accepts(&ty, &ty));
    }

    #[test]
    fn acceptance_is_transitive((low, middle) in related(), seed in any::<u64>()) {
        let mut seed = seed;
        let high = varied(&middle, &mut seed);
        for (a, b, c) in [(&low, &middle, &high), (&high, &middle, &low), (&middle, &low, &high), (&low, &high, &middle)] {
            prop_assert!(!(accepts(b, a) && accepts(c, b)) || accepts(c, a), "{a} -> {b} -> {c}");
        }
    }

    #[test]
    fn top_accepts_all_and_bottom_is_accepted_by_all(ty in any_type()) {
        prop_assert!(accepts(&Type::Top, &ty) && accepts(&ty, &Type::Bottom));
    }

    #[test]
    fn the_error_type_is_compatible_with_every_type(ty in any_type()) {
        prop_assert!(accepts(&Type::Error, &ty) && accepts(&ty, &Type::Error) && comparable(&ty, &Type::Error));
        prop_assert!(accepts(&ty, &join(&ty, &Type::Error)));
    }

    #[test]
    fn a_join_is_an_upper_bound(a in data(), b in data()) {
        let joined = join(&a, &b);
        prop_assert!(accepts(&joined, &a) && accepts(&joined, &b), "{a} ∨ {b} = {joined}");
    }

    #[test]
    fn a_join_is_at_most_one_of_two_comparable_types((a, b) in related()) {
        if a.is_data() && b.is_data() && accepts(&a, &b) {
            let joined = join(&a, &b);
            prop_assert!(accepts(&a, &joined), "{a} ∨ {b} = {joined}");
        }
    }

    #[test]
    fn joins_are_commutative(a in data(), b in data()) {
        let (left, right) = (join(&a, &b), join(&b, &a));
        prop_assert!(accepts(&left, &right) && accepts(&right, &left), "{left} and {right}");
    }

    #[test]
    fn comparability_is_symmetric((a, b) in related()) {
        prop_assert_eq!(comparable(&a, &b), comparable(&b, &a));
    }

    #[test]
    fn parameters_are_contravariant((a, b) in related()) {
        let takes = |ty: &Type| Type::Arrow(Arc::new(Arrow::unnamed([ty.clone()], [])));
        let gives = |ty: &Type| Type::Arrow(Arc::new(Arrow::unnamed([], [ty.clone()])));
        prop_assert_eq!(accepts(&a, &b), accepts(&gives(&a), &gives(&b)));
        prop_assert_eq!(accepts(&a, &b), accepts(&takes(&b), &takes(&a)));
    }
}
