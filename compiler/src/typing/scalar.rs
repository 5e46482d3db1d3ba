//! Scalar types, and the sets of scalars that literals can become.

/// A scalar type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Scalar {
    /// `u8`.
    U8,
    /// `u16`.
    U16,
    /// `u32`.
    U32,
    /// `u64`.
    U64,
    /// `i8`.
    I8,
    /// `i16`.
    I16,
    /// `i32`.
    I32,
    /// `i64`.
    I64,
    /// `f32`.
    F32,
    /// `f64`.
    F64,
    /// `bool`.
    Bool,
    /// `string`.
    String,
}

impl Scalar {
    /// All scalars.
    pub const ALL: [Self; 12] = [
        Self::U8,
        Self::U16,
        Self::U32,
        Self::U64,
        Self::I8,
        Self::I16,
        Self::I32,
        Self::I64,
        Self::F32,
        Self::F64,
        Self::Bool,
        Self::String,
    ];

    /// The name in source and in function definitions.
    pub const fn name(self) -> &'static str {
        match self {
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::Bool => "bool",
            Self::String => "string",
        }
    }

    /// The scalar of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scalar| scalar.name() == name)
    }

    /// Whether an integer is signed, and its width in bits; `None` for other scalars.
    const fn integer(self) -> Option<(bool, u8)> {
        match self {
            Self::U8 => Some((false, 8)),
            Self::U16 => Some((false, 16)),
            Self::U32 => Some((false, 32)),
            Self::U64 => Some((false, 64)),
            Self::I8 => Some((true, 8)),
            Self::I16 => Some((true, 16)),
            Self::I32 => Some((true, 32)),
            Self::I64 => Some((true, 64)),
            _ => None,
        }
    }

    /// Whether every value of `other` is a value of this scalar.
    pub const fn accepts(self, other: Self) -> bool {
        if self as u8 == other as u8 {
            return true;
        }
        match (self.integer(), other.integer()) {
            (Some((signed, width)), Some((other_signed, other_width))) => {
                (signed || !other_signed) && width > other_width
            }
            (None, Some((_, other_width))) => match self {
                Self::F32 => other_width <= 16,
                Self::F64 => other_width <= 32,
                _ => false,
            },
            _ => matches!((self, other), (Self::F64, Self::F32)),
        }
    }
}

/// A set of scalars: the types that a literal can become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScalarSet(u16);

impl ScalarSet {
    /// The empty set.
    pub const EMPTY: Self = Self(0);
    /// Signed integers: the types of `-1`.
    pub const SIGNED: Self = Self(0b0000_1111_0000);
    /// All integers: the types of `1`.
    pub const INTEGER: Self = Self(0b0000_1111_1111);
    /// Floats: the types of `1.5`.
    pub const FLOAT: Self = Self(0b0011_0000_0000);
    /// All numbers.
    pub const NUMBER: Self = Self(0b0011_1111_1111);
    /// `bool`: the type of `true`.
    pub const BOOL: Self = Self(1 << Scalar::Bool as u8);
    /// `string`: the type of `"a"`.
    pub const STRING: Self = Self(1 << Scalar::String as u8);

    /// The set of one scalar.
    pub const fn of(scalar: Scalar) -> Self {
        Self(1 << scalar as u8)
    }

    /// Whether the scalar is a member.
    pub const fn contains(self, scalar: Scalar) -> bool {
        self.0 & (1 << scalar as u8) != 0
    }

    /// Whether every member of `other` is a member.
    pub const fn contains_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The scalars that are members of both sets.
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The scalars that are members of either set.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The members, in the order of [`Scalar::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scalar> {
        Scalar::ALL.into_iter().filter(move |scalar| self.contains(*scalar))
    }
}

impl FromIterator<Scalar> for ScalarSet {
    fn from_iter<I: IntoIterator<Item = Scalar>>(scalars: I) -> Self {
        scalars
            .into_iter()
            .fold(Self::EMPTY, |set, scalar| set.union(Self::of(scalar)))
    }
}
