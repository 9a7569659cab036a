//! Contents that are secrets, under innocent names, encoded and hidden among other things.

use registry::Value;

use crate::secrets::support::{binary, content, utf16, value};

/// What every detector has to see. Nothing here was ever a secret: it is letters that repeat.
fn secrets() -> Vec<(&'static str, Vec<u8>)> {
    let rep = |text: &str, times: usize| text.repeat(times);
    let text = |parts: &[&str]| parts.concat().into_bytes();
    let dpapi_head =
        [1, 0, 0, 0, 0xd0, 0x8c, 0x9d, 0xdf, 0x01, 0x15, 0xd1, 0x11, 0x8c, 0x7a, 0, 0xc0, 0x4f, 0xc2, 0x97, 0xeb];
    let dpapi: Vec<u8> = [&dpapi_head[..], &[1, 0, 0, 0], &[7; 40]].concat();
    let hex: String = dpapi.iter().map(|byte| format!("{byte:02X}")).collect();
    let field = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat();
    let database =
        |table: &str| [b"SQLite format 3\0".as_slice(), &[0; 84], b"CREATE TABLE ", table.as_bytes()].concat();
    let begin = |what: &str| text(&["-----BE", "GIN ", what, "PRIVATE", " KEY-----\n", &rep("QUJD", 16), "\n"]);
    let mut hive = vec![0; 512];
    hive[..4].copy_from_slice(b"regf");
    let hive_name = utf16(r"\Users\a\ntuser.dat");
    hive[48..48 + hive_name.len()].copy_from_slice(&hive_name);
    let mut all = vec![
        ("content.dpapi", dpapi.clone()),
        ("content.dpapi", text(&["x=", &hex])),
        ("content.dpapi-key", [&[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &utf16("01234567-89ab-cdef-0123-456789abcdef"), &[0; 64]].concat()),
        ("content.dpapi-ng", [&[0x30, 0x82, 1, 2, 6, 9, 0x2b, 6, 1, 4, 1, 0x82, 0x37, 0x4a, 1][..], &[9; 40]].concat()),
        ("content.ssh-private-key", [b"openssh-key-v1\0".as_slice(), &[3; 40]].concat()),
        ("content.ssh-private-key", [field(b"ssh-ed25519"), field(&[4; 32]), field(&[5; 64]), field(b"a@b")].concat()),
        ("content.ssh-private-key", [field(b"ssh-rsa"), field(&[4; 256]), field(&[5; 256]), field(&[6; 256])].concat()),
        ("content.ssh-private-key", [field(b"ecdsa-sha2-nistp256"), field(b"nistp256"), field(&[4; 65]), field(&[5; 32])].concat()),
        ("content.private-key", [b"\x30\x82\x04\xbe\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x04".as_slice(), &[8; 60]].concat()),
        ("content.private-key", [b"\x30\x81\x87\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x04\x6d".as_slice(), &[8; 60]].concat()),
        ("content.private-key", [b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".as_slice(), &[8; 32]].concat()),
        ("content.private-key", [b"\x30\x82\x05\x0e\x30\x40\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d\x30\x33".as_slice(), &[8; 60]].concat()),
        ("content.private-key", [b"\x30\x82\x04\xa4\x02\x01\x00\x02\x82\x01\x01\x00\xc1".as_slice(), &[8; 60]].concat()),
        ("content.private-key", [b"\x30\x77\x02\x01\x01\x04\x20".as_slice(), &[8; 32], b"\xa0\x0a\x06\x08"].concat()),
        ("content.private-key", [b"\x07\x02\0\0\0\xa4\0\0RSA2\0\x08\0\0\x01\0\x01\0".as_slice(), &[8; 60]].concat()),
        ("content.private-key", [b"RSA3\0\x08\0\0\x03\0\0\0\0\x01\0\0".as_slice(), &[8; 60]].concat()),
        ("content.private-key", [b"ECS2\x20\0\0\0".as_slice(), &[8; 96]].concat()),
        ("content.pkcs12", [b"\x30\x82\x0a\x1b\x02\x01\x03\x30\x82\x09\xe1\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01".as_slice(), &[8; 60]].concat()),
        ("content.password-database", [b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5".as_slice(), &[8; 60]].concat()),
        ("content.browser-database", database("logins (origin_url VARCHAR)")),
        ("content.browser-database", database("cookies(creation_utc INTEGER)")),
        ("content.browser-database", database("moz_cookies (id INTEGER)")),
        ("content.kerberos", [b"\x05\x04\0\x0c\0\x01\0\x08".as_slice(), &[8; 60]].concat()),
        ("content.kerberos", [b"\x05\x02\0\0\0\x40\0\x01\0\x07EXAMPLE".as_slice(), &[8; 60]].concat()),
        ("content.kerberos", [b"\x76\x82\x05\x10\x30\x82\x05\x0c\xa0\x03\x02\x01\x05\xa1\x03\x02\x01\x16".as_slice(), &[8; 60]].concat()),
        ("content.hive", hive),
        ("content.private-key-text", begin("")),
        ("content.private-key-text", begin("RSA ")),
        ("content.private-key-text", begin("ENCRYPTED ")),
        ("content.private-key-text", begin("OPENSSH ")),
        ("content.private-key-text", text(&["-----BE", "GIN PGP PRIVATE", " KEY BLOCK-----\n\nabc"])),
        ("content.private-key-text", text(&["PuTTY-User-", "Key-File-3: ssh-ed25519\nEncryption: none\n"])),
        ("content.private-key-text", text(&["<tls-auth>\n-----BE", "GIN OpenVPN Static", " key V1-----\n"])),
        ("content.remote-desktop", text(&["screen mode id:i:2\r\npassword ", "51:b:", &rep("0A", 40), "\r\n"])),
        ("content.jwt", text(&["t ey", "J", &rep("a", 20), ".eyJ", &rep("b", 30), ".", &rep("c", 30)])),
        ("content.web-key", text(&["{\"kty\":\"EC\",\"crv\":\"P-256\",\"", "d\": \"", &rep("ab", 20), "\"}"])),
        ("content.authorization", text(&["Authorization: Bea", "rer ", &rep("a1", 15)])),
        ("content.authorization", text(&["proxy-authorization: Ba", "sic ", &rep("YWJj", 5)])),
        ("content.url", text(&["http://us", "er:pa", "ss@proxy.example:8080/"])),
        ("content.url", text(&["https=us", "er:pa", "ss@proxy.example:8080;ftp=x:1"])),
        ("content.url", text(&["mongodb+srv://us", "er:p@", "ss@db.example/x"])),
        ("content.netrc", text(&["mach", "ine host.example\n  login me\n  password ", "hidden\n"])),
        ("content.shared-access", text(&["https://a.blob.example/c?sv=2022&si", "g=", &rep("ab%2B", 10)])),
    ];
    let assignments: [&[&str]; 30] = [
        &["[mail]\r\nPass", "word=hidden words\r\n"],
        &["pass", "word: hidden1\n"],
        &["{\"api", "Key\": \"hidden\"}"],
        &["{ \"a\": 1, \"client_", "secret\" :\n \"hidden\" }"],
        &["Server=x;User Id=y;Pass", "word=hidden;Database=z"],
        &["Server=x;Uid=y;P", "wd=hidden;"],
        &["DefaultEndpointsProtocol=https;Account", "Key=", "aGlkZGVuaGlkZGVu==;"],
        &["Endpoint=sb://x/;SharedAccess", "Key=aGlkZGVuaGlkZGVu="],
        &["<Groups><User><Properties c", "password=\"aGlkZGVu\" userName=\"x\"/></User></Groups>"],
        &["<sharedKey><protected>false</protected><key", "Material>hidden word</keyMaterial></sharedKey>"],
        &["<sharedKey><protected>true</protected><key", "Material>01000000</keyMaterial></sharedKey>"],
        &["<AutoLogon><Pass", "word>\r\n  <Value>aGlkZGVu</Value><PlainText>false</PlainText></Password></AutoLogon>"],
        &["<wcm:Administrator", "Password><Value>hidden</Value></wcm:AdministratorPassword>"],
        &["<add key=\"Api", "Key\" value=\"hidden\" />"],
        &["<setting name=\"Pass", "word\" serializeAs=\"String\"><value>hidden</value></setting>"],
        &["{\"name\": \"Access", "Token\", \"value\": \"hidden\"}"],
        &["plink.exe -p", "w hidden user@host"],
        &["tool --pass", "word hidden --verbose"],
        &["tool --to", "ken=hidden"],
        &["net use x: /pass", "word:hidden"],
        &["export GITHUB_TO", "KEN=hidden"],
        &["aws_", "secret_access_key = hiddenhidden"],
        &["//registry.example/:_auth", "Token=hidden"],
        &["[Interface]\nPrivate", "Key = aGlkZGVuaGlkZGVuaGlkZGVuaGlkZGVuaGlkZGU="],
        &["$pass", "word = 'hidden'"],
        &["set DB_PASS", "WD=hidden"],
        &["enc_User", "Password=ABCDEF0123"],
        &["'proxy_pass", "word' => 'hidden'"],
        &["\"{\\\"pass", "word\\\":\\\"hidden\\\"}\""],
        &["User=x\nKenn", "wort=hidden\n"],
    ];
    all.extend(assignments.iter().map(|parts| ("content.assignment", text(parts))));
    let shapes: [(&str, &[&str], usize); 24] = [
        ("token.aws", &["AK", "IA"], 16),
        ("token.aws", &["AS", "IA"], 16),
        ("token.google", &["AI", "za"], 35),
        ("token.github", &["gh", "p_"], 36),
        ("token.github", &["github", "_pat_"], 60),
        ("token.gitlab", &["gl", "pat-"], 20),
        ("token.slack", &["xo", "xb-"], 40),
        ("token.slack", &["hooks.sl", "ack.com/services/"], 40),
        ("token.packages", &["np", "m_"], 36),
        ("token.packages", &["py", "pi-AgE"], 80),
        ("token.packages", &["dckr", "_pat_"], 27),
        ("token.payment", &["sk", "_live_"], 24),
        ("token.payment", &["sh", "pat_"], 32),
        ("token.ai", &["sk-", "ant-"], 40),
        ("token.ai", &["sk-", "proj-"], 40),
        ("token.ai", &["s", "k-"], 48),
        ("token.ai", &["h", "f_"], 34),
        ("token.other", &["AGE-SEC", "RET-KEY-1"], 58),
        ("token.other", &["S", "G."], 66),
        ("token.other", &["hv", "s."], 24),
        ("token.other", &["da", "pi"], 32),
        ("token.other", &["lin_", "api_"], 40),
        ("token.other", &["ATA", "TT3"], 180),
        ("token.other", &["gl", "sa_"], 40),
    ];
    all.extend(shapes.iter().map(|(rule, parts, length)| (*rule, text(&[&parts.concat(), &rep("A", *length), " "]))));
    all
}

#[test]
fn every_secret_is_seen_as_it_is() {
    for (rule, secret) in secrets() {
        assert_eq!(content(&secret), Some(rule), "{:?}", String::from_utf8_lossy(&secret));
    }
}

#[test]
fn every_secret_is_seen_in_disguise() {
    for (rule, secret) in secrets() {
        for (how, disguised) in disguises(&secret) {
            let text = String::from_utf8_lossy(&disguised);
            assert!(content(&disguised).is_some(), "{rule} {how}: {text:?}");
        }
        let innocent = value(r"HKCU\Control Panel\Desktop", "WallPaper", &binary(&secret));
        assert!(innocent.is_some(), "{rule} in a value");
    }
}

/// Every rule that looks into contents is tried.
#[test]
fn every_detector_is_tried() {
    let tried: Vec<&str> = secrets().iter().map(|(rule, _)| *rule).collect();
    for rule in wbo_engine::secrets::Secrets::standard().rules() {
        let looks = rule.detector.is_some() || !rule.shapes.is_empty();
        assert!(!looks || tried.contains(&rule.id.as_str()), "{}", rule.id);
    }
}

/// A secret as a name: of a value, and of a text in a list.
#[test]
fn secrets_are_seen_in_names_and_lists() {
    let url = ["http://us", "er:pa", "ss@proxy.example/"].concat();
    assert!(value(r"HKCU\Software\Nobody", &url, &Value::dword(1)).is_some());
    let list = [utf16("one"), vec![0, 0], utf16(&url), vec![0, 0, 0, 0]].concat();
    let list = Value { kind: registry::ValueType::MULTI_SZ, data: list };
    assert!(value(r"HKCU\Software\Nobody", "Recent", &list).is_some());
}

/// Bytes of any kind, and many of them, take their time and no more.
#[test]
fn long_contents_are_searched_in_time() {
    let mega = 1 << 18;
    let floods: [Vec<u8>; 9] = [
        vec![b'='; mega],
        vec![b'A'; mega],
        b"eyJ".repeat(mega / 3),
        b"password=".repeat(mega / 9),
        b"://:@".repeat(mega / 5),
        b"machine ".repeat(mega / 8),
        vec![0; mega],
        b"\0\0\0\x07ssh-rsa".repeat(mega / 11),
        b"<password><".repeat(mega / 11),
    ];
    for flood in floods {
        let start = std::time::Instant::now();
        content(&flood);
        assert!(start.elapsed().as_secs() < 60, "{:?} took {:?}", &flood[..8], start.elapsed());
    }
}

fn disguises(secret: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let is_text = secret.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    let hex =
        |between: &str| secret.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(between).into_bytes();
    let wide = |bytes: &[u8]| bytes.iter().flat_map(|byte| [*byte, 0]).collect::<Vec<u8>>();
    let at_start = secret.starts_with(b"SQLite") || secret.starts_with(b"regf") || matches!(secret, [2 | 5, ..]);
    let mut all = vec![
        ("base64", base64(secret)),
        ("base64 as UTF-16", wide(&base64(secret))),
        ("base64 in JSON", [b"{\"x\":\"".to_vec(), base64(secret), b"\"}".to_vec()].concat()),
        ("base64 twice", base64(&base64(secret))),
        ("base64 in lines", base64(secret).chunks(64).collect::<Vec<_>>().join(&b"\r\n"[..])),
        ("hexadecimal", hex("")),
        ("hexadecimal of a .reg file", [b"hex:".to_vec(), hex(",")].concat()),
        ("decimal numbers", secret.iter().map(u8::to_string).collect::<Vec<_>>().join(",").into_bytes()),
    ];
    if !at_start {
        let noise: Vec<u8> = (0..5000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        all.push(("after other bytes", [noise, vec![0, 0, 0], secret.to_vec()].concat()));
        all.push(("shifted base64", base64(&[b"x".to_vec(), b"\n".to_vec(), secret.to_vec()].concat())));
    }
    if is_text {
        let lines = b"An ordinary line of an ordinary file.\r\n".repeat(100);
        let big_endian: Vec<u8> =
            wide(secret).as_chunks::<2>().0.iter().flat_map(|[low, high]| [*high, *low]).collect();
        all.push(("among lines", [lines.clone(), secret.to_vec(), b"\r\n".to_vec(), lines].concat()));
        all.push(("UTF-16", wide(secret)));
        all.push(("UTF-16 with a mark", [vec![0xff, 0xfe], wide(secret)].concat()));
        all.push(("UTF-16, the other order", [vec![0xfe, 0xff], big_endian].concat()));
        all.push(("UTF-16 at an odd place", [vec![7], wide(secret)].concat()));
        all.push(("UTF-16 in a list", [wide(b"first"), vec![0, 0], wide(secret), vec![0, 0, 0, 0]].concat()));
        all.push(("UTF-8 with a mark", [vec![0xef, 0xbb, 0xbf], secret.to_vec()].concat()));
        all.push(("UTF-16 in base64", base64(&wide(secret))));
    }
    all
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = Vec::new();
    for group in bytes.chunks(3) {
        let number =
            group.iter().fold(0usize, |number, byte| number << 8 | usize::from(*byte)) << (8 * (3 - group.len()));
        for at in 0..4 {
            text.push(if at <= group.len() { DIGITS[number >> (18 - 6 * at) & 63] } else { b'=' });
        }
    }
    text
}
