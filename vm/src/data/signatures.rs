//! The signatures of particle data, which are made when they are first used.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::LazyLock;

/// Signatures by public key, both with their format byte.
pub(crate) type SignatureMap = BTreeMap<Box<[u8]>, Box<[u8]>>;

/// Signatures by public key, both with their format byte.
///
/// A peer signs what it has added when the signatures are first used.
pub struct Signatures(LazyLock<SignatureMap, Box<dyn FnOnce() -> SignatureMap + Send>>);

impl Signatures {
    /// Signatures that are made when they are first used.
    pub(crate) fn lazy(make: impl FnOnce() -> SignatureMap + Send + 'static) -> Self {
        Self(LazyLock::new(Box::new(make)))
    }
}

impl Deref for Signatures {
    type Target = SignatureMap;

    fn deref(&self) -> &SignatureMap {
        &self.0
    }
}

impl DerefMut for Signatures {
    fn deref_mut(&mut self) -> &mut SignatureMap {
        &mut self.0
    }
}

impl From<SignatureMap> for Signatures {
    fn from(signatures: SignatureMap) -> Self {
        let made = Self::lazy(|| signatures);
        // Drops the closure.
        LazyLock::force(&made.0);
        made
    }
}

impl FromIterator<(Box<[u8]>, Box<[u8]>)> for Signatures {
    fn from_iter<I: IntoIterator<Item = (Box<[u8]>, Box<[u8]>)>>(signatures: I) -> Self {
        SignatureMap::from_iter(signatures).into()
    }
}

impl<'s> IntoIterator for &'s Signatures {
    type Item = (&'s Box<[u8]>, &'s Box<[u8]>);
    type IntoIter = std::collections::btree_map::Iter<'s, Box<[u8]>, Box<[u8]>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Default for Signatures {
    fn default() -> Self {
        SignatureMap::new().into()
    }
}

impl Clone for Signatures {
    fn clone(&self) -> Self {
        SignatureMap::clone(self).into()
    }
}

impl PartialEq for Signatures {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Signatures {}

impl fmt::Debug for Signatures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}
