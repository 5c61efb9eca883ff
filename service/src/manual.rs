//! Man pages and completions, from the command line itself, so that they cannot tell of another one.

use std::io::{Error, Result};
use std::path::Path;

use clap::{Args, Command};
use clap_complete::Shell;

/// What the exit codes of commands mean, for `--help`; `doctor` has its own.
pub const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed (the reason is on standard error), 2 used wrongly.";

/// The shells whose completions are made. Debian has folders for these.
const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

/// Arguments of the hidden subcommand by which packages are made.
#[derive(Debug, Args)]
pub struct Manual {
    /// The folder to write into; it is made.
    pub folder: std::path::PathBuf,
}

/// Writes one man page for the program and one for each of its subcommands into `FOLDER/man`, and completions into
/// `FOLDER/completions`.
///
/// # Errors
/// What the operating system says.
pub fn write(command: Command, folder: &Path) -> Result<()> {
    let (man, completions) = (folder.join("man"), folder.join("completions"));
    std::fs::create_dir_all(&man)?;
    std::fs::create_dir_all(&completions)?;
    let name = command.get_name().to_owned();
    let mut complete = command.clone();
    for shell in SHELLS {
        clap_complete::generate_to(shell, &mut complete, &name, &completions)?;
    }
    clap_mangen::generate_to(command.disable_help_subcommand(true), &man).map_err(Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subcommand_that_is_not_hidden_has_a_page_and_each_shell_its_completions() {
        let folder = tempfile::tempdir().unwrap();
        let door = Command::new("door").subcommand(Command::new("enrol").about("Prints a code"));
        let command = Command::new("kulku").subcommand(door).subcommand(Command::new("manual").hide(true));
        write(command, folder.path()).unwrap();
        let names = |below: &str| -> Vec<String> {
            let entries = std::fs::read_dir(folder.path().join(below)).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        assert_eq!(names("man"), ["kulku-door-enrol.1", "kulku-door.1", "kulku.1"]);
        assert_eq!(names("completions"), ["_kulku", "kulku.bash", "kulku.fish"]);
        let page = std::fs::read_to_string(folder.path().join("man/kulku-door-enrol.1")).unwrap();
        assert!(page.contains("Prints a code"), "{page}");
    }
}
