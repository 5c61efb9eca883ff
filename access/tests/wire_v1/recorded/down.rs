//! What a controller of wire version 1 says to a door, as bytes that stay as they are. They belong together: a list, a delta
//! upon it, and so on. What a door draws at random (sessions, nonces, epochs) is put in where it stands.

use super::frame::{hex, number};

pub(crate) const LABEL: &str = "kulku/down/v1";

/// The whole list of generation 299: card 04A1B2C3D4E5F6, which is suspended.
pub(crate) const LIST: &str =
    "0001 ab02 879a93f7aed8d7b28501cd8384b6aee4f5a09701ebd4ecc0a5d0e39840ea86fd869be784ffae01 01
    00 01 010000000000
    01 0704a1b2c3d4e5f681c49fd50c81c8ceb40d0000020100000000010081ee89ab0d00000000000103010203";

/// To generation 300: a calendar.
pub(crate) const CALENDAR: &str = "0000 ab02 879a93f7aed8d7b28501cd8384b6aee4f5a09701ebd4ecc0a5d0e39840ea86fd869be784ffae01 01
    ac02 dafeadc3adc2d2bd5abbd8cff881ba9b8e18e48aa5c2f5fcf5820a9cf6b2a1e7fbe8abef01 01
    01 02 c07001e0a801030506b0540a0506c070010196c50201020701a80a880e0000000000000201e003d00501a4c50200ac02000000000000000000";

/// To generation 301: card 01020304 of two holders is put in, with a reason that keeps it out, and the other one is removed.
pub(crate) const DELTA: &str = "0000 ac02 dafeadc3adc2d2bd5abbd8cff881ba9b8e18e48aa5c2f5fcf5820a9cf6b2a1e7fbe8abef01 01
    ad02 82e6c0c4ecab89fae501c2edaeaab2f0fea08a01ed93c881f5fda18fc7019eedaae5c1b4f1cd27 01
    02 00 04010203040000000080010281c49fd50c8186f7840d0102020181c49fd50c0000010000ac02000000008186f7840d0000010001
       0081c8ceb40d000100000701000000010100
    01 0704a1b2c3d4e5f6";

/// State 5: locked down without end, and everything else that a state can say.
pub(crate) const STATE: &str =
    "0105010180c8ceb40d01000188279875b0ea0198759875b0ea0101010701010a00053cac0201901c020101ac0200
    c07001e0a801030506b0540a0506c07001ac020101901c01f001010202000101ac020000009601";

/// Counters 1: one card.
pub(crate) const COUNTERS: &str = "0201010704a1b2c3d4e5f607e807effd02";

/// Passages 2: one card.
pub(crate) const PASSAGES: &str = "0302010704a1b2c3d4e5f6ac0201f6a1bfe9d666";

/// Row 1,000 of the central log, and its head.
const LOG: &str = "e807 1111111111111111111111111111111111111111111111111111111111111111";

pub(crate) fn acknowledged(epoch: u64, through: u64) -> Vec<u8> {
    [hex("04"), number(epoch), number(through), hex(LOG)].concat()
}

/// Command 77: unlock once.
pub(crate) fn command(boot: u64, session: u64, expires: u64) -> Vec<u8> {
    [hex("05 4d"), number(boot), number(session), number(expires), hex("00")].concat()
}

/// Job 77 for card 04A1B2C3D4E5F6, whose work no door can unseal.
pub(crate) fn encode(boot: u64, session: u64, expires: u64) -> Vec<u8> {
    [hex("06 4d"), number(boot), number(session), number(expires), hex("0704a1b2c3d4e5f603010203")].concat()
}

/// This list and state are wanted, and nothing of this epoch has come in; what the answer says of the time is `issued`.
pub(crate) fn confirmed(nonce: [u8; 16], issued: u64, list: &[u8], state: u64, epoch: u64) -> Vec<u8> {
    let never = hex("feffffffffffffffff01");
    // A time is a signed number, and none of today is negative.
    let head = [hex("07"), nonce.to_vec(), number(issued << 1), never, list.to_vec(), number(state)].concat();
    [head, number(epoch), hex("00 00 00"), hex(LOG), hex("00")].concat()
}
