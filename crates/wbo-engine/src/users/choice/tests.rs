use super::*;
use crate::users::{LastUse, LastUseFrom, NameFrom, ProfileKind};

const NOW: Timestamp = Timestamp(1_000 * 86_400);

/// A user with a registry, who was here a number of days ago.
fn user(domain: &str, name: &str, sid: &str, folder: &str, days: i64) -> UserProfile {
    UserProfile {
        name: Some(Name::from(name)),
        name_from: NameFrom::Account,
        domain: (!domain.is_empty()).then(|| Name::from(domain)),
        upn: (domain == "CORP").then(|| format!("{name}@corp.example")),
        sid: Some(sid.trim_end_matches(".bak").into()),
        entry: Some(Name::from(sid)),
        folder: WindowsPath::parse(folder),
        hive: Some(Name::from("NTUSER.DAT")),
        kind: ProfileKind::Local,
        last_use: Some(LastUse { at: Timestamp(NOW.0 - days * 86_400), from: LastUseFrom::Loaded }),
        standing: Standing::Usable,
    }
}

fn aside(reason: SetAside, profile: UserProfile) -> UserProfile {
    UserProfile { standing: Standing::SetAside(reason), ..profile }
}

fn people() -> Vec<UserProfile> {
    vec![
        user("CORP", "alice", "S-1-5-21-1-2-3-1001", r"C:\Users\alice.CORP", 1),
        user("PC7", "alice", "S-1-5-21-7-7-7-1001", r"C:\Users\alice", 400),
        user("CORP", "Zoë", "S-1-5-21-1-2-3-1002", r"C:\Users\Zoë", 40),
        aside(SetAside::Setup, user("", "defaultuser0", "S-1-5-21-7-7-7-1000", r"C:\Users\defaultuser0", 900)),
        UserProfile {
            hive: None,
            ..aside(SetAside::FolderMissing, user("CORP", "gone", "S-1-5-21-1-2-3-1003", r"C:\Users\gone", 90))
        },
        aside(
            SetAside::SameFolder { entry: "S-1-5-21-1-2-3-1001".into() },
            user("CORP", "alice", "S-1-5-21-1-2-3-1001.bak", r"C:\Users\alice.CORP", 2),
        ),
    ]
}

fn check(choice: &UserChoice, expected: Result<&[usize], &str>) {
    let people = people();
    let chosen = select(&people, choice, NOW).map_err(|error| error.to_string());
    let wanted = |places: &[usize]| places.iter().map(|at| &people[*at]).collect::<Vec<_>>();
    assert_eq!(chosen, expected.map(wanted).map_err(str::to_owned), "{choice:?}");
}

#[test]
fn users_are_chosen_by_pattern() {
    let there = r"there are CORP\alice, PC7\alice, CORP\Zoë";
    let none = |pattern: &str, meant: &str| Err(format!("no user fits '{pattern}'; {there}{meant}"));
    let table: [(&str, Result<&[usize], String>); 25] = [
        ("zoË", Ok(&[2])),
        (r"corp\ALICE", Ok(&[0])),
        (r"*\alice", Ok(&[0, 1])),
        ("alice@corp.example", Ok(&[0])),
        ("alice.corp", Ok(&[0])),
        ("S-1-5-21-7-7-7-1001", Ok(&[1])),
        ("S-1-5-21-1-2-3-1001", Ok(&[0])),
        ("s-1-5-21-1-2-3-1001.BAK", Ok(&[5])),
        ("S-1-5-21-1-2-3-*", Ok(&[0, 2])),
        (r"c:\users\alice", Ok(&[1])),
        (r"C:\Users\alice.CORP", Ok(&[0])),
        (r"C:\Users\defaultuser0", Ok(&[3])),
        ("S-1-5-21-7-7-7-1000", Ok(&[3])),
        ("*", Ok(&[0, 1, 2])),
        ("**", Ok(&[0, 1, 2])),
        (
            "alice",
            Err(r"'alice' fits several users: CORP\alice (S-1-5-21-1-2-3-1001 C:\Users\alice.CORP), PC7\alice (S-1-5-21-7-7-7-1001 C:\Users\alice); say which by SID or folder".into()),
        ),
        (
            "defaultuser0",
            Err("'defaultuser0' is defaultuser0, which is set aside: this is an account that Windows' setup made for itself; to take it all the same, give its SID or folder in full".into()),
        ),
        (
            "S-1-5-21-1-2-3-1003",
            Err(r"'S-1-5-21-1-2-3-1003' is CORP\gone, which is set aside: Windows lists this user, but the folder is not there; look for the folder on another drive or in a backup; without it nothing is left".into()),
        ),
        (
            "gon*",
            Err(r"'gon*' is CORP\gone, which is set aside: Windows lists this user, but the folder is not there; look for the folder on another drive or in a backup; without it nothing is left".into()),
        ),
        ("alcie", none("alcie", r"; did you mean CORP\alice?")),
        (r"corp\zoe", none(r"corp\zoe", r"; did you mean CORP\Zoë?")),
        ("bob*", none("bob*", "")),
        ("", none("", "")),
        (r"D:\Users\alice", none(r"D:\Users\alice", "")),
        ("S-1-5-21-9-9-9-9", none("S-1-5-21-9-9-9-9", "")),
    ];
    for (pattern, expected) in table {
        let choice = UserChoice { users: vec![pattern.into()], ..UserChoice::default() };
        check(&choice, expected.as_ref().copied().map_err(String::as_str));
    }
}

