//! What both programs are to the machine that they are installed on. Nothing of Kulku is in it.
//!
//! | module | subject |
//! | --- | --- |
//! | [`notify`] | what systemd is told: ready, alive, stopping |
//! | [`credential`] | secrets that systemd hands over |
//! | [`inbox`] | a folder into which another account lays files |
//! | [`doctor`] | findings, each with its remedy |
//! | [`machine`] | what any program asks of its machine |
//! | [`manual`] | man pages and completions, from the command line itself |
//! | [`process_log`] | the log of a process, which nobody waits for |

pub mod credential;
pub mod doctor;
pub mod inbox;
pub mod machine;
pub mod manual;
pub mod notify;
pub mod process_log;
