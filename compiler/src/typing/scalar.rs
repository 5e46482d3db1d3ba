//! Numbers, `bool` and `string`, and the sets of them that literals can become.

/// A built-in type without parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Scalar {
    /// Unsigned, 8 bits.
    U8,
    /// Unsigned, 16 bits.
    U16,
    /// Unsigned, 32 bits.
    U32,
    /// Unsigned, 64 bits.
    U64,
    /// Signed, 8 bits.
    I8,
    /// Signed, 16 bits.
    I16,
    /// Signed, 32 bits.
    I32,
    /// Signed, 64 bits.
    I64,
    /// Floating, 32 bits.
    F32,
    /// Floating, 64 bits.
    F64,
    /// True or false.
    Bool,
    /// Text.
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

    /// Whether this is an integer, and then its sign and width in bits; floats give their mantissa's precision apart.
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

/// A set of scalars: what a literal can become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScalarSet(u16);

impl ScalarSet {
    /// No scalar.
    pub const EMPTY: Self = Self(0);
    /// Signed integers: what `-1` can become.
    pub const SIGNED: Self = Self(0b0000_1111_0000);
    /// All integers: what `1` can become.
    pub const INTEGER: Self = Self(0b0000_1111_1111);
    /// What `1.5` can become.
    pub const FLOAT: Self = Self(0b0011_0000_0000);
    /// All numbers.
    pub const NUMBER: Self = Self(0b0011_1111_1111);
    /// What `true` can become.
    pub const BOOL: Self = Self(1 << Scalar::Bool as u8);
    /// What `"a"` can become.
    pub const STRING: Self = Self(1 << Scalar::String as u8);

    /// The set of one.
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

    /// The members of both.
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The members of either.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether nothing is a member.
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
