//! Blueprints: the modules that make a service (§3.3 of the Marine format, §4.1 of the node).

use crate::ContentId;
use serde::{Deserialize, Serialize};

/// The modules of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blueprint {
    name: String,
    dependencies: Vec<ContentId>,
}

/// Why something is not a blueprint.
#[derive(Debug, thiserror::Error)]
pub enum BlueprintError {
    /// There is no module, so no function that a service could have.
    #[error("a blueprint needs at least one dependency")]
    NoDependencies,
    /// The text is not JSON of the expected form.
    #[error("invalid blueprint: {0}")]
    Json(#[from] serde_json::Error),
}

/// The form in DAG-JSON. Fields are in the order of their names.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Json {
    dependencies: Vec<Link>,
    name: String,
}

/// A link in DAG-JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    #[serde(rename = "/")]
    id: ContentId,
}

impl Blueprint {
    /// A blueprint of modules in the order of loading. The functions of the service are those of the last one.
    ///
    /// # Errors
    /// If there are no modules.
    pub fn new(name: impl Into<String>, dependencies: Vec<ContentId>) -> Result<Self, BlueprintError> {
        if dependencies.is_empty() {
            return Err(BlueprintError::NoDependencies);
        }
        let name = name.into();
        Ok(Self { name, dependencies })
    }

    /// Parses DAG-JSON: `{"dependencies":[{"/":"CID"},…],"name":"…"}`, in any order and spacing.
    ///
    /// # Errors
    /// If the text has another form, or no dependencies.
    pub fn from_json(text: &str) -> Result<Self, BlueprintError> {
        let Json { dependencies, name } = serde_json::from_str(text)?;
        Self::new(name, dependencies.into_iter().map(|link| link.id).collect())
    }

    /// The canonical DAG-JSON: sorted keys, no spaces.
    pub fn to_json(&self) -> String {
        let dependencies = self.dependencies.iter().map(|id| Link { id: *id });
        let json = Json {
            dependencies: dependencies.collect(),
            name: self.name.clone(),
        };
        serde_json::to_string(&json).expect("strings and arrays are JSON")
    }

    /// The content id of the canonical DAG-JSON.
    pub fn id(&self) -> ContentId {
        ContentId::of(self.to_json().as_bytes())
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The modules in the order of loading.
    pub fn dependencies(&self) -> &[ContentId] {
        &self.dependencies
    }

    /// The module whose functions are those of the service.
    pub fn facade(&self) -> ContentId {
        *self.dependencies.last().expect("a blueprint has dependencies")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trust_graph() -> Blueprint {
        let dependencies = [
            "bafybeiey4i2vtj7uu7tlvdoc2o52uuuwxa4ahcx5g4lpqzk4qtd5klniuq",
            "bafybeibuvzascfzi5ikyzhjxdkridgytg4z26ujtnx7xrejq7gxq54ssdm",
        ];
        let dependencies = dependencies.map(|id| id.parse().expect("an id"));
        Blueprint::new("trust-graph", dependencies.into()).expect("two dependencies")
    }

    /// The vector of §4.1 of the node.
    #[test]
    fn the_id_of_the_trust_graph() {
        let blueprint = trust_graph();
        assert_eq!(
            blueprint.to_json(),
            "{\"dependencies\":[{\"/\":\"bafybeiey4i2vtj7uu7tlvdoc2o52uuuwxa4ahcx5g4lpqzk4qtd5klniuq\"},\
             {\"/\":\"bafybeibuvzascfzi5ikyzhjxdkridgytg4z26ujtnx7xrejq7gxq54ssdm\"}],\"name\":\"trust-graph\"}"
        );
        assert_eq!(
            blueprint.id().to_string(),
            "bafkreifdehdwcppttfsqaju4kodgn5wgbefrarbzc72k4sore2bwpeq2fa"
        );
        assert_eq!(blueprint.facade(), blueprint.dependencies()[1]);
    }

    #[test]
    fn json_in_another_order_is_the_same_blueprint() {
        let text = r#" { "name": "a\u0062", "dependencies": [ {"/": "bafkreifdehdwcppttfsqaju4kodgn5wgbefrarbzc72k4sore2bwpeq2fa"} ] } "#;
        let blueprint = Blueprint::from_json(text).expect("a blueprint");
        assert_eq!(blueprint.name(), "ab");
        let again = Blueprint::from_json(&blueprint.to_json()).expect("a blueprint");
        assert_eq!((again.id(), &again), (blueprint.id(), &blueprint));
    }

    #[test]
    fn other_json_is_refused() {
        let refused = |text: &str| Blueprint::from_json(text).expect_err(text).to_string();
        assert_eq!(
            refused(r#"{"name":"a","dependencies":[]}"#),
            "a blueprint needs at least one dependency"
        );
        let ids = [r#""x""#, r#"{"/":"x"}"#, r#"{"/":"../x"}"#, r#"{}"#];
        for id in ids {
            let message = refused(&format!(r#"{{"name":"a","dependencies":[{id}]}}"#));
            assert!(message.starts_with("invalid blueprint: "), "{message}");
        }
        assert!(refused(r#"{"name":"a"}"#).contains("missing field `dependencies`"));
    }
}
