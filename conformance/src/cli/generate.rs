//! `airspec completions` and `airspec man`: what a shell and a reader of manuals need, made from the command line's own
//! description.

use super::{End, Failure, show_raw};
use airspec_report::{make_folder, replace};
use clap_complete::Shell;
use clap_mangen::Man;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Completions {
    /// Name of the shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

#[derive(Debug, clap::Args)]
pub(super) struct Manuals {
    /// Output folder, for one page for the program and one for each command
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// The script, on standard output.
pub(super) fn completions(arguments: &Completions) -> Result<End, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::command(), "airspec", &mut text);
    show_raw(&String::from_utf8_lossy(&text))?;
    Ok(End::Conforms)
}

/// The pages, in a folder that is made where it is missing.
pub(super) fn manuals(arguments: &Manuals) -> Result<End, Failure> {
    let out = &arguments.out;
    make_folder(out)?;
    let mut program = super::command().disable_help_subcommand(true);
    program.build();
    let commands = program.get_subcommands().filter(|command| !command.is_hide_set());
    for command in std::iter::once(&program).chain(commands) {
        let page = Man::new(command.clone());
        let mut text = Vec::new();
        page.render(&mut text)?;
        replace(&out.join(page.get_filename()), &text)?;
    }
    Ok(End::Conforms)
}
