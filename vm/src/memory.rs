//! The memory model: how many bytes things take, as constants.
//!
//! `size_of` depends on the pointer width, but limits and accounts must be the same on every machine. The constants are the
//! sizes on 64-bit machines, which check them when they compile. Elsewhere things are smaller.

/// Defines the size of a type as a constant.
macro_rules! sizes {
    ($($(#[$meta:meta])* $visibility:vis $name:ident: $type:ty = $bytes:expr;)*) => {
        $(
            $(#[$meta])*
            $visibility const $name: usize = $bytes;
            #[cfg(target_pointer_width = "64")]
            const _: [(); $bytes] = [(); size_of::<$type>()];
        )*
    };
}
pub(crate) use sizes;

/// The size of a type within collections.
pub(crate) trait Footprint {
    /// The size of an `Option` of the type.
    const OPTION: usize;
}

/// Implements [`Footprint`] and checks its constant.
macro_rules! footprints {
    ($($type:ty = $bytes:expr;)*) => {
        $(
            impl crate::memory::Footprint for $type {
                const OPTION: usize = $bytes;
            }
            #[cfg(target_pointer_width = "64")]
            const _: [(); $bytes] = [(); size_of::<Option<$type>>()];
        )*
    };
}
pub(crate) use footprints;

footprints! {
    usize = 16;
}

use aqua_values::Value;

sizes! {
    /// A value without what it points to.
    pub(crate) VALUE: Value = 24;
    /// A field of an object.
    pub(crate) FIELD: (ecow::EcoString, Value) = 40;
}

/// The reference count before shared data of one thread or more: `triomphe::Arc`.
pub(crate) const TRIOMPHE: usize = 8;
/// The strong and weak counts before shared data: `std::sync::Arc`.
pub(crate) const ARC: usize = 16;
/// The header before the items of a vector or the bytes of a string that is copied on write.
pub(crate) const ECO: usize = 16;

/// Heap memory of a string.
pub(crate) fn string(length: usize) -> usize {
    /// Shorter strings have none.
    const INLINE: usize = 15;
    if length > INLINE { ECO + length } else { 0 }
}

/// Heap memory of a value, shared parts included.
pub(crate) fn value(value: &Value) -> usize {
    match value {
        Value::Null | Value::Boolean(_) | Value::Number(_) => 0,
        Value::String(text) => string(text.len()),
        Value::Array(items) if items.is_empty() => 0,
        Value::Array(items) => ECO + items.iter().map(|item| VALUE + self::value(item)).sum::<usize>(),
        Value::Object(fields) if fields.iter().len() == 0 => 0,
        Value::Object(fields) => {
            let sizes = fields
                .iter()
                .map(|(name, value)| FIELD + string(name.len()) + self::value(value));
            ECO + sizes.sum::<usize>()
        }
    }
}
