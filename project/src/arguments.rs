//! Values for the parameters of a function, from words of a command line or from a manifest.
//!
//! A word is JSON; for a parameter of type `string` (or `?string`, or `⊤`) a word that is not JSON is taken as the text
//! itself. Every value is checked against the type of its parameter and brought into the form that peers exchange:
//! an option is a list of at most one item, so `null` becomes `[]` and `5` becomes `[5]`.

use aqua_compiler::typing::{Arrow, Scalar, Type};
use aqua_diagnostics::suggestions::nearest;
use serde_json::Value;

/// Why values don't fit the parameters of a function.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArgumentError {
    /// More or fewer values than parameters.
    #[error("{function} takes {expected}, but {given} given", given = was(*given))]
    Count {
        /// The function as it is declared.
        function: String,
        /// How many it takes, in words.
        expected: String,
        /// How many values there are.
        given: usize,
    },
    /// A word for a parameter that is not a text is not JSON.
    #[error("{place} is {declared}, but `{word}` is not JSON: {reason}")]
    NotJson {
        /// The parameter.
        place: String,
        /// Its type.
        declared: String,
        /// What was given.
        word: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A value of another type.
    #[error("{place} is {declared}, but {found} was given")]
    Mismatch {
        /// The parameter, or the part of it that doesn't fit.
        place: String,
        /// The type it should have.
        declared: String,
        /// What was given, in words.
        found: String,
    },
    /// A field that the type needs is missing.
    #[error("{place} has no field `{field}`, which {declared} needs")]
    MissingField {
        /// The parameter or the part of it.
        place: String,
        /// Its type.
        declared: String,
        /// The field.
        field: String,
    },
    /// A field that the type doesn't have.
    #[error("{place} has a field `{field}`, which {declared} does not{hint}")]
    UnknownField {
        /// The parameter or the part of it.
        place: String,
        /// Its type.
        declared: String,
        /// The field.
        field: String,
        /// The field that was probably meant.
        hint: String,
    },
    /// A parameter that takes a function.
    #[error("{place} is a function ({declared}): it can be given by a program, not from outside")]
    Function {
        /// The parameter.
        place: String,
        /// Its type.
        declared: String,
    },
}

/// Reads one word for each parameter.
///
/// # Errors
/// When their number or one of them doesn't fit.
pub fn from_words(function: &str, arrow: &Arrow, words: &[String]) -> Result<Vec<Value>, ArgumentError> {
    each(function, arrow, words, |place, ty, word| {
        fit(place, ty, read(place, ty, word)?)
    })
}

/// Takes one value for each parameter.
///
/// # Errors
/// When their number or one of them doesn't fit.
pub fn from_values(function: &str, arrow: &Arrow, values: &[Value]) -> Result<Vec<Value>, ArgumentError> {
    each(function, arrow, values, |place, ty, value| {
        fit(place, ty, value.clone())
    })
}

/// The function as it is declared, such as `greet(name: string) -> []string`.
pub fn signature(function: &str, arrow: &Arrow) -> String {
    let parameters = arrow.parameters.iter().map(|it| match &it.name {
        Some(name) => format!("{name}: {}", it.ty),
        None => it.ty.to_string(),
    });
    let results = arrow.results.iter().map(Type::to_string).collect::<Vec<_>>().join(", ");
    let results = if results.is_empty() {
        results
    } else {
        format!(" -> {results}")
    };
    format!("{function}({}){results}", parameters.collect::<Vec<_>>().join(", "))
}

fn each<T>(
    function: &str,
    arrow: &Arrow,
    given: &[T],
    convert: impl Fn(&str, &Type, &T) -> Result<Value, ArgumentError>,
) -> Result<Vec<Value>, ArgumentError> {
    if given.len() != arrow.parameters.len() {
        let expected = match arrow.parameters.len() {
            0 => "no arguments".to_owned(),
            1 => "1 argument".to_owned(),
            many => format!("{many} arguments"),
        };
        let function = format!("`{}`", signature(function, arrow));
        return Err(ArgumentError::Count {
            function,
            expected,
            given: given.len(),
        });
    }
    let pairs = arrow.parameters.iter().zip(given).enumerate();
    let values = pairs.map(|(at, (parameter, given))| {
        let name = parameter
            .name
            .as_ref()
            .map_or_else(|| format!("#{}", at + 1), ToString::to_string);
        convert(&name, &parameter.ty, given)
    });
    values.collect()
}

