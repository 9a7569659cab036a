//! What is planted in the sample images as a secret is in no capture of them.

use std::collections::BTreeSet;

use crate::folder::Folder;
use crate::samples::planted;

/// Forms in which a text may stand in bytes: as it is, as Windows has it, and both written as hexadecimal digits.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes();
    vec![hex(text.as_bytes()), hex(&wide), text.as_bytes().to_vec(), wide]
}

/// The planted texts that stand in these bytes.
fn found(bytes: &[u8], texts: &BTreeSet<String>) -> Vec<String> {
    let lower = bytes.to_ascii_lowercase();
    // All of them begin alike; a look for each would take minutes.
    let begins: Vec<Vec<u8>> = forms("planted-");
    let starts = (0..lower.len()).filter(|at| begins.iter().any(|begin| lower[*at..].starts_with(begin)));
    let at_start =
        |at: usize| texts.iter().filter(move |text| forms(text).iter().any(|form| lower_at(bytes, at, form)));
    starts.flat_map(|at| at_start(at).cloned().collect::<Vec<_>>()).collect()
}

fn lower_at(bytes: &[u8], at: usize, form: &[u8]) -> bool {
    bytes.get(at..at + form.len()).is_some_and(|bytes| bytes.eq_ignore_ascii_case(form))
}

#[test]
fn nothing_that_is_planted_is_in_a_capture() {
    let folder = Folder::with_windows_11();
    folder.image("windows-10", "windows-10");
    let planted = planted();
    assert!(planted.len() >= 100);
    let list = folder.wbo("catalog list --json").ends(0).json();
    let on_request = list["settings"].as_array().unwrap().iter().filter(|setting| setting["on_request"] == true);
    let on_request: Vec<&str> = on_request.map(|setting| setting["id"].as_str().unwrap()).collect();
    let also = on_request.join(",");
    // A catalogue that asks for everything gets no more of them.
    folder.write(
        "greedy.toml",
        "catalogue = 1\narea = \"All\"\ncategory = \"system\"\n\
         [[setting]]\nid = \"greedy.user\"\ntitle = \"x\"\nkey = 'HKCU\\Software'\nkeys = ['**']\nsources = [\"x\"]\n\
         [[setting]]\nid = \"greedy.environment\"\ntitle = \"x\"\nkey = 'HKCU\\Environment'\nkeys = ['**']\nsources = [\"x\"]\n\
         [[setting]]\nid = \"greedy.files\"\ntitle = \"x\"\nfile = '%USERPROFILE%\\**'\neach = \"file\"\nsources = [\"x\"]\n",
    );
    for image in ["windows-10", "windows-11"] {
        let texts: BTreeSet<String> =
            planted.iter().filter(|one| one.image == image).map(|one| one.text.clone()).collect();
        for (out, rest) in [("usual", String::new()), ("all", format!("--also {also} --catalog greedy.toml"))] {
            let out = format!("{image}-{out}");
            let run = folder.wbo(&format!("capture {image} --all-users --plain --out {out} {rest} --json"));
            assert!([0, 3].contains(&run.code), "{run:?}");
            assert_eq!(found(run.stdout.as_bytes(), &texts), Vec::<String>::new());
            let users = run.json()["users"].as_array().unwrap().clone();
            for user in users {
                let path = user["path"].as_str().unwrap();
                assert!(user["captured"]["notes"]["secret"].as_u64().unwrap() > 10, "{user}");
                let apart = format!("{path}-apart");
                folder
                    .wbo_with(&["extract", path, "--out", &apart, "--accept-unsigned", "test"], Default::default())
                    .ends(0);
                for (place, (bytes, _)) in folder.traces(&apart) {
                    assert_eq!(found(&bytes.unwrap_or_default(), &texts), Vec::<String>::new(), "{}", place.display());
                }
            }
        }
        for line in ["--dry-run --reveal", "--dry-run --reveal --json"] {
            let run = folder.wbo(&format!("capture {image} --all-users --also {also} {line}")).ends(0);
            assert_eq!(found(run.stdout.as_bytes(), &texts), Vec::<String>::new());
            assert_eq!(found(run.stderr.as_bytes(), &texts), Vec::<String>::new());
        }
    }
}

/// The search itself: the same texts are found where they stand in the images.
#[test]
fn what_is_planted_is_found_where_it_is() {
    let folder = Folder::with_windows_11();
    let planted = planted();
    let texts: BTreeSet<String> =
        planted.iter().filter(|one| one.image == "windows-11").map(|one| one.text.clone()).collect();
    let in_image = folder.traces("windows-11").into_values().filter_map(|(bytes, _)| bytes);
    let seen: BTreeSet<String> = in_image.flat_map(|bytes| found(&bytes, &texts)).collect();
    assert_eq!(seen, texts);
    let text = texts.first().unwrap();
    for form in forms(text) {
        assert_eq!(found(&form, &texts), std::slice::from_ref(text));
    }
}

/// Personal values are in a profile, and hidden wherever people look at it without asking for them.
#[test]
fn personal_values_are_hidden_until_asked_for() {
    let folder = Folder::with_windows_11();
    let lines = [
        "capture windows-11 --user alice --dry-run",
        "capture windows-11 --user alice --dry-run --json",
        "explain environment.variables windows-11 --user alice",
        "explain environment.variables windows-11 --user alice --json",
    ];
    let personal = r"EDITOR";
    for line in lines {
        let run = folder.wbo(line).ends(0);
        assert!(!run.stdout.contains(personal), "{run:?}");
        let run = folder.wbo(&format!("{line} --reveal")).ends(0);
        assert!(run.stdout.contains(personal), "{run:?}");
    }
}
