//! The central controller. Everything is in the library, so that tests and the demo start the same code.

use std::process::ExitCode;

fn main() -> ExitCode {
    controller::cli::main()
}
