//! What a security identifier says of the account that it names.

/// Whose account a SID names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SidKind {
    /// A person's: local, of a domain, or of Entra.
    Person,
    /// Windows' own or a program's; what it is for.
    Service(&'static str),
}

/// What this text says, if it is a SID.
pub(super) fn sid_kind(text: &str) -> Option<SidKind> {
    let mut parts = text.split('-');
    if !parts.next()?.eq_ignore_ascii_case("S") {
        return None;
    }
    let numbers: Option<Vec<u64>> = parts.map(|part| part.parse().ok()).collect();
    let numbers = numbers?;
    let [1, authority, rest @ ..] = numbers.as_slice() else { return None };
    let kind = match (authority, rest) {
        (5, [21, _, _, _, 503]) => SidKind::Service("the built-in DefaultAccount"),
        (5, [21, _, _, _, 504]) => SidKind::Service("the account of Application Guard"),
        (5, [21, _, _, _, _, ..]) | (12, [1, _, _, _, _, ..]) => SidKind::Person,
        (5, [21, ..]) | (12, [1, ..]) | (_, []) => return None,
        (5, [18]) => SidKind::Service("the system itself"),
        (5, [19]) => SidKind::Service("LocalService"),
        (5, [20]) => SidKind::Service("NetworkService"),
        (5, [80, ..]) => SidKind::Service("a service"),
        (5, [82, ..]) => SidKind::Service("an application pool of IIS"),
        (5, [83, ..]) => SidKind::Service("a virtual machine"),
        (5, [90, ..]) => SidKind::Service("the window manager"),
        (5, [93, ..]) => SidKind::Service("a container"),
        (5, [94, ..]) => SidKind::Service("remote management"),
        (5, [96, ..]) => SidKind::Service("the host of font drivers"),
        _ => SidKind::Service("Windows or one of its programs"),
    };
    Some(kind)
}

/// Whether this is the SID of a person's account.
pub(crate) fn is_person(text: &str) -> bool {
    sid_kind(text) == Some(SidKind::Person)
}

/// The part of an account's SID that names its domain, or the PC whose account it is.
pub(super) fn domain_part(sid: &str) -> Option<&str> {
    sid.rsplit_once('-').map(|(domain, _)| domain)
}

/// Whether this is the SID of an Entra account, whose domain Windows calls `AzureAD`.
pub(super) fn is_entra(sid: &str) -> bool {
    sid.get(.."S-1-12-1-".len()).is_some_and(|start| start.eq_ignore_ascii_case("S-1-12-1-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_told_apart_by_their_sid() {
        let (person, none) = ("person", "none");
        for (sid, expected) in [
            ("S-1-5-21-1-2-3-1001", person),
            ("s-1-5-21-1-2-3-500", person),
            ("S-1-12-1-1-2-3-4", person),
            ("S-1-5-21-1-2-3-503", "the built-in DefaultAccount"),
            ("S-1-5-21-1-2-3-504", "the account of Application Guard"),
            ("S-1-5-18", "the system itself"),
            ("S-1-5-80-1-2-3-4-5", "a service"),
            ("S-1-5-82-1-2-3-4-5", "an application pool of IIS"),
            ("S-1-5-83-1-2-3-4-5", "a virtual machine"),
            ("S-1-5-90-0-1", "the window manager"),
            ("S-1-5-96-0-1", "the host of font drivers"),
            ("S-1-15-2-1", "Windows or one of its programs"),
            ("S-1-5-21", none),
            ("S-1-5-21-1-2", none),
            ("S-1-5", none),
            ("S-2-5-18", none),
            ("S-1-5-18.bak", none),
            ("S-1-5-99999999999999999999", none),
            ("alice", none),
            ("", none),
        ] {
            let kind = match sid_kind(sid) {
                Some(SidKind::Person) => person,
                Some(SidKind::Service(what)) => what,
                None => none,
            };
            assert_eq!(kind, expected, "{sid}");
        }
    }
}
