//! The origins of values, in a form whose copies are cheap: most values are elements of an array.

use crate::Tetraplet;
use crate::data::Provenance;
use crate::memory::{self, sizes};
use triomphe::Arc;

/// The tetraplet of a value and its proof.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    source: Arc<Source>,
    /// The index of the value in the source, if it is an element of it.
    element: Option<u32>,
}

/// A borrowed origin.
#[derive(Debug, Clone, Copy)]
pub(super) struct OriginRef<'o> {
    source: &'o Arc<Source>,
    element: Option<u32>,
}

#[derive(Debug)]
struct Source {
    tetraplet: Tetraplet,
    provenance: Provenance,
}

sizes! {
    SOURCE: Source = 128;
}

/// Memory of an origin that shares nothing but the texts of its tetraplet.
pub(super) const ORIGIN: usize = memory::TRIOMPHE + SOURCE;

impl Source {
    fn tetraplet_of(&self, element: Option<u32>) -> Tetraplet {
        match element {
            Some(index) => self.tetraplet.seen_through_index(index as usize),
            None => self.tetraplet.clone(),
        }
    }
}

impl Origin {
    pub(super) fn new(tetraplet: Tetraplet, provenance: Provenance) -> Self {
        let source = Arc::new(Source { tetraplet, provenance });
        Self { source, element: None }
    }

    pub(super) fn provenance(&self) -> &Provenance {
        &self.source.provenance
    }

    pub(super) fn tetraplet(&self) -> Tetraplet {
        self.source.tetraplet_of(self.element)
    }

    pub(super) fn as_ref(&self) -> OriginRef<'_> {
        OriginRef {
            source: &self.source,
            element: self.element,
        }
    }

    /// The origin of an array's elements.
    pub(super) fn of_array(self) -> ArrayOrigin {
        ArrayOrigin(match self.element {
            Some(_) => self.with(self.tetraplet()),
            None => self,
        })
    }

    /// The origin of the part that a lens selects.
    pub(super) fn seen_through(&self, lens: &str) -> Self {
        self.with(self.tetraplet().seen_through(lens))
    }

    /// The same proof with another tetraplet.
    pub(super) fn with(&self, tetraplet: Tetraplet) -> Self {
        Self::new(tetraplet, self.source.provenance.clone())
    }

    /// The part of the tetraplet that the proof covers: the peer of a literal, the peer and lens of a canonicalised value.
    pub(super) fn proved_part(self) -> Self {
        let source = &self.source.tetraplet;
        let has_function = !source.service_id.is_empty() || !source.function_name.is_empty();
        match self.source.provenance {
            Provenance::Literal if has_function || !source.lens.is_empty() || self.element.is_some() => {
                self.with(Tetraplet::of_peer(source.peer_pk.clone()))
            }
            Provenance::Canon { .. } if has_function => {
                let Tetraplet { peer_pk, lens, .. } = self.tetraplet();
                self.with(Tetraplet {
                    peer_pk,
                    lens,
                    ..Tetraplet::default()
                })
            }
            _ => self,
        }
    }
}

impl OriginRef<'_> {
    pub(super) fn to_origin(self) -> Origin {
        Origin {
            source: self.source.clone(),
            element: self.element,
        }
    }

    pub(super) fn tetraplet(self) -> Tetraplet {
        self.source.tetraplet_of(self.element)
    }

    /// Whether both are known to be the same origin. A `false` proves nothing.
    pub(super) fn is(self, other: OriginRef<'_>) -> bool {
        Arc::ptr_eq(self.source, other.source) && self.element == other.element
    }
}

/// The origin of an array's elements.
#[derive(Debug, Clone)]
pub(super) struct ArrayOrigin(Origin);

impl ArrayOrigin {
    /// The origin of an element. Arrays of more elements than numbers of 32 bits count don't fit the data of a particle.
    pub(super) fn element(&self, index: usize) -> OriginRef<'_> {
        OriginRef {
            source: &self.0.source,
            element: Some(u32::try_from(index).unwrap_or(u32::MAX)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cid;

    fn called() -> Tetraplet {
        Tetraplet {
            peer_pk: "peer".into(),
            service_id: "service".into(),
            function_name: "function".into(),
            lens: ".$.a".into(),
        }
    }

    #[test]
    fn elements_have_the_tetraplets_that_they_had_one_by_one() {
        let array = Origin::new(called(), Provenance::Literal).of_array();
        let element = array.element(3);
        assert_eq!(element.tetraplet(), called().seen_through_index(3));
        let inner = element.to_origin().of_array();
        assert_eq!(
            inner.element(4).tetraplet(),
            called().seen_through_index(3).seen_through_index(4)
        );
        assert!(element.is(array.element(3)) && !element.is(array.element(4)) && !element.is(inner.element(3)));
    }

    #[test]
    fn what_is_not_proved_is_left_out() {
        let cid = Cid::of_json(b"1");
        let proved = |provenance: &Provenance| {
            let origin = Origin::new(called(), provenance.clone()).of_array();
            origin.element(0).to_origin().proved_part().tetraplet()
        };
        assert_eq!(proved(&Provenance::Literal), Tetraplet::of_peer("peer"));
        let full = called().seen_through_index(0);
        assert_eq!(proved(&Provenance::ServiceResult { cid: cid.clone() }), full);
        let canonicalised = proved(&Provenance::Canon { cid });
        assert_eq!((&*canonicalised.peer_pk, canonicalised.lens), ("peer", full.lens));
        assert_eq!((&*canonicalised.service_id, &*canonicalised.function_name), ("", ""));
    }
}
