//! Programs that come from Debian's packages, such as the browser of the tests.

use anyhow::{Result, bail, ensure};

use super::{InstallLock, find_on_path};
use crate::{console, process::Supervisor, workspace::Workspace};

/// A program, and the package that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its name on the PATH.
    pub name: &'static str,
    /// Debian's and Ubuntu's package.
    pub package: &'static str,
}

/// Installs the missing ones where `apt-get` may do so. Elsewhere the error names them.
pub fn ensure(workspace: &Workspace, supervisor: &mut Supervisor, programs: &[Program]) -> Result<()> {
    if missing(programs).is_empty() {
        return Ok(());
    }
    let _lock = InstallLock::take(workspace)?;
    // Another task may have installed them meanwhile.
    let packages = missing(programs);
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    let Some(apt) = find_on_path("apt-get").filter(|_| nix::unistd::geteuid().is_root()) else {
        bail!("more programs are needed; on Debian and Ubuntu `sudo apt-get install {list}` installs them");
    };
    console::step(&format!("Installing {list}"));
    for arguments in [vec!["update", "--quiet=2"], install(&packages)] {
        let mut command = workspace.command(&apt);
        command.env("DEBIAN_FRONTEND", "noninteractive").args(arguments);
        ensure!(supervisor.run(&mut command)?.success(), "apt-get cannot install {list}; it says why above");
    }
    let still = missing(programs);
    ensure!(still.is_empty(), "the packages {still:?} are installed, but their programs are not on the PATH");
    Ok(())
}

fn install<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    ["install", "--yes", "--quiet=2", "--no-install-recommends"].iter().chain(packages).copied().collect()
}

/// The packages of the programs that are not on the PATH.
fn missing(programs: &[Program]) -> Vec<&'static str> {
    let mut packages: Vec<_> =
        programs.iter().filter(|program| find_on_path(program.name).is_none()).map(|program| program.package).collect();
    packages.dedup();
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_on_the_path_is_missing() {
        let here = Program { name: "sh", package: "dash" };
        let not_here = Program { name: "a-program-of-nobody", package: "nobody" };
        assert_eq!(missing(&[here, not_here, not_here]), ["nobody"]);
        assert!(missing(&[here]).is_empty());
    }
}
