//! TCP ports of this machine.

use std::{
    io::ErrorKind,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, bail};

/// Fails if something already listens on the port. The error names the port's purpose.
pub fn ensure_free(port: u16, purpose: &str, advice: &str) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    // Connects before it binds: a bind to this address can succeed although a program listens on all addresses.
    let answers = TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_ok();
    if !answers {
        match TcpListener::bind(address) {
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(error) => {
                return Err(error).with_context(|| format!("port {port}, which {purpose} needs, cannot be used"));
            }
        }
    }
    bail!("port {port}, which {purpose} needs, is in use by another program; {advice}")
}

/// A port that nothing uses at the moment.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("there is no free port")?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_port_in_use_is_one_clear_sentence() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let error = ensure_free(port, "the API", "choose another with --port").unwrap_err().to_string();
        assert_eq!(
            error,
            format!("port {port}, which the API needs, is in use by another program; choose another with --port")
        );
    }

    #[test]
    fn a_listener_on_all_addresses_counts_too() {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(ensure_free(port, "the API", "stop it").is_err());
    }

    #[test]
    fn a_port_that_was_let_go_is_free() {
        let port = free_port().unwrap();
        // Another test may take this port meanwhile. Then the next one is tried.
        let free = ensure_free(port, "x", "y").is_ok() || ensure_free(free_port().unwrap(), "x", "y").is_ok();
        assert!(free);
    }
}
