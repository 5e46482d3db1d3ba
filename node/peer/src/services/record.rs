//! The stored form of a service: a record whose key has the scope and the id, and whose value is JSON.

use super::{Service, ServiceKind};
use aqua_keys::PeerId;
use bytes::Bytes;
use ecow::EcoString;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    blueprint: EcoString,
    kind: ServiceKind,
    owner: Option<String>,
    aliases: BTreeSet<EcoString>,
}

/// What the keys of all services of a scope start with.
pub(crate) fn prefix(scope: &PeerId) -> String {
    format!("service/{scope}/")
}

/// The key of a service.
pub(crate) fn key(scope: &PeerId, id: &str) -> Bytes {
    (prefix(scope) + id).into()
}

/// What the keys of all services of all scopes start with.
pub(crate) const ALL: &[u8] = b"service/";

/// The id of the service in a key, whatever its record is.
pub(crate) fn id(key: &[u8]) -> Option<&str> {
    let (_, id) = std::str::from_utf8(key).ok()?.rsplit_once('/')?;
    Some(id)
}

/// The record of a service; `None` for one of the operator.
pub(crate) fn encode(service: &Service) -> Option<Bytes> {
    let stored = Stored {
        blueprint: service.blueprint.clone()?,
        kind: service.kind,
        owner: service.owner.as_ref().map(PeerId::to_string),
        aliases: service.aliases.clone(),
    };
    let text = serde_json::to_string(&stored).expect("texts and names have a JSON form");
    Some(text.into())
}

/// The service of a record. It has not been started.
pub(crate) fn decode(prefix: &str, key: &[u8], value: &[u8]) -> Result<Service, String> {
    let key = std::str::from_utf8(key).map_err(|error| error.to_string())?;
    let id = key.strip_prefix(prefix).filter(|id| !id.is_empty());
    let id = id.ok_or("the key has no service id")?;
    let stored: Stored = serde_json::from_slice(value).map_err(|error| error.to_string())?;
    let owner = stored.owner.map(|owner| owner.parse::<PeerId>());
    Ok(Service {
        id: id.into(),
        blueprint: Some(stored.blueprint),
        kind: stored.kind,
        owner: owner.transpose().map_err(|error| error.to_string())?,
        aliases: stored.aliases,
        interface: Err("the service has not been started".into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aqua_keys::KeyPair;

    #[test]
    fn services_are_decoded_as_they_were() {
        let scope = KeyPair::from_seed([1; 32]).peer_id();
        let mut service = Service {
            id: "an id".into(),
            blueprint: Some("bafk".into()),
            kind: ServiceKind::Spell,
            owner: Some(KeyPair::from_seed([2; 32]).peer_id()),
            aliases: ["a".into(), "b/c".into()].into(),
            interface: Err("the service has not been started".into()),
        };
        let (key, prefix) = (key(&scope, &service.id), prefix(&scope));
        let value = encode(&service).expect("it has a blueprint");
        assert_eq!(decode(&prefix, &key, &value), Ok(service.clone()));
        service.owner = None;
        let value = encode(&service).expect("it has a blueprint");
        assert_eq!(decode(&prefix, &key, &value), Ok(service.clone()));

        decode(&prefix, prefix.as_bytes(), &value).expect_err("no id");
        decode(&prefix, &key, &value[1..]).expect_err("no JSON");
        decode(
            &prefix,
            &key,
            br#"{"blueprint":"","kind":"other","owner":null,"aliases":[]}"#,
        )
        .expect_err("a kind");
        service.blueprint = None;
        assert_eq!(encode(&service), None);
    }
}
