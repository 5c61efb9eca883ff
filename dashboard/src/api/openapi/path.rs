//! What stands in a path.

use serde_json::{Value, json};

/// The parameters of a path with names in braces.
pub(super) fn parameters(path: &str) -> Vec<Value> {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names.map(|name| json!({"name": name, "in": "path", "required": true, "schema": schema(path, name)})).collect()
}

fn schema(path: &str, name: &str) -> Value {
    let text = json!({"type": "string", "minLength": 1});
    let number = json!({"type": "integer", "format": "int64"});
    match (name, path) {
        ("uid", _) => json!({"type": "string", "pattern": "^[0-9A-F]{8}([0-9A-F]{6}){0,2}$"}),
        ("kind", "/api/v1/import/{kind}") => json!({"enum": ["people", "cards", "rights"]}),
        ("kind", _) => json!({"enum": ["events", "unknown-cards", "alarms", "audit"]}),
        ("id", path) if path.starts_with("/api/v1/doors/") => text,
        // Numbers of 64 bits, which JavaScript would round.
        ("id", "/api/v1/commands/{id}" | "/api/v1/encodings/{id}") => {
            json!({"type": "string", "pattern": "^[0-9]{1,20}$"})
        }
        ("id" | "person" | "number" | "change", _) => number,
        _ => text,
    }
}
