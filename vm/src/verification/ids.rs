//! Verifies that content ids match their entries and that no entry is missing.

use crate::Cid;
use crate::data::{CidInfo, Provenance, Store};
use crate::digests::{Texts, digests};
use crate::failure::{CidStoreError, type_names};
use crate::json_text::JsonText;
use ecow::EcoString;

/// Verifies the entries that the verified stores do not have, and that no entry is missing.
pub(super) fn verify_ids(info: &CidInfo, known: &CidInfo) -> Result<(), CidStoreError> {
    verify_values(&info.value_store, &known.value_store)?;
    verify_store(&info.tetraplet_store, &known.tetraplet_store, type_names::TETRAPLET)?;
    verify_store(
        &info.service_result_store,
        &known.service_result_store,
        type_names::SERVICE_RESULT,
    )?;
    verify_store(
        &info.canon_element_store,
        &known.canon_element_store,
        type_names::CANON_ELEMENT,
    )?;
    verify_store(
        &info.canon_result_store,
        &known.canon_result_store,
        type_names::CANON_RESULT,
    )?;
    verify_references(info)
}

/// Texts that are hashed at once.
const AT_ONCE: usize = 256;

fn verify_values(store: &Store<EcoString>, known: &Store<EcoString>) -> Result<(), CidStoreError> {
    let entries: Vec<(&Cid, &[u8])> = unknown(store, known)
        .map(|(cid, text)| (cid, text.as_bytes()))
        .collect();
    for entries in entries.chunks(AT_ONCE) {
        verify_entries(entries, type_names::VALUE)?;
    }
    Ok(())
}

fn verify_store<T: JsonText + PartialEq>(
    store: &Store<T>,
    known: &Store<T>,
    name: &'static str,
) -> Result<(), CidStoreError> {
    let mut entries = unknown(store, known).peekable();
    let mut texts = Texts::default();
    while entries.peek().is_some() {
        let mut ids = Vec::new();
        texts.clear();
        for (cid, item) in entries.by_ref().take(AT_ONCE) {
            ids.push(cid);
            texts.push(|out| item.write_json(out));
        }
        let entries: Vec<(&Cid, &[u8])> = ids.into_iter().zip(texts.iter()).collect();
        verify_entries(&entries, name)?;
    }
    Ok(())
}

/// Verifies texts by their ids.
fn verify_entries(entries: &[(&Cid, &[u8])], store: &'static str) -> Result<(), CidStoreError> {
    let texts: Vec<&[u8]> = entries.iter().map(|(_, text)| *text).collect();
    entries
        .iter()
        .zip(digests(&texts))
        .try_for_each(|((cid, text), digest)| match cid.verify_hashed(&digest, text) {
            Ok(true) => Ok(()),
            Ok(false) => Err(CidStoreError::mismatch(store, cid)),
            Err(error) => Err(CidStoreError::Cid(error)),
        })
}

/// The entries that a verified store does not have.
fn unknown<'d, T: PartialEq>(store: &'d Store<T>, known: &'d Store<T>) -> impl Iterator<Item = (&'d Cid, &'d T)> {
    store
        .iter()
        .filter(|(cid, item)| known.is_empty() || known.get(cid) != Some(*item))
}

fn verify_references(info: &CidInfo) -> Result<(), CidStoreError> {
    let missing = |cid: &Cid, from, to| CidStoreError::Reference {
        cid: cid.to_string().into(),
        from,
        to,
    };
    let value = |cid, from| require(&info.value_store, cid).ok_or_else(|| missing(cid, from, type_names::VALUE));
    let tetraplet =
        |cid, from| require(&info.tetraplet_store, cid).ok_or_else(|| missing(cid, from, type_names::TETRAPLET));

    for result in info.canon_result_store.values() {
        for cid in &result.values {
            require(&info.canon_element_store, cid)
                .ok_or_else(|| missing(cid, type_names::CANON_RESULT, type_names::CANON_ELEMENT))?;
        }
        tetraplet(&result.tetraplet, type_names::CANON_RESULT)?;
    }
    for element in info.canon_element_store.values() {
        tetraplet(&element.tetraplet, type_names::CANON_ELEMENT)?;
        value(&element.value, type_names::CANON_ELEMENT)?;
        match &element.provenance {
            Provenance::Literal => {}
            Provenance::ServiceResult { cid } => require(&info.service_result_store, cid)
                .ok_or_else(|| missing(cid, type_names::CANON_ELEMENT, type_names::SERVICE_RESULT))?,
            Provenance::Canon { cid } => require(&info.canon_result_store, cid)
                .ok_or_else(|| missing(cid, type_names::CANON_ELEMENT, type_names::CANON_RESULT))?,
        }
    }
    for result in info.service_result_store.values() {
        tetraplet(&result.tetraplet_cid, type_names::SERVICE_RESULT)?;
        value(&result.value_cid, type_names::SERVICE_RESULT)?;
    }
    Ok(())
}

fn require<T>(store: &Store<T>, cid: &Cid) -> Option<()> {
    store.contains_key(cid).then_some(())
}