#[test]
fn patterns_are_taken_together() {
    type Row<'r> = (&'r [&'r str], &'r [&'r str], bool, Option<u32>, Result<&'r [usize], &'r str>);
    let table: [Row<'_>; 10] = [
        (&[], &[], true, None, Ok(&[0, 1, 2])),
        (&["zoë", r"corp\*"], &[], false, None, Ok(&[0, 2])),
        (&[], &["alice"], true, None, Ok(&[2])),
        (&[], &["defaultuser0"], true, None, Ok(&[0, 1, 2])),
        (
            &[],
            &["defualtuser0"],
            true,
            None,
            Err(r"no user fits 'defualtuser0'; there are CORP\alice, PC7\alice, CORP\Zoë"),
        ),
        (&[], &[], true, Some(30), Ok(&[0])),
        (&[], &[], true, Some(40), Ok(&[0, 2])),
        (&["zoë"], &[], false, Some(0), Err(r"nobody is left of CORP\Zoë: excluded, or not used lately")),
        (&["zoë"], &["z*"], false, None, Err(r"nobody is left of CORP\Zoë: excluded, or not used lately")),
        (&[], &[], false, None, Err(r"there are several users, and none is named: CORP\alice, PC7\alice, CORP\Zoë")),
    ];
    for (users, exclude, all, used_within_days, expected) in table {
        let texts = |patterns: &[&str]| patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        check(&UserChoice { users: texts(users), exclude: texts(exclude), all, used_within_days }, expected);
    }
}

#[test]
fn the_only_user_is_meant_where_nobody_is_named() {
    let people = people();
    let choice = UserChoice::default();
    assert_eq!(select(&people[2..], &choice, NOW), Ok(vec![&people[2]]));
    assert_eq!(select(&people[3..], &choice, NOW), Err(SelectError::NoUsers { listed: 3 }));
    let everybody = UserChoice { all: true, ..choice };
    assert_eq!(select(&[], &everybody, NOW), Err(SelectError::NoUsers { listed: 0 }));
}

#[test]
fn a_sid_means_the_users_own_profile_before_the_temporary_one() {
    let sid = "S-1-5-21-1-2-3-1001";
    let temporary = aside(SetAside::Temporary, user("", "TEMP", sid, r"C:\Users\TEMP", 1));
    let own =
        UserProfile { kind: ProfileKind::Backup, ..user("", "alice", &format!("{sid}.bak"), r"C:\Users\alice", 2) };
    let both = [temporary, own];
    for (pattern, expected) in [(sid, 1), (r"C:\Users\TEMP", 0), ("alice", 1)] {
        let choice = UserChoice { users: vec![pattern.into()], ..UserChoice::default() };
        assert_eq!(select(&both, &choice, NOW), Ok(vec![&both[expected]]), "{pattern}");
    }
}

#[test]
fn of_many_users_a_few_are_listed() {
    let many: Vec<_> = (0..10_000)
        .map(|at| user("", &format!("u{at}"), &format!("S-1-5-21-1-2-3-{at}"), &format!(r"C:\Users\u{at}"), 1))
        .collect();
    let choice = UserChoice { users: vec!["nobody".into()], ..UserChoice::default() };
    let error = select(&many, &choice, NOW).unwrap_err().to_string();
    assert!(error.ends_with("u11 and 9988 more"), "{error}");
}
