//! What texts and files have to be to be harmless.

use super::rules::Only;
use crate::pins::ShellLink;

/// Whether a text is what an exception demands.
pub(super) fn text(only: Only, text: &str) -> bool {
    match only {
        Only::ScreenSaver => is_screen_saver(text),
        Only::LocalFolder => is_local_folder(text),
        Only::LocalFolders => text.split(';').filter(|folder| !folder.is_empty()).all(is_local_folder),
        Only::Number | Only::ShellLink | Only::Theme | Only::PhoneBook => false,
    }
}

/// Whether a file is what an exception demands.
pub(super) fn file(only: Only, bytes: &[u8]) -> bool {
    match only {
        Only::ShellLink => is_local_link(bytes),
        Only::Theme => is_theme(&text_of(bytes)),
        Only::PhoneBook => is_phone_book(&text_of(bytes)),
        Only::Number | Only::ScreenSaver | Only::LocalFolder | Only::LocalFolders => false,
    }
}

/// Nothing, a name that Windows finds in its own folder, or a path there. A space would begin an argument, and what stands
/// before it would be the program.
fn is_screen_saver(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let after_drive = lower.split_once(':').filter(|(drive, _)| drive.len() == 1).map(|(_, rest)| rest);
    let name = [r"%systemroot%\system32\", r"%windir%\system32\"].iter().find_map(|start| lower.strip_prefix(start));
    let name = name.or_else(|| after_drive?.strip_prefix(r"\windows\system32\")).unwrap_or(&lower);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    text.is_empty() || name.strip_suffix(".scr").is_some_and(|stem| !stem.is_empty() && stem.bytes().all(is_plain))
}

/// A path from a drive or a variable on. What comes from the network comes from whoever answers there, and what programs
/// put into the Start menu starts when the user signs in.
fn is_local_folder(text: &str) -> bool {
    let mut parts = text.split('\\');
    let begins = parts.next().is_some_and(|first| {
        let of_drive = matches!(first.as_bytes(), [letter, b':'] if letter.is_ascii_alphabetic());
        let of_variable = first.strip_prefix('%').and_then(|rest| rest.strip_suffix('%'));
        of_drive || of_variable.is_some_and(|name| !name.is_empty() && !name.contains('%'))
    });
    let mut parts = parts.peekable();
    // A path may end with a backslash.
    let mut names = Vec::new();
    while let Some(part) = parts.next() {
        if !part.is_empty() || parts.peek().is_some() {
            names.push(part);
        }
    }
    let is_name = |name: &&str| {
        let trimmed = name.trim_end_matches(['.', ' ']);
        !trimmed.is_empty()
            && trimmed.len() == name.len()
            && !name.contains(['/', ':', '"', '<', '>', '|', '?', '*', '%', '~'])
            && !trimmed.eq_ignore_ascii_case("Start Menu")
    };
    begins && names.iter().all(is_name)
}

fn is_local_link(bytes: &[u8]) -> bool {
    let target = ShellLink::read(bytes).map(|link| link.target);
    target.is_ok_and(|target| target.is_none_or(|target| !target.starts_with(r"\\") && !target.starts_with("//")))
}

/// A theme names a screen saver, which starts by itself, and a style, which is code as good as.
fn is_theme(text: &str) -> bool {
    text.lines().all(|line| {
        let Some((key, value)) = line.split_once('=') else { return true };
        let (key, value) = (key.trim(), value.trim());
        let of_windows = || {
            let value = value.to_ascii_lowercase();
            let starts = [r"%systemroot%\resources\", r"%windir%\resources\", r"%resourcedir%\"];
            value.is_empty() || (starts.iter().any(|start| value.starts_with(start)) && !value.contains(".."))
        };
        let is_far = value.contains(r"\\") || value.contains("//") || value.contains(r"\/") || value.contains(r"/\");
        let is_harmless = match key.to_ascii_lowercase().as_str() {
            "scrnsave.exe" => is_screen_saver(value),
            "path" => of_windows(),
            _ => true,
        };
        is_harmless && !is_far
    })
}

/// A connection of a phone book names libraries that dial and ask, and scripts that run.
fn is_phone_book(text: &str) -> bool {
    text.lines().all(|line| {
        let Some((key, value)) = line.split_once('=') else { return true };
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
        let loads = key.starts_with("custom") && key.contains("dll");
        !(loads || key.contains("script")) || matches!(value, "" | "0")
    })
}

/// A file as text: what Windows' own readers of such files make of it.
fn text_of(bytes: &[u8]) -> String {
    let (pairs, _) = bytes.strip_prefix(&[0xff, 0xfe]).unwrap_or_default().as_chunks::<2>();
    if !pairs.is_empty() {
        let units: Vec<u16> = pairs.iter().map(|&pair| u16::from_le_bytes(pair)).collect();
        return String::from_utf16_lossy(&units).replace('\r', "\n");
    }
    // UTF-16 without a mark becomes the text itself when its NULs are gone.
    let bytes: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
    String::from_utf8_lossy(&bytes).replace('\r', "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        let table: [(Only, &[&str], &[&str]); 3] = [
            (
                Only::ScreenSaver,
                &["", "Bubbles.scr", r"%SystemRoot%\System32\ssText3d.SCR", r"C:\WINDOWS\system32\scrnsave.scr"],
                &[
                    ".scr",
                    "a.exe",
                    "evil.exe x.scr",
                    r"C:\Users\a\x.scr",
                    r"C:\Windows\System32\..\x.scr",
                    r"\\server\x.scr",
                    r"System32\x.scr",
                    r"%TEMP%\x.scr",
                    "x.scr ",
                    "\"x.scr\"",
                    r"C:\Windows\System32\spool\x.scr",
                    "C:x.scr",
                    "x.scr:y.scr",
                ],
            ),
            (
                Only::LocalFolder,
                &[r"C:\Temp", r"%USERPROFILE%\AppData\Local\Temp", "D:", r"C:\Temp\", "%TEMP%"],
                &[
                    "",
                    r"\\server\share",
                    "Temp",
                    ".",
                    r"C:\a\..\b",
                    r"C:\a/b",
                    r"\Temp",
                    r"C:\\server\x",
                    r"%APPDATA%\Microsoft\Windows\Start Menu\Programs\Startup",
                    r"%APPDATA%\Microsoft\Windows\Start Menu.\Programs",
                    r"C:\STARTM~1",
                    r"%A%%B%",
                    r"C:\a%B%",
                ],
            ),
            (
                Only::LocalFolders,
                &["", r"C:\a;%USERPROFILE%\bin;", r"C:\Program Files (x86)\a"],
                &[r"C:\a;\\server\b", r"C:\a;.", "\"C:\\a;b\""],
            ),
        ];
        for (only, harmless, harmful) in table {
            harmless.iter().for_each(|one| assert!(text(only, one), "{only:?} {one}"));
            harmful.iter().for_each(|one| assert!(!text(only, one), "{only:?} {one}"));
        }
    }

    #[test]
    fn files() {
        let theme = "[Theme]\r\nDisplayName=mine\r\n[boot]\r\nSCRNSAVE.EXE=%SystemRoot%\\System32\\Bubbles.scr\r\n\
            [VisualStyles]\r\nPath=%SystemRoot%\\resources\\Themes\\Aero\\Aero.msstyles\r\n";
        let far = [
            "SCRNSAVE.EXE=C:\\Users\\a\\x.scr",
            "scrnsave.exe = \\\\server\\x.scr",
            "Wallpaper=\\\\server\\x.jpg",
            "Path=C:\\Users\\a\\x.msstyles",
            "Path=%SystemRoot%\\resources\\..\\..\\x.msstyles",
            "RSSFeed=https://x",
        ];
        assert!(file(Only::Theme, theme.as_bytes()));
        for line in far {
            let harmful = format!("{theme}{line}\r\n");
            assert!(!file(Only::Theme, harmful.as_bytes()), "{line}");
            let utf16: Vec<u8> = harmful.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert!(!file(Only::Theme, &utf16), "{line} in UTF-16");
            assert!(!file(Only::Theme, &[&[0xff, 0xfe], &utf16[..]].concat()), "{line} in marked UTF-16");
        }
        let book = "[work]\nType=2\nCustomAuthKey=26\nCustomDialDll=\nCustomScript=0\n";
        assert!(file(Only::PhoneBook, book.as_bytes()));
        for line in ["CustomDialDll=C:\\x.dll", "CUSTOMRASDIALDLL=x", "CustomScript=1", "ScriptName=x"] {
            assert!(!file(Only::PhoneBook, format!("{book}{line}\n").as_bytes()), "{line}");
        }
        assert!(!file(Only::ShellLink, b"no shortcut"));
    }
}
