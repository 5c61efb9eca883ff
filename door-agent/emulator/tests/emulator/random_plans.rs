//! The stock driver under random plans: it never hangs, and no plan spoils more than the block that was written.
//!
//! A thousand plans; `EMULATOR_PLANS=10000` tries that many.

use mfrc522::Error;
use mfrc522_emulator::{CardId, Emulator, Plan, SpiError, VirtualCard};

use crate::support::{Driver, FACTORY_KEY, UID_4, card, reader, tap};

/// Plans that are tried unless the environment asks for more.
const PLANS: u64 = 1_000;
/// Exchanges of [`write_once`], and some more that only retries reach.
const EXCHANGES: u64 = 10;
/// Transactions for one try; a tap with a write takes some 300, and each time-out about 1,000 more.
const BUDGET: u64 = 20_000;
/// A card that a plan took away is back after 50 ms.
const BACK_MS: u64 = 60;

const OLD: [u8; 16] = [0x0F; 16];
const NEW: [u8; 16] = [0x3C; 16];

fn plans() -> u64 {
    std::env::var("EMULATOR_PLANS").map_or(PLANS, |count| count.parse().expect("EMULATOR_PLANS is a number"))
}

fn write_once(driver: &mut Driver) -> Result<(), Error<SpiError>> {
    let atqa = driver.wupa()?;
    let uid = driver.select(&atqa)?;
    driver.mf_authenticate(&uid, 4, &FACTORY_KEY)?;
    driver.mf_write(4, NEW)?;
    match driver.mf_read(4)? {
        NEW => Ok(()),
        _ => Err(Error::Proprietary),
    }
}

/// Three tries under the plan, as a patient program would make them.
fn under(plan: Plan) -> (Emulator, Driver, CardId) {
    let (emulator, mut driver) = reader();
    let mut card = card(&UID_4);
    card.set_block(4, OLD);
    let id = emulator.place(card).unwrap();
    emulator.set_plan(plan);
    for _ in 0..3 {
        emulator.set_transaction_budget(Some(BUDGET));
        let result = write_once(&mut driver);
        assert_ne!(result, Err(Error::Comm(SpiError::BudgetSpent)), "the driver hangs");
        if result.is_ok() {
            break;
        }
        driver.stop_crypto1().unwrap();
        emulator.wait(std::time::Duration::from_millis(BACK_MS));
    }
    (emulator, driver, id)
}

fn only_block_4_differs(card: &VirtualCard) {
    let untouched = VirtualCard::classic_1k(&UID_4).unwrap();
    for (block, (found, expected)) in card.blocks().iter().zip(untouched.blocks()).enumerate() {
        assert!(block == 4 || found == expected, "block {block}");
    }
}

#[test]
fn no_random_plan_hangs_the_driver_or_spoils_the_card() {
    for seed in 0..plans() {
        let plan = Plan::random(seed, EXCHANGES);
        // A failure names the plan to look at.
        println!("seed {seed}: {:?}", plan.faults());
        let (emulator, mut driver, id) = under(plan);
        let card = emulator.remove(id).expect("the card is somewhere");
        only_block_4_differs(&card);

        emulator.set_plan(Plan::default());
        emulator.set_transaction_budget(Some(BUDGET));
        driver.stop_crypto1().unwrap();
        emulator.place(card).unwrap();
        tap(&mut driver);
        driver.mf_write(4, NEW).expect("a torn block takes a new write");
        assert_eq!(driver.mf_read(4), Ok(NEW));
    }
}

#[test]
fn a_random_plan_gives_the_same_run_each_time() {
    let run = |seed| {
        let (emulator, _driver, _) = under(Plan::random(seed, EXCHANGES));
        (emulator.now(), emulator.transactions(), emulator.exchanges())
    };
    for seed in 0..20 {
        assert_eq!(run(seed), run(seed), "seed {seed}");
    }
}
