use crate::Value;
use ecow::{EcoString, EcoVec};

/// The fields of a JSON object: each name once, sorted by name. Clones share their parts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Object(EcoVec<(EcoString, Value)>);

impl Object {
    /// The number of fields.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no fields.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a field.
    #[inline]
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        let index = self.find(name).ok()?;
        Some(&self.0[index].1)
    }

    /// Sets a field; gives the value that it had.
    pub fn insert(&mut self, name: impl Into<EcoString>, value: Value) -> Option<Value> {
        let name = name.into();
        match self.find(&name) {
            Ok(index) => Some(std::mem::replace(&mut self.0.make_mut()[index].1, value)),
            Err(index) => {
                self.0.insert(index, (name, value));
                None
            }
        }
    }

    /// The fields, sorted by name.
    #[inline]
    pub fn iter(&self) -> Fields<'_> {
        Fields(self.0.iter())
    }

    #[inline]
    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(name))
    }
}

/// The fields of an [`Object`], sorted by name.
#[derive(Debug, Clone)]
pub struct Fields<'o>(std::slice::Iter<'o, (EcoString, Value)>);

impl<'o> Iterator for Fields<'o> {
    type Item = (&'o EcoString, &'o Value);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name, value))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Fields<'_> {}

impl<'o> IntoIterator for &'o Object {
    type Item = (&'o EcoString, &'o Value);
    type IntoIter = Fields<'o>;

    #[inline]
    fn into_iter(self) -> Fields<'o> {
        self.iter()
    }
}

impl<const N: usize> From<[(EcoString, Value); N]> for Object {
    /// Of fields of the same name the last one stays.
    fn from(fields: [(EcoString, Value); N]) -> Self {
        if fields.is_sorted_by(|(left, _), (right, _)| left < right) {
            Self(fields.into())
        } else {
            fields.into_iter().collect()
        }
    }
}

impl<N: Into<EcoString>> FromIterator<(N, Value)> for Object {
    /// Of fields of the same name the last one stays.
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(fields: I) -> Self {
        let mut fields: EcoVec<_> = fields.into_iter().map(|(name, value)| (name.into(), value)).collect();
        if !fields.is_sorted_by(|(left, _), (right, _)| left < right) {
            let mut sorted: Vec<_> = fields.iter().cloned().collect();
            sorted.sort_by(|(left, _), (right, _)| left.cmp(right));
            sorted.dedup_by(|(name, value), (kept, kept_value)| {
                let is_same = name == kept;
                if is_same {
                    std::mem::swap(value, kept_value);
                }
                is_same
            });
            fields = sorted.into_iter().collect();
        }
        Self(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_sorted_and_the_last_of_a_name_stays() {
        let fields = [("b", 1), ("a", 2), ("b", 3)].map(|(name, number)| (name, number.into()));
        let mut object: Object = fields.into_iter().collect();
        let names = |object: &Object| object.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>();
        assert_eq!(names(&object), ["a", "b"]);
        assert_eq!(object.get("b"), Some(&3.into()));
        let shared = object.clone();
        assert_eq!(object.insert("b", Value::Null), Some(3.into()));
        assert_eq!(object.insert("ab", Value::Null), None);
        assert_eq!(
            (names(&object), object.len()),
            (vec!["a".into(), "ab".into(), "b".into()], 3)
        );
        assert_eq!((shared.get("b"), shared.get("ab")), (Some(&3.into()), None));
    }
}
