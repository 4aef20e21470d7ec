//! Starts Vestibule: reads the command line and hands over to `vestibule::run`.

use std::process::ExitCode;

fn main() -> ExitCode {
    vestibule::run()
}
