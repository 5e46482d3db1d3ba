//! Call parameters from the command line: a JSON object in which every field is optional.

use anyhow::{Result, bail, ensure};
use aqua_services::{CallParameters, CallParticle, CallTetraplet};
use serde_json::{Map, Value};

/// Reads the object.
pub(super) fn parse(text: &str) -> Result<CallParameters> {
    let value: Value = serde_json::from_str(text)?;
    let mut fields = Fields::new("", value)?;
    let particle = match fields.take("particle") {
        Some(particle) => read_particle(particle)?,
        None => CallParticle::default(),
    };
    let parameters = CallParameters {
        particle,
        service_id: fields.text("service_id")?.into(),
        service_creator_peer_id: fields.text("service_creator_peer_id")?.into(),
        host_id: fields.text("host_id")?.into(),
        worker_id: fields.text("worker_id")?.into(),
        tetraplets: match fields.take("tetraplets") {
            Some(origins) => lists(origins, "tetraplets")?
                .into_iter()
                .map(|origins| lists(origins, "tetraplets")?.into_iter().map(read_tetraplet).collect())
                .collect::<Result<_>>()?,
            None => Vec::new(),
        },
    };
    fields.finish()?;
    Ok(parameters)
}

fn read_particle(value: Value) -> Result<CallParticle> {
    let mut fields = Fields::new("particle.", value)?;
    let particle = CallParticle {
        id: fields.text("id")?.into(),
        init_peer_id: fields.text("init_peer_id")?.into(),
        timestamp: fields.number("timestamp")?,
        ttl: u32::try_from(fields.number("ttl")?)?,
        script: fields.text("script")?.into(),
        signature: match fields.take("signature") {
            Some(bytes) => serde_json::from_value(bytes)?,
            None => Vec::new(),
        },
        token: fields.text("token")?.into(),
    };
    fields.finish()?;
    Ok(particle)
}

fn read_tetraplet(value: Value) -> Result<CallTetraplet> {
    let mut fields = Fields::new("tetraplets[][].", value)?;
    let tetraplet = CallTetraplet {
        peer_pk: fields.text("peer_pk")?.into(),
        service_id: fields.text("service_id")?.into(),
        function_name: fields.text("function_name")?.into(),
        lens: fields.text("lens")?.into(),
    };
    fields.finish()?;
    Ok(tetraplet)
}

fn lists(value: Value, name: &str) -> Result<Vec<Value>> {
    match value {
        Value::Array(items) => Ok(items),
        other => bail!("expected an array of arrays in `{name}`, found {other}"),
    }
}

/// The fields of an object. Unknown ones are errors.
struct Fields {
    path: &'static str,
    fields: Map<String, Value>,
}

impl Fields {
    fn new(path: &'static str, value: Value) -> Result<Self> {
        match value {
            Value::Object(fields) => Ok(Self { path, fields }),
            other => bail!("expected an object, found {other}"),
        }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name)
    }

    fn text(&mut self, name: &str) -> Result<String> {
        match self.take(name) {
            None => Ok(String::new()),
            Some(Value::String(text)) => Ok(text),
            Some(other) => bail!("expected a string for `{}{name}`, found {other}", self.path),
        }
    }

    fn number(&mut self, name: &str) -> Result<u64> {
        match self.take(name) {
            None => Ok(0),
            Some(value) => match value.as_u64() {
                Some(number) => Ok(number),
                None => bail!("expected a number for `{}{name}`, found {value}", self.path),
            },
        }
    }

    fn finish(self) -> Result<()> {
        let unknown = self.fields.keys().next();
        ensure!(
            unknown.is_none(),
            "unknown field `{}{}`",
            self.path,
            unknown.map_or("", String::as_str)
        );
        Ok(())
    }
}
