//! The unmodified `mfrc522` driver on the emulator, and the emulator past what that driver does.

#[cfg(test)]
mod cards;
#[cfg(test)]
mod defects;
#[cfg(test)]
mod driver;
#[cfg(test)]
#[cfg(feature = "dumps")]
mod dumps;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod magic;
#[cfg(test)]
mod outages;
#[cfg(test)]
mod plans;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod random_plans;
#[cfg(test)]
#[cfg(feature = "dumps")]
mod real_dumps;
#[cfg(test)]
mod registers;
#[cfg(test)]
mod self_test;
#[cfg(test)]
mod support;
#[cfg(test)]
mod timing;
#[cfg(test)]
mod traffic;
#[cfg(test)]
mod transcript;
#[cfg(test)]
#[cfg(feature = "dumps")]
mod vendors;
#[cfg(test)]
mod weak;
