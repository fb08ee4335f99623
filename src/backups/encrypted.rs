//! Backups that only the bearer of a private key can open: by `age` (age-encryption.org),
//! a program of the machine. Its library would bring as many crates again as this program
//! has.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

/// How an encrypted file begins.
pub const MARK: &[u8] = b"age-encryption.org/v1";

/// Encrypts `from` into `to` for the public key `recipient`.
pub fn lock(from: &Path, to: &Path, recipient: &str) -> io::Result<()> {
    let mut command = Command::new("age");
    command.arg("--encrypt").arg("-r").arg(recipient).arg("-o").arg(to).arg(from);
    run(command, None)
}

/// Encrypts these bytes into `to`: they never lie on the disk in the open.
pub fn lock_bytes(bytes: &[u8], to: &Path, recipient: &str) -> io::Result<()> {
    let mut command = Command::new("age");
    command.arg("--encrypt").arg("-r").arg(recipient).arg("-o").arg(to);
    run(command, Some(bytes))
}

/// Decrypts `from` into `to` with the private key in the file `identity`.
pub fn unlock(from: &Path, to: &Path, identity: &Path) -> io::Result<()> {
    let mut command = Command::new("age");
    command.arg("--decrypt").arg("-i").arg(identity).arg("-o").arg(to).arg(from);
    run(command, None)
}

fn run(mut command: Command, input: Option<&[u8]>) -> io::Result<()> {
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => io::Error::other(
            "chưa có chương trình age trên máy này; cài gói age (Debian: apt install age)",
        ),
        _ => error,
    })?;
    if let (Some(bytes), Some(mut stdin)) = (input, child.stdin.take()) {
        stdin.write_all(bytes)?;
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().next().unwrap_or("không rõ vì sao");
    Err(io::Error::other(format!("age không làm được: {first}")))
}
