//! The certificate of `run --https`.

use std::{
    fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};

/// A certificate and its key, as files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// PEM of the certificate, for clients to trust.
    pub certificate: PathBuf,
    /// PEM of the private key, readable only by its owner.
    pub key: PathBuf,
}

/// The certificate in `folder`, made if there is none. It is kept, so that clients keep trusting it.
pub fn ensure(folder: &Path) -> Result<TlsFiles> {
    let files = TlsFiles { certificate: folder.join("cert.pem"), key: folder.join("key.pem") };
    if !(files.certificate.is_file() && files.key.is_file()) {
        make(folder, &files).with_context(|| format!("cannot make a certificate in {}", folder.display()))?;
    }
    Ok(files)
}

fn make(folder: &Path, files: &TlsFiles) -> Result<()> {
    let mut params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, "Aviary on this machine");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    fs::create_dir_all(folder)?;
    // Replaced and not overwritten, because an old file would keep its permissions.
    let _ = fs::remove_file(&files.key);
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&files.key)?;
    file.write_all(key.serialize_pem().as_bytes())?;
    fs::write(&files.certificate, certificate.pem())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_certificate_is_made_once_and_its_key_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let files = ensure(folder.path()).unwrap();
        let first = fs::read(&files.certificate).unwrap();
        assert_eq!(fs::metadata(&files.key).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read(ensure(folder.path()).unwrap().certificate).unwrap(), first);
    }

    #[test]
    fn half_a_pair_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let files = ensure(folder.path()).unwrap();
        let first = fs::read(&files.certificate).unwrap();
        fs::remove_file(&files.key).unwrap();
        assert_ne!(fs::read(ensure(folder.path()).unwrap().certificate).unwrap(), first);
    }
}
