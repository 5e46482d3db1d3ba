//! Arguments of a function, from the command line or from a manifest.
//!
//! A word on the command line is JSON. For a parameter of type `string` (or `?string`, or `⊤`) a word that is not JSON is a
//! string. Each value is checked against the type of its parameter and converted to the form that peers exchange: an option
//! is an array of at most one item, so `null` becomes `[]` and `5` becomes `[5]`.

use aqua_compiler::typing::{Arrow, Scalar, Type};
use aqua_diagnostics::suggestions::most_similar;
use serde_json::Value;

/// Arguments that don't match the parameters of a function. Paths such as `x[1].name` name the invalid part of a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArgumentError {
    /// Wrong number of arguments.
    #[error("{function} takes {expected}, but {given} given", given = were(*given))]
    Count {
        /// The signature of the function.
        function: String,
        /// The number of parameters, such as `2 arguments`.
        expected: String,
        /// The number of arguments.
        given: usize,
    },
    /// A word that is not JSON, for a parameter that is not a string.
    #[error("invalid value for {path}: expected {declared} as JSON, found `{word}` ({reason})")]
    NotJson {
        /// The path of the value.
        path: String,
        /// The declared type.
        declared: String,
        /// The given word.
        word: String,
        /// The error of the JSON parser.
        reason: String,
    },
    /// A value of the wrong type.
    #[error("invalid value for {path}: expected {declared}, found {found}")]
    Mismatch {
        /// The path of the value.
        path: String,
        /// The declared type.
        declared: String,
        /// A description of the value.
        found: String,
    },
    /// A required field is missing.
    #[error("invalid value for {path}: missing field `{field}` of {declared}")]
    MissingField {
        /// The path of the value.
        path: String,
        /// The declared type.
        declared: String,
        /// The name of the field.
        field: String,
    },
    /// A field that the type does not have.
    #[error("invalid value for {path}: {declared} has no field `{field}`{hint}")]
    UnknownField {
        /// The path of the value.
        path: String,
        /// The declared type.
        declared: String,
        /// The name of the field.
        field: String,
        /// The nearest field, as `; did you mean …?`; or empty.
        hint: String,
    },
    /// A parameter of function or ability type.
    #[error("can't give a value for {path}: {declared} is not data")]
    Function {
        /// The path of the value.
        path: String,
        /// The declared type.
        declared: String,
    },
}

/// Converts one word of the command line for each parameter.
///
/// # Errors
/// If their number or one of their types does not match.
pub fn from_words(function: &str, arrow: &Arrow, words: &[String]) -> Result<Vec<Value>, ArgumentError> {
    each(function, arrow, words, |path, ty, word| {
        convert_value(path, ty, parse(path, ty, word)?)
    })
}

/// Converts one value for each parameter.
///
/// # Errors
/// If their number or one of their types does not match.
pub fn from_values(function: &str, arrow: &Arrow, values: &[Value]) -> Result<Vec<Value>, ArgumentError> {
    each(function, arrow, values, |path, ty, value| {
        convert_value(path, ty, value.clone())
    })
}

/// The signature of a function, such as `greet(name: string) -> []string`.
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

fn parse(path: &str, ty: &Type, word: &str) -> Result<Value, ArgumentError> {
    match (serde_json::from_str(word), ty) {
        (Ok(value @ Value::String(_)), _) => Ok(value),
        (_, ty) if is_string(ty) => Ok(Value::String(word.to_owned())),
        (Ok(value), _) => Ok(value),
        (Err(_), Type::Top) => Ok(Value::String(word.to_owned())),
        (Err(_), Type::Option(inner)) if is_string(inner) => Ok(Value::String(word.to_owned())),
        (Err(_), Type::Arrow(_)) => Ok(Value::Null),
        (Err(_), Type::Scalar(_)) => {
            let (path, declared) = (quoted(path), quoted(ty));
            Err(ArgumentError::Mismatch {
                path,
                declared,
                found: describe(&Value::String(word.to_owned())),
            })
        }
        (Err(error), ty) => Err(ArgumentError::NotJson {
            path: quoted(path),
            declared: quoted(ty),
            word: word.to_owned(),
            reason: error.to_string(),
        }),
    }
}