fn read(place: &str, ty: &Type, word: &str) -> Result<Value, ArgumentError> {
    match (serde_json::from_str(word), ty) {
        (Ok(value @ Value::String(_)), _) => Ok(value),
        (_, ty) if is_text(ty) => Ok(Value::String(word.to_owned())),
        (Ok(value), _) => Ok(value),
        (Err(_), Type::Top) => Ok(Value::String(word.to_owned())),
        (Err(_), Type::Option(inner)) if is_text(inner) => Ok(Value::String(word.to_owned())),
        (Err(_), Type::Arrow(_)) => Ok(Value::Null),
        (Err(_), Type::Scalar(_)) => {
            let (place, declared) = (quoted(place), quoted(ty));
            Err(ArgumentError::Mismatch {
                place,
                declared,
                found: describe(&Value::String(word.to_owned())),
            })
        }
        (Err(error), ty) => Err(ArgumentError::NotJson {
            place: quoted(place),
            declared: quoted(ty),
            word: word.to_owned(),
            reason: error.to_string(),
        }),
    }
}

fn is_text(ty: &Type) -> bool {
    matches!(ty, Type::Scalar(Scalar::String))
}

/// The value in the form that peers exchange, if it has the type.
fn fit(place: &str, ty: &Type, value: Value) -> Result<Value, ArgumentError> {
    match (ty, value) {
        (Type::Top | Type::Error, value) => Ok(value),
        (Type::Scalar(scalar), value) if fits(*scalar, &value) => Ok(value),
        (Type::Literal(set), value) if set.iter().any(|scalar| fits(scalar, &value)) => Ok(value),
        (Type::Array(item) | Type::Stream(item), Value::Array(values)) => {
            let values = values.into_iter().enumerate();
            values
                .map(|(at, value)| fit(&format!("{place}[{at}]"), item, value))
                .collect()
        }
        (Type::Option(_), Value::Null) => Ok(Value::Array(Vec::new())),
        (Type::Option(item), Value::Array(mut values)) => match fit(place, item, Value::Array(values.clone())) {
            Ok(value) => Ok(Value::Array(vec![value])),
            Err(_) if values.is_empty() => Ok(Value::Array(values)),
            Err(_) if values.len() == 1 => Ok(Value::Array(vec![fit(place, item, values.remove(0))?])),
            Err(_) => {
                let found = describe(&Value::Array(values));
                Err(ArgumentError::Mismatch {
                    place: quoted(place),
                    declared: quoted(ty),
                    found,
                })
            }
        },
        (Type::Option(item), value) => Ok(Value::Array(vec![fit(place, item, value)?])),
        (Type::Data(named), Value::Object(mut given)) => {
            let known: Vec<&str> = named.fields.keys().map(|name| name.as_str()).collect();
            if let Some(field) = given.keys().find(|field| !known.contains(&field.as_str())) {
                let hint = nearest(field, known.iter().copied())
                    .map(|it| format!("; did you mean `{it}`?"))
                    .unwrap_or_default();
                let (place, declared) = (quoted(place), quoted(ty));
                return Err(ArgumentError::UnknownField {
                    place,
                    declared,
                    field: field.clone(),
                    hint,
                });
            }
            let mut fields = serde_json::Map::new();
            for (field, ty_of_field) in &named.fields {
                let value = match (given.swap_remove(field.as_str()), ty_of_field) {
                    (Some(value), _) => fit(&format!("{place}.{field}"), ty_of_field, value)?,
                    (None, Type::Option(_)) => Value::Array(Vec::new()),
                    (None, _) => {
                        let (place, declared) = (quoted(place), quoted(ty));
                        return Err(ArgumentError::MissingField {
                            place,
                            declared,
                            field: field.to_string(),
                        });
                    }
                };
                fields.insert(field.to_string(), value);
            }
            Ok(Value::Object(fields))
        }
        (Type::Arrow(_) | Type::Ability(_) | Type::Service(_), _) => Err(ArgumentError::Function {
            place: quoted(place),
            declared: ty.to_string(),
        }),
        (ty, value) => Err(ArgumentError::Mismatch {
            place: quoted(place),
            declared: quoted(ty),
            found: describe(&value),
        }),
    }
}

fn fits(scalar: Scalar, value: &Value) -> bool {
    let (unsigned, signed) = (value.as_u64(), value.as_i64());
    match scalar {
        Scalar::U8 => unsigned.is_some_and(|number| u8::try_from(number).is_ok()),
        Scalar::U16 => unsigned.is_some_and(|number| u16::try_from(number).is_ok()),
        Scalar::U32 => unsigned.is_some_and(|number| u32::try_from(number).is_ok()),
        Scalar::U64 => unsigned.is_some(),
        Scalar::I8 => signed.is_some_and(|number| i8::try_from(number).is_ok()),
        Scalar::I16 => signed.is_some_and(|number| i16::try_from(number).is_ok()),
        Scalar::I32 => signed.is_some_and(|number| i32::try_from(number).is_ok()),
        Scalar::I64 => signed.is_some(),
        Scalar::F32 | Scalar::F64 => value.is_number(),
        Scalar::Bool => value.is_boolean(),
        Scalar::String => value.is_string(),
    }
}

