//! The API against its own document. schemathesis makes calls of every operation, at the edges of what the document allows,
//! within and beyond them; no answer may be a fault of the server, or another than the document tells of.

use std::path::Path;
use std::process::Command;

use site::whole::{Broker, OPERATOR, Whole, people};

/// Calls of each operation beside those at the edges. `KULKU_API_EXAMPLES=200` looks for longer.
const EXAMPLES: &str = "3";

/// The same calls each time; another seed by `KULKU_API_SEED`.
const SEED: &str = "20261124";

/// What is asked of every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
    response_schema_conformance";

/// Calls that take away what the calls are made with: they come last, with a token of their own.
const UNDOING: &str = "^(put-operators-id|post-operators-id-reset|delete-tokens-id|delete-sessions-session)$";

fn chosen(variable: &str, usual: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| usual.to_owned())
}

fn hold_against_its_document(site: &Whole, token: &str, which: &str) {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemathesis/venv/bin/schemathesis");
    assert!(program.exists(), "{}: run tests/run, which installs it", program.display());
    let (examples, seed) = (chosen("KULKU_API_EXAMPLES", EXAMPLES), chosen("KULKU_API_SEED", SEED));
    let output = Command::new(program)
        .args(["run", &format!("{}/api/openapi.json", site.dashboard), "--phases", "coverage,fuzzing"])
        .args(["--header", &format!("Authorization: Bearer {token}"), "--checks", CHECKS])
        .args(["--max-examples", &examples, "--seed", &seed, "--workers", "1", "--continue-on-failure"])
        .args(["--request-timeout", "30", "--no-color", "--warnings", "off", which, UNDOING])
        .current_dir(site.folder())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "seed {seed}\n{told}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("Seed: "), "it has run: {told}");
}

#[test]
fn no_call_that_the_document_allows_or_forbids_finds_a_fault_or_an_answer_that_it_does_not_tell_of() {
    let site = Whole::start(Broker::Embedded, 1, &people(5, 1).unwrap()).unwrap();
    let token = || site.run(&["token", "add", OPERATOR.0, "schemathesis"]).unwrap().trim().to_owned();
    hold_against_its_document(&site, &token(), "--exclude-operation-id-regex");
    assert_eq!(site.api.get("/api/v1/me").unwrap().status, 200, "all of it was asked by somebody who may");
    hold_against_its_document(&site, &token(), "--include-operation-id-regex");
    site.stop().unwrap();
}
