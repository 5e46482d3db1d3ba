//! Which functions can stand for imported ones of another service.

use crate::{Function, Type};

impl Function {
    /// Whether a caller that expects a function with the types of `expected` can call this one, with values in their JSON form. Names of
    /// parameters and of records don't matter, those of fields do. A list and an option have the same form.
    #[must_use]
    pub fn is_callable_as(&self, expected: &Self) -> bool {
        let parameters = self.parameters.iter().zip(&expected.parameters);
        self.parameters.len() == expected.parameters.len()
            && parameters
                .into_iter()
                .all(|(own, other)| same_form(&own.ty.in_aqua(), &other.ty.in_aqua()))
            && match (&self.result, &expected.result) {
                (None, None) => true,
                (Some(own), Some(other)) => same_form(&own.in_aqua(), &other.in_aqua()),
                (Some(_), None) | (None, Some(_)) => false,
            }
    }
}

/// Whether two types that Aqua has have the same JSON form.
fn same_form(left: &Type, right: &Type) -> bool {
    match (left, right) {
        (Type::Record(left), Type::Record(right)) => {
            let fields = left.fields.iter().zip(&right.fields);
            left.fields.len() == right.fields.len()
                && fields
                    .into_iter()
                    .all(|(left, right)| left.name.aqua == right.name.aqua && same_form(&left.ty, &right.ty))
        }
        _ => match (item(left), item(right)) {
            (Some(left), Some(right)) => same_form(left, right),
            (None, None) => left == right,
            (Some(_), None) | (None, Some(_)) => false,
        },
    }
}

/// The type of the items of an array.
fn item(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Bytes => Some(&Type::U8),
        Type::List(item) | Type::Option(item) => Some(item),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Field, Name, Parameter, Record};
    use std::sync::Arc;

    fn function(parameter: Type, result: Option<Type>) -> Function {
        let parameters = vec![Parameter {
            name: "p".to_owned(),
            ty: parameter,
        }];
        Function {
            name: "f".to_owned(),
            parameters,
            result,
        }
    }

    fn record(name: &str, field: &str, ty: Type) -> Type {
        let fields = vec![Field {
            name: Name::new(field),
            ty,
        }];
        Type::Record(Arc::new(Record {
            name: name.to_owned(),
            fields,
        }))
    }

    #[test]
    fn values_of_one_form_can_be_passed() {
        let list = |ty: Type| Type::List(Box::new(ty));
        let marine = function(record("Key", "user_id", Type::Bytes), Some(list(Type::String)));
        let component = function(
            record("user-key", "user-id", list(Type::U8)),
            Some(Type::Option(Box::new(Type::Enum(vec![Name::new("a")])))),
        );
        assert!(marine.is_callable_as(&component) && component.is_callable_as(&marine));
        let others = [
            function(record("Key", "id", Type::Bytes), Some(list(Type::String))),
            function(record("Key", "user_id", Type::String), Some(list(Type::String))),
            function(record("Key", "user_id", Type::Bytes), Some(Type::String)),
            function(record("Key", "user_id", Type::Bytes), None),
            Function {
                parameters: Vec::new(),
                ..marine.clone()
            },
        ];
        for other in others {
            assert!(!marine.is_callable_as(&other), "{other:?}");
        }
    }
}
