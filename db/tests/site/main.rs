//! The site database, from outside: what it keeps, what it refuses, and what it tells later.

mod cards;
mod commands;
mod doors;
mod files;
mod intake;
mod log;
mod operators;
mod support;
mod versions;
