//! What the files of a Windows tell beside its hives.

/// What the file `hiberfil.sys` of a volume tells by its first four bytes: whether Windows lies in it, to go on from
/// there. Such a Windows, also one that was shut down for a fast start, holds registries in memory that would overwrite
/// what was edited, and its volumes are not to be written to.
pub fn is_hibernated(start_of_hiberfil: &[u8]) -> bool {
    [b"HIBR", b"hibr", b"WAKE", b"wake", b"RSTR", b"rstr", b"LINK", b"link"]
        .iter()
        .any(|live| start_of_hiberfil.starts_with(*live))
}
