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

#[derive(Debug)]
struct Whole {
    tetraplet: Tetraplet,
    provenance: Provenance,
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
        match self.element {
            Some(index) => self.whole.tetraplet.seen_through_index(index as usize),
            None => self.whole.tetraplet.clone(),
        }
    }

    /// Whether it is certainly the same as another one.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.whole, &other.whole) && self.element == other.element
    }

    /// The origin of an element of an array that comes from here.
    pub(super) fn of_element(&self, index: usize) -> Self {
        match (self.element, u32::try_from(index)) {
            (None, Ok(index)) => Self {
                whole: self.whole.clone(),
                element: Some(index),
            },
            _ => self.with(self.tetraplet().seen_through_index(index)),
        }
    }

    /// The same in a form that gives origins of elements without work.
    pub(super) fn of_array(self) -> Self {
        match self.element {
            Some(_) => self.with(self.tetraplet()),
            None => self,
        }
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
        let array = Origin::new(called(), Provenance::Literal);
        let element = array.of_element(3);
        assert_eq!(element.tetraplet(), called().seen_through_index(3));
        assert_eq!(
            element.of_element(4).tetraplet(),
            called().seen_through_index(3).seen_through_index(4)
        );
        let inner = element.clone().of_array();
        assert_eq!(inner.tetraplet(), element.tetraplet());
        assert_eq!(inner.of_element(4).tetraplet(), element.of_element(4).tetraplet());
        assert_eq!(
            array.of_element(usize::MAX).tetraplet(),
            called().seen_through_index(usize::MAX)
        );
    }

    #[test]
    fn what_is_not_proved_is_left_out() {
        let cid = Cid::of_json(b"1");
        let proved = |provenance: &Provenance| {
            let origin = Origin::new(called(), provenance.clone());
            origin.of_element(0).proved_part().tetraplet()
        };
        assert_eq!(proved(&Provenance::Literal), Tetraplet::of_peer("peer"));
        let full = called().seen_through_index(0);
        assert_eq!(proved(&Provenance::ServiceResult { cid: cid.clone() }), full);
        let frozen = proved(&Provenance::Canon { cid });
        assert_eq!((&*frozen.peer_pk, frozen.lens), ("peer", full.lens));
        assert_eq!((&*frozen.service_id, &*frozen.function_name), ("", ""));
    }
}
