//! `zqos man`: one page for the program and all of its commands.

use std::io::{self, Write};

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use crate::cli::Cli;

/// Writes the page, in roff.
pub(super) fn write(out: &mut dyn Write) -> io::Result<()> {
    let mut root = Cli::command();
    root.build();
    let mut page = Vec::new();
    let man = Man::new(root.clone());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    writeln!(page, ".SH COMMANDS")?;
    let shown = |command: &&Command| command.get_name() != "help" && !command.is_hide_set();
    for command in root.get_subcommands().filter(shown) {
        write_command(&mut page, command)?;
    }
    man.render_extra_section(&mut page)?;
    out.write_all(&page)
}

/// Writes a command and those below it, each as a sub-section with its own options; the options of
/// every command stand in front of all.
fn write_command(page: &mut Vec<u8>, command: &Command) -> io::Result<()> {
    let children: Vec<&Command> =
        command.get_subcommands().filter(|child| child.get_name() != "help").collect();
    if !children.is_empty() {
        return children.into_iter().try_for_each(|child| write_command(page, child));
    }
    let own = command.clone().mut_args(|arg| {
        let is_global = arg.is_global_set() || arg.get_id() == "help";
        arg.hide(is_global)
    });
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_owned();
    writeln!(page, ".SS {name}")?;
    let man = Man::new(own);
    let mut sections = Vec::new();
    man.render_synopsis_section(&mut sections)?;
    man.render_description_section(&mut sections)?;
    man.render_options_section(&mut sections)?;
    man.render_extra_section(&mut sections)?;
    // Within a sub-section, the sections' headings are lines of their own.
    for line in String::from_utf8_lossy(&sections).lines() {
        match line.strip_prefix(".SH ") {
            Some(heading) => writeln!(page, ".PP\n.B {heading}\n.br")?,
            None => writeln!(page, "{line}")?,
        }
    }
    Ok(())
}
