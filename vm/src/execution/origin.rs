//! Where values come from, in a form whose copies are cheap: most values come from a list that somebody goes through.

use crate::Tetraplet;
use crate::data::Provenance;
use triomphe::Arc;

/// The tetraplet of a value and what proves it.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    whole: Arc<Whole>,
    /// Which element of that, if it is one.
    element: Option<u32>,
}

/// An origin that is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct OriginRef<'o> {
    whole: &'o Arc<Whole>,
    element: Option<u32>,
}

#[derive(Debug)]
struct Whole {
    tetraplet: Tetraplet,
    provenance: Provenance,
}

impl Whole {
    fn tetraplet_of(&self, element: Option<u32>) -> Tetraplet {
        match element {
            Some(index) => self.tetraplet.seen_through_index(index as usize),
            None => self.tetraplet.clone(),
        }
    }
}

impl Origin {
    pub(super) fn new(tetraplet: Tetraplet, provenance: Provenance) -> Self {
        let whole = Arc::new(Whole { tetraplet, provenance });
        Self { whole, element: None }
    }

    pub(super) fn provenance(&self) -> &Provenance {
        &self.whole.provenance
    }

    pub(super) fn tetraplet(&self) -> Tetraplet {
        self.whole.tetraplet_of(self.element)
    }

    pub(super) fn as_ref(&self) -> OriginRef<'_> {
        OriginRef {
            whole: &self.whole,
            element: self.element,
        }
    }

    /// The same in a form that has elements.
    pub(super) fn of_array(self) -> ArrayOrigin {
        ArrayOrigin(match self.element {
            Some(_) => self.with(self.tetraplet()),
            None => self,
        })
    }

    /// The origin of what a lens shows.
    pub(super) fn seen_through(&self, lens: &str) -> Self {
        self.with(self.tetraplet().seen_through(lens))
    }

    /// Another tetraplet with the same proof.
    pub(super) fn with(&self, tetraplet: Tetraplet) -> Self {
        Self::new(tetraplet, self.whole.provenance.clone())
    }

    /// With what the proof vouches for: of a literal the peer, of a frozen value the peer and the lens.
    pub(super) fn proved_part(self) -> Self {
        let whole = &self.whole.tetraplet;
        let has_function = !whole.service_id.is_empty() || !whole.function_name.is_empty();
        match self.whole.provenance {
            Provenance::Literal if has_function || !whole.lens.is_empty() || self.element.is_some() => {
                self.with(Tetraplet::of_peer(whole.peer_pk.clone()))
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
            whole: self.whole.clone(),
            element: self.element,
        }
    }

    pub(super) fn tetraplet(self) -> Tetraplet {
        self.whole.tetraplet_of(self.element)
    }

    /// Whether it is certainly the same as another one.
    pub(super) fn is(self, other: OriginRef<'_>) -> bool {
        Arc::ptr_eq(self.whole, other.whole) && self.element == other.element
    }
}

/// The origin of an array that somebody goes through.
#[derive(Debug, Clone)]
pub(super) struct ArrayOrigin(Origin);

impl ArrayOrigin {
    /// The origin of an element. Arrays of more elements than numbers of 32 bits count don't fit the data of a particle.
    pub(super) fn element(&self, index: usize) -> OriginRef<'_> {
        OriginRef {
            whole: &self.0.whole,
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
        let frozen = proved(&Provenance::Canon { cid });
        assert_eq!((&*frozen.peer_pk, frozen.lens), ("peer", full.lens));
        assert_eq!((&*frozen.service_id, &*frozen.function_name), ("", ""));
    }
}
