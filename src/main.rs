//! The `tamis` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(tamis::cli::run(std::env::args_os()))
}
