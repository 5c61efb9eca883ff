//! What a door is told of its own journal.

use access::confirm::Receipt;
use db::site::{ReceiptAsked, SiteError};

use crate::support::{Bench, Journal, door};

fn asked(name: &str, epoch: u64, probe: u64) -> ReceiptAsked {
    ReceiptAsked { door: door(name), epoch, probe }
}

#[test]
fn a_receipt_tells_how_far_a_journal_has_come_in_and_the_link_of_one_event() {
    let bench = Bench::with_doors(&["ward", "pharmacy"]);
    let (ward, pharmacy) = (Journal::of("ward", 5, 3), Journal::of("pharmacy", 5, 2));
    bench.site.intake(&[ward.report(1, 3), pharmacy.report(1, 1)]).unwrap();
    for probe in 1..=3 {
        let receipt = bench.site.receipt(&asked("ward", 5, probe)).unwrap();
        // The link before the next event is the one of this.
        let link = Some(ward.report(probe + 1, 3).previous);
        assert_eq!(receipt, Receipt { epoch: 5, through: 3, probe, link });
    }
    for (name, epoch, probe, through) in
        [("ward", 5, 0, 3), ("ward", 5, 4, 3), ("ward", 6, 1, 0), ("pharmacy", 5, 2, 1)]
    {
        let receipt = bench.site.receipt(&asked(name, epoch, probe)).unwrap();
        assert_eq!(receipt, Receipt { epoch, through, probe, link: None }, "{name} {epoch} {probe}");
    }
    let unknown = bench.site.receipt(&asked("attic", 5, 0));
    assert!(matches!(unknown, Err(SiteError::NotFound { .. })), "{unknown:?}");
}

#[test]
fn receipts_of_many_doors_come_with_the_head_of_the_log() {
    let bench = Bench::with_doors(&["ward", "pharmacy"]);
    assert_eq!(bench.site.receipts(&[]).unwrap().1.row, 0, "an empty log");
    bench.site.intake(&[Journal::of("ward", 5, 3).report(1, 3), Journal::of("pharmacy", 7, 2).report(1, 2)]).unwrap();
    let (receipts, log) = bench.site.receipts(&[asked("pharmacy", 7, 2), asked("ward", 5, 1)]).unwrap();
    assert_eq!(receipts.iter().map(|receipt| receipt.through).collect::<Vec<_>>(), [2, 3]);
    assert_eq!((log, log.row), (bench.site.log_head().unwrap(), 5));
}