fn is_string(ty: &Type) -> bool {
    matches!(ty, Type::Scalar(Scalar::String))
}

/// Converts a value to the form that peers exchange.
fn convert_value(path: &str, ty: &Type, value: Value) -> Result<Value, ArgumentError> {
    match (ty, value) {
        (Type::Top | Type::Error, value) => Ok(value),
        (Type::Scalar(scalar), value) if accepts(*scalar, &value) => Ok(value),
        (Type::Literal(set), value) if set.iter().any(|scalar| accepts(scalar, &value)) => Ok(value),
        (Type::Array(item) | Type::Stream(item), Value::Array(values)) => {
            let values = values.into_iter().enumerate();
            values
                .map(|(at, value)| convert_value(&format!("{path}[{at}]"), item, value))
                .collect()
        }
        (Type::Option(_), Value::Null) => Ok(Value::Array(Vec::new())),
        (Type::Option(item), Value::Array(mut values)) => match convert_value(path, item, Value::Array(values.clone()))
        {
            Ok(value) => Ok(Value::Array(vec![value])),
            Err(_) if values.is_empty() => Ok(Value::Array(values)),
            Err(_) if values.len() == 1 => Ok(Value::Array(vec![convert_value(path, item, values.remove(0))?])),
            Err(_) => {
                let found = describe(&Value::Array(values));
                Err(ArgumentError::Mismatch {
                    path: quoted(path),
                    declared: quoted(ty),
                    found,
                })
            }
        },
        (Type::Option(item), value) => Ok(Value::Array(vec![convert_value(path, item, value)?])),
        (Type::Data(named), Value::Object(mut given)) => {
            let known: Vec<&str> = named.fields.keys().map(|name| name.as_str()).collect();
            if let Some(field) = given.keys().find(|field| !known.contains(&field.as_str())) {
                let hint = most_similar(field, known.iter().copied())
                    .map(|it| format!("; did you mean `{it}`?"))
                    .unwrap_or_default();
                let (path, declared) = (quoted(path), quoted(ty));
                return Err(ArgumentError::UnknownField {
                    path,
                    declared,
                    field: field.clone(),
                    hint,
                });
            }
            let mut fields = serde_json::Map::new();
            for (field, ty_of_field) in &named.fields {
                let value = match (given.swap_remove(field.as_str()), ty_of_field) {
                    (Some(value), _) => convert_value(&format!("{path}.{field}"), ty_of_field, value)?,
                    (None, Type::Option(_)) => Value::Array(Vec::new()),
                    (None, _) => {
                        let (path, declared) = (quoted(path), quoted(ty));
                        return Err(ArgumentError::MissingField {
                            path,
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
            path: quoted(path),
            declared: quoted(ty),
        }),
        (ty, value) => Err(ArgumentError::Mismatch {
            path: quoted(path),
            declared: quoted(ty),
            found: describe(&value),
        }),
    }
}

fn accepts(scalar: Scalar, value: &Value) -> bool {
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
        Value::String(text) if text.chars().count() <= 40 => format!("the string {value}"),
        Value::String(_) => "a string".to_owned(),
        Value::Array(items) => match items.len() {
            1 => "an array of 1 item".to_owned(),
            many => format!("an array of {many} items"),
        },
        Value::Object(_) => "an object".to_owned(),
    }
}

fn quoted(words: impl std::fmt::Display) -> String {
    format!("`{words}`")
}

fn were(given: usize) -> String {
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
    fn invalid_arguments_are_reported() {
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
        let messages =
            cases.map(|(ty, word)| format!("{ty} from {word}:\n  {}", one(&ty, word).expect_err("an error")));
        insta::assert_snapshot!(messages.join("\n"));
    }

    #[test]
    fn a_wrong_number_of_arguments_is_reported_with_the_signature() {
        let arrow = arrow(&[("name", Type::STRING), ("count", Type::Scalar(Scalar::U32))]);
        let error = from_values("greet", &arrow, &[json!("Ada")]).expect_err("too few");
        let message = "`greet(name: string, count: u32) -> string` takes 2 arguments, but 1 was given";
        assert_eq!(error.to_string(), message);
    }
}
