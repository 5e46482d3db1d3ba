//! Compact JSON as bytes: the texts that content ids hash.

use crate::data::{CanonCidAggregate, CanonResultCidAggregate, Provenance, ServiceResultCidAggregate};
use crate::{Cid, Tetraplet};
use aqua_values::write_string;

/// Something with a JSON text: compact, fields in their order.
pub(crate) trait JsonText {
    /// Appends the text.
    fn write_json(&self, out: &mut Vec<u8>);
}

/// Appends `before`, a text in quotes.
fn write_field(out: &mut Vec<u8>, before: &[u8], text: &str) {
    out.extend_from_slice(before);
    write_string(out, text);
}

/// Appends `before`, an id in quotes.
fn write_id_field(out: &mut Vec<u8>, before: &[u8], id: &Cid) {
    match id.other_text() {
        None => {
            out.extend_from_slice(before);
            out.push(b'"');
            id.write(out);
            out.push(b'"');
        }
        Some(text) => write_field(out, before, text),
    }
}

impl JsonText for Tetraplet {
    fn write_json(&self, out: &mut Vec<u8>) {
        write_field(out, b"{\"peer_pk\":", &self.peer_pk);
        write_field(out, b",\"service_id\":", &self.service_id);
        write_field(out, b",\"function_name\":", &self.function_name);
        write_field(out, b",\"lens\":", &self.lens);
        out.push(b'}');
    }
}

impl JsonText for ServiceResultCidAggregate {
    fn write_json(&self, out: &mut Vec<u8>) {
        write_id_field(out, b"{\"value_cid\":", &self.value_cid);
        write_id_field(out, b",\"argument_hash\":", &self.argument_hash);
        write_id_field(out, b",\"tetraplet_cid\":", &self.tetraplet_cid);
        out.push(b'}');
    }
}

impl JsonText for CanonResultCidAggregate {
    fn write_json(&self, out: &mut Vec<u8>) {
        write_id_field(out, b"{\"tetraplet\":", &self.tetraplet);
        out.extend_from_slice(b",\"values\":[");
        out.reserve(self.values.len() * size_of_val(",\"\"") + self.values.iter().map(Cid::length).sum::<usize>());
        for (place, cid) in self.values.iter().enumerate() {
            write_id_field(out, &b","[usize::from(place == 0)..], cid);
        }
        out.extend_from_slice(b"]}");
    }
}

impl JsonText for CanonCidAggregate {
    fn write_json(&self, out: &mut Vec<u8>) {
        write_id_field(out, b"{\"value\":", &self.value);
        write_id_field(out, b",\"tetraplet\":", &self.tetraplet);
        let proof: Option<(&[u8], &Cid)> = match &self.provenance {
            Provenance::Literal => None,
            Provenance::ServiceResult { cid } => Some((b"service_result", cid)),
            Provenance::Canon { cid } => Some((b"canon", cid)),
        };
        out.extend_from_slice(b",\"provenance\":{\"type\":\"");
        match proof {
            None => out.extend_from_slice(b"literal\""),
            Some((kind, cid)) => {
                out.extend_from_slice(kind);
                write_id_field(out, b"\",\"cid\":", cid);
            }
        }
        out.extend_from_slice(b"}}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ecow::EcoString;
    use serde::Serialize;

    /// The text, which must be what the structure's fields say.
    fn text_of(item: &(impl JsonText + Serialize)) -> String {
        let mut text = Vec::new();
        item.write_json(&mut text);
        let text = String::from_utf8(text).expect("JSON is UTF-8");
        assert_eq!(text, serde_json::to_string(item).expect("texts serialise"));
        text
    }

    #[test]
    fn texts_are_those_of_the_specification() {
        let id = |text: &str| Cid::from(EcoString::from(text));
        text_of(&Tetraplet {
            peer_pk: "p\"".into(),
            service_id: "\u{1f}\\".into(),
            function_name: "\u{e4}\u{7f}/".into(),
            lens: ".$.[0]".into(),
        });
        let result = text_of(&ServiceResultCidAggregate {
            value_cid: id("v\n"),
            argument_hash: id("a"),
            tetraplet_cid: id("t"),
        });
        assert_eq!(result, r#"{"value_cid":"v\n","argument_hash":"a","tetraplet_cid":"t"}"#);
        for values in [vec![], vec!["x"], vec!["x", "y"]] {
            text_of(&CanonResultCidAggregate {
                tetraplet: id("t"),
                values: values.iter().map(|cid| id(cid)).collect(),
            });
        }
        for (provenance, text) in [
            (Provenance::Literal, r#"{"type":"literal"}"#),
            (
                Provenance::ServiceResult { cid: id("c") },
                r#"{"type":"service_result","cid":"c"}"#,
            ),
            (Provenance::Canon { cid: id("c") }, r#"{"type":"canon","cid":"c"}"#),
        ] {
            let element = text_of(&CanonCidAggregate {
                value: id("v"),
                tetraplet: id("t"),
                provenance,
            });
            assert_eq!(
                element,
                format!(r#"{{"value":"v","tetraplet":"t","provenance":{text}}}"#)
            );
        }
    }
}
