//! A list of a million entries: how long it takes and how much memory at most.
//!
//! ```text
//! cargo bench -p kulku-certificates --bench million
//! ```
//!
//! Each way to read it runs in a process of its own, so that the peak (`VmHWM`) is that way's alone
//! and not that of whoever made the list.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot set up its case has failed")]

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use certificates::list::{self, Bounds};
use certificates::{Authorities, Certificate, Serial};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P384_SHA384, SigningKey};
use x509_parser::prelude::{CertificateRevocationList, FromDer};

const ENTRIES: u32 = 1_000_000;
/// Cards of a large site; one in a hundred of them is in the list.
const KNOWN: u32 = 120_000;
/// 2027-01-01.
const NOW_S: i64 = 1_798_761_600;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, "way", way, folder] => run(way, Path::new(folder)),
        _ => compare(),
    }
}

fn compare() {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path());
    println!("{:<28} {:>9} {:>12} {:>10} {:>9}", "way", "seconds", "peak VmHWM", "entries", "matched");
    for way in ["sha256 of the bytes", "kulku, DER", "kulku, PEM", "x509-parser, held whole"] {
        let me = std::env::current_exe().unwrap();
        let done = Command::new(me).args(["way", way]).arg(folder.path()).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        println!("{way:<28} {}", String::from_utf8_lossy(&done.stdout).trim_end());
    }
}

fn run(way: &str, folder: &Path) {
    let mut authorities = Authorities::new();
    authorities.load([folder.join("ca.der")]).unwrap();
    let known: HashSet<Serial> = (0..KNOWN).map(|n| Serial::from_bytes(&serial(u64::from(n) * 833)).unwrap()).collect();
    let started = Instant::now();
    let (entries, matched) = match way {
        "sha256 of the bytes" => {
            let bytes = fs::read(folder.join("list.der")).unwrap();
            std::hint::black_box(ring::digest::digest(&ring::digest::SHA256, &bytes));
            (0, 0)
        }
        "x509-parser, held whole" => {
            let bytes = fs::read(folder.join("list.der")).unwrap();
            let (_, list) = CertificateRevocationList::from_der(&bytes).unwrap();
            let matched = list
                .iter_revoked_certificates()
                .filter(|entry| Serial::from_bytes(entry.raw_serial()).is_ok_and(|serial| known.contains(&serial)));
            (list.iter_revoked_certificates().count() as u64, matched.count())
        }
        form => {
            let name = if form.ends_with("PEM") { "list.pem" } else { "list.der" };
            let source = File::open(folder.join(name)).unwrap();
            let read = list::read(source, &authorities, &|_, serial| known.contains(serial), &Bounds::default(), NOW_S);
            let read = read.unwrap();
            (read.entries, read.matched.len())
        }
    };
    println!("{:>9.3} {:>8.1} MiB {entries:>10} {matched:>9}", started.elapsed().as_secs_f64(), peak_mib());
}

/// Makes `ca.der`, `list.der` and `list.pem`.
fn make(folder: &Path) {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca = params.self_signed(&key).unwrap().der().to_vec();
    let issuer = Certificate::read(&ca).unwrap().subject_name().der().to_vec();

    let mut entries = Vec::new();
    for n in 0..ENTRIES {
        let time = tlv(0x17, format!("26{:02}{:02}{:02}0000Z", n % 11 + 1, n % 28 + 1, n % 24).as_bytes());
        let reason = tlv(0x30, &[tlv(0x06, &[0x55, 0x1d, 21]), tlv(0x04, &[0x0a, 1, reason(n)])].concat());
        entries.extend(tlv(0x30, &[tlv(0x02, &serial(u64::from(n) * 100)), time, tlv(0x30, &reason)].concat()));
    }
    let algorithm = tlv(0x30, &tlv(0x06, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3]));
    let number = tlv(0x30, &[tlv(0x06, &[0x55, 0x1d, 20]), tlv(0x04, &tlv(0x02, &[7]))].concat());
    let parts = [
        tlv(0x02, &[1]),
        algorithm.clone(),
        issuer,
        tlv(0x17, b"261231230000Z"),
        tlv(0x17, b"270102000000Z"),
        tlv(0x30, &entries),
        tlv(0xa0, &tlv(0x30, &number)),
    ];
    let tbs = tlv(0x30, &parts.concat());
    let bits = [vec![0], key.sign(&tbs).unwrap()].concat();
    let der = tlv(0x30, &[tbs, algorithm, tlv(0x03, &bits)].concat());
    println!("{ENTRIES} entries, {:.1} MB as DER, signed with ecdsa-with-SHA384 on P-384", der.len() as f64 / 1e6);
    let lines = data_encoding::BASE64_MIME.encode(&der);
    fs::write(folder.join("list.pem"), format!("-----BEGIN X509 CRL-----\n{lines}-----END X509 CRL-----\n")).unwrap();
    fs::write(folder.join("list.der"), der).unwrap();
    fs::write(folder.join("ca.der"), ca).unwrap();
}

/// Ten bytes, as authorities draw them, and positive.
fn serial(n: u64) -> Vec<u8> {
    [&[0x4b, 0x55], &n.to_be_bytes()[..]].concat()
}

fn reason(n: u32) -> u8 {
    [1, 3, 4, 5, 6, 9].get(n as usize % 6).copied().unwrap_or(1)
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut element = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => element.push(short),
        _ => {
            let digits: Vec<u8> = content.len().to_be_bytes().into_iter().skip_while(|&byte| byte == 0).collect();
            element.push(0x80 | u8::try_from(digits.len()).unwrap());
            element.extend(digits);
        }
    }
    element.extend(content);
    element
}

fn peak_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().map_or(f64::NAN, |kib| kib / 1024.0)
}
