//! The lists and certificates of NIST's PKI test suite (PKITS, csrc.nist.gov), which are not part of
//! this repository. Unpack it anywhere (its folders `certs` and `crls`) and run
//!
//! ```text
//! KULKU_PKITS=folder cargo test -p kulku-certificates --test suite -- pkits --nocapture
//! ```

use std::collections::BTreeMap;
use std::path::PathBuf;

use certificates::list::{ListFault, RevocationList};
use certificates::{Authorities, Certificate};

use crate::common::{NOW_S, read};

/// Everything of a folder, by name without its ending.
fn files(folder: &str) -> Option<BTreeMap<String, Vec<u8>>> {
    let Some(suite) = std::env::var_os("KULKU_PKITS").map(PathBuf::from) else {
        println!("KULKU_PKITS names no folder, so nothing is proved here");
        return None;
    };
    let entries = std::fs::read_dir(suite.join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let stem = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    Some(entries.map(|path| (stem(&path), std::fs::read(&path).unwrap())).collect())
}

/// Every authority of the suite, of which the trust anchor is the only one that has signed itself.
fn authorities(certificates: &BTreeMap<String, Vec<u8>>) -> Authorities {
    let mut all = Authorities::new();
    for bytes in certificates.values() {
        if let Ok(certificate) = Certificate::read(bytes) {
            // Cards and authorities without basicConstraints are turned away, which is right.
            let _ = all.add(certificate);
        }
    }
    all
}

fn name_of(fault: &ListFault) -> String {
    match fault {
        ListFault::Chain { fault, .. } => format!("Chain({})", variant(&format!("{fault:?}"))),
        other => variant(&format!("{other:?}")),
    }
}

fn variant(debug: &str) -> String {
    debug.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

#[test]
fn lists_of_pkits_are_read_or_refused_by_name() {
    let (Some(certificates), Some(lists)) = (files("certs"), files("crls")) else { return };
    let authorities = authorities(&certificates);
    let mut by_outcome: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, bytes) in &lists {
        let outcome = match read(bytes, &authorities) {
            Ok(list) => format!("read, {} entries", list.entries),
            Err(fault) => format!("refused: {}", name_of(&fault)),
        };
        by_outcome.entry(outcome).or_default().push(name);
    }
    for (outcome, names) in &by_outcome {
        println!("{:>4} {outcome}: {}", names.len(), names.iter().take(60).copied().collect::<Vec<_>>().join(" "));
    }
    let refused = |name: &str| read(&lists[name], &authorities).map_or_else(|fault| name_of(&fault), |_| "read".into());
    for (name, expected) in [
        ("TrustAnchorRootCRL", "read"),
        ("GoodCACRL", "read"),
        ("BadCRLSignatureCACRL", "Signature"),
        ("UnknownCRLEntryExtensionCACRL", "Extension"),
        ("UnknownCRLExtensionCACRL", "Extension"),
        ("deltaCRLCA1deltaCRL", "Delta"),
        ("deltaCRLIndicatorNoBaseCACRL", "Delta"),
        ("indirectCRLCA1CRL", "Indirect"),
        ("onlyContainsAttributeCertsCACRL", "OtherKind"),
        ("onlyContainsCACertsCACRL", "OtherKind"),
        ("onlyContainsUserCertsCACRL", "read"),
        ("onlySomeReasonsCA1compromiseCRL", "SomeReasons"),
        ("keyUsageCriticalcRLSignFalseCACRL", "NoCrlSign"),
    ] {
        assert_eq!(refused(name), expected, "{name}");
    }
}

/// The suite's own verdicts on cards, by the names of its files ("Valid…EE", "Invalid…EE"), with
/// the lists taken into account as a site does: one of the card's issuer must have been read, and
/// neither the card nor its issuer may be in one.
#[test]
fn cards_of_pkits_pass_or_fail_as_it_says() {
    let (Some(certificates), Some(lists)) = (files("certs"), files("crls")) else { return };
    let authorities = authorities(&certificates);
    let lists: Vec<_> = lists.values().filter_map(|bytes| read(bytes, &authorities).ok()).collect();
    let status = |certificate: &Certificate| -> Result<(), String> {
        let of_issuer = || lists.iter().filter(|list| &list.issuer == certificate.issuer());
        if of_issuer().any(|list| list.matched.iter().any(|entry| &entry.serial == certificate.serial())) {
            return Err("revoked".to_owned());
        }
        // A list for one distribution point or a stale one revokes, but that it is silent says nothing.
        let fresh = |list: &RevocationList| list.next_update_s.is_some_and(|next_s| next_s >= NOW_S);
        let covered = of_issuer().any(|list| list.scope.is_none() && fresh(list));
        if covered { Ok(()) } else { Err("no whole and fresh list of its issuer".to_owned()) }
    };
    let passes = |bytes: &[u8]| -> Result<(), String> {
        let card = Certificate::read(bytes).map_err(|fault| fault.to_string())?;
        if card.is_authority() {
            return Err("no card's certificate, but an authority's".to_owned());
        }
        authorities.check(&card, NOW_S).map_err(|fault| fault.to_string())?;
        status(&card)?;
        authorities
            .iter()
            .filter(|authority| authority.subject_name() == card.issuer())
            .try_for_each(|authority| status(authority).map_err(|fault| format!("its issuer: {fault}")))
    };
    let (mut passed, mut failed, mut let_in, mut kept_out) = (0, 0, Vec::new(), Vec::new());
    for (name, bytes) in certificates.iter().filter(|(name, _)| name.ends_with("EE")) {
        match (name.starts_with("Invalid"), name.starts_with("Valid"), passes(bytes)) {
            (true, _, Err(_)) => failed += 1,
            (true, _, Ok(())) => let_in.push(name),
            (_, true, Ok(())) => passed += 1,
            (_, true, Err(fault)) => kept_out.push(format!("{name}: {fault}")),
            // Their verdict depends on policies that somebody asks for.
            _ => {}
        }
    }
    println!("valid: {passed} pass, {} do not:\n  {}", kept_out.len(), kept_out.join("\n  "));
    println!("invalid: {failed} fail, {} pass: {let_in:?}", let_in.len());
    // Revoked in a delta list only, and those are refused: it is revoked with the next whole list.
    assert_eq!(let_in, ["InvaliddeltaCRLTest4EE"]);
    assert!(passed > 25, "{passed}");
}
