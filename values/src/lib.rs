//! JSON values: what scripts compute with, services take and return, and particle data stores.
//!
//! A [`Value`] is cheap to clone, since clones share their parts, and its objects are sorted by key. That gives every
//! value one canonical text, which content ids hash: compact, keys sorted, floats as Ryū writes them
//! ([`Value::write_text`]).
//!
//! ```
//! use aqua_values::{Value, from_value, to_value};
//!
//! let value = Value::object([("name", "Ada".into()), ("age", 36.into())]);
//! assert_eq!(value.to_string(), r#"{"age":36,"name":"Ada"}"#);
//! assert_eq!(value.get("name").and_then(Value::as_str), Some("Ada"));
//!
//! let numbers: Vec<u8> = from_value(&Value::array([1, 2]))?;
//! assert_eq!(to_value(numbers)?, Value::parse("[1, 2]")?);
//! # Ok::<(), aqua_values::Error>(())
//! ```

mod canonical;
mod convert;
mod from_value;
mod object;
mod serialize;
mod text;
mod value;

pub use canonical::{Step, canonicalise, is_canonical, part_of_canonical};
pub use from_value::from_value;
pub use object::{Fields, Object};
pub use serialize::to_value;
pub use text::{TextError, write_string};
pub use value::Value;

/// Why a text is not JSON, or why a value is not of a Rust type. Texts are those of `serde_json`.
pub use serde_json::Error;
/// An integer of 64 bits or a finite float.
pub use serde_json::Number;