fn describe(value: &Value) -> String {
    match value {
        Value::Null => "`null`".to_owned(),
        Value::Bool(truth) => format!("`{truth}`"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) if text.chars().count() <= 40 => format!("the text {}", Value::String(text.clone())),
        Value::String(_) => "a text".to_owned(),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(_) => "an object".to_owned(),
    }
}

fn quoted(words: impl std::fmt::Display) -> String {
    format!("`{words}`")
}

fn was(given: usize) -> String {
    match given {
        0 => "none was".to_owned(),
        1 => "1 was".to_owned(),
        many => format!("{many} were"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aqua_compiler::typing::{Named, Parameter};
    use serde_json::json;
    use std::sync::Arc;

    fn arrow(parameters: &[(&str, Type)]) -> Arrow {
        let parameters = parameters.iter().map(|(name, ty)| Parameter {
            name: Some((*name).into()),
            ty: ty.clone(),
        });
        Arrow {
            parameters: parameters.collect(),
            results: vec![Type::STRING],
        }
    }

    fn one(ty: &Type, word: &str) -> Result<Value, String> {
        let values = from_words("f", &arrow(&[("x", ty.clone())]), &[word.to_owned()]);
        values
            .map(|mut values| values.remove(0))
            .map_err(|error| error.to_string())
    }

    fn point() -> Type {
        let fields = [("x", Type::Scalar(Scalar::I32)), ("note", Type::option(Type::STRING))];
        let fields = fields.into_iter().map(|(name, ty)| (name.into(), ty)).collect();
        Type::Data(Arc::new(Named::new("Point", fields)))
    }

    #[test]
    fn words_become_values() {
        let cases = [
            (Type::STRING, "Ada", json!("Ada")),
            (Type::STRING, "\"Ada\"", json!("Ada")),
            (Type::STRING, "12", json!("12")),
            (Type::STRING, "null", json!("null")),
            (Type::option(Type::STRING), "Ada", json!(["Ada"])),
            (Type::option(Type::STRING), "null", json!([])),
            (Type::option(Type::Scalar(Scalar::U8)), "7", json!([7])),
            (Type::option(Type::array(Type::STRING)), "[\"a\"]", json!([["a"]])),
            (Type::Scalar(Scalar::I8), "-128", json!(-128)),
            (Type::Scalar(Scalar::U64), "18446744073709551615", json!(u64::MAX)),
            (Type::Scalar(Scalar::F64), "1", json!(1)),
            (Type::BOOL, "true", json!(true)),
            (Type::array(Type::STRING), "[\"a\", \"b\"]", json!(["a", "b"])),
            (Type::stream(Type::STRING), "[\"a\"]", json!(["a"])),
            (Type::Top, "words", json!("words")),
            (point(), "{\"x\": 1}", json!({"x": 1, "note": []})),
            (point(), "{\"note\": \"n\", \"x\": -1}", json!({"x": -1, "note": ["n"]})),
        ];
        for (ty, word, value) in cases {
            assert_eq!(one(&ty, word), Ok(value), "{ty} from {word}");
        }
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let function = Type::Arrow(Arc::new(Arrow::unnamed([Type::STRING], [])));
        let cases = [
            (Type::Scalar(Scalar::U8), "256"),
            (Type::Scalar(Scalar::U8), "-1"),
            (Type::Scalar(Scalar::I8), "128"),
            (Type::Scalar(Scalar::I8), "-129"),
            (Type::Scalar(Scalar::U32), "many"),
            (Type::BOOL, "1"),
            (Type::array(Type::STRING), "a,b"),
            (Type::array(Type::Scalar(Scalar::U32)), "[1, \"2\"]"),
            (Type::option(Type::Scalar(Scalar::U8)), "[1, 2]"),
            (point(), "{\"y\": 1}"),
            (point(), "{\"x\": 1, \"nota\": \"n\"}"),
            (point(), "{\"note\": null}"),
            (function, "f"),
        ];
        let told = cases.map(|(ty, word)| format!("{ty} from {word}:\n  {}", one(&ty, word).expect_err("no fit")));
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn the_number_of_arguments_is_told_with_the_signature() {
        let arrow = arrow(&[("name", Type::STRING), ("count", Type::Scalar(Scalar::U32))]);
        let error = from_values("greet", &arrow, &[json!("Ada")]).expect_err("too few");
        let told = "`greet(name: string, count: u32) -> string` takes 2 arguments, but 1 was given";
        assert_eq!(error.to_string(), told);
    }
}
