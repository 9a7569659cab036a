//! `TranscodedImageCache`: what Windows knows of the wallpaper that it made a copy of.

/// Where the picture was before it was copied: text from a fixed place up to its NUL. What stands before it, such as
/// the size of the picture and the time of its file, nobody needs.
pub fn picture_cache_path(data: &[u8]) -> Option<String> {
    let (pairs, _) = data.get(PATH..)?.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|&pair| u16::from_le_bytes(pair)).take_while(|&unit| unit != 0).collect();
    let path = String::from_utf16(&units).ok()?;
    let is_path = path.len() > 3 && !path.chars().any(char::is_control) && path.contains('\\');
    is_path.then_some(path)
}

const PATH: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_the_picture() {
        let data = |path: &str| {
            let path: Vec<u8> = path.encode_utf16().flat_map(u16::to_le_bytes).collect();
            [&[0x7a, 0xc3, 1, 0][..], &[9; 20], &path, &[0; 40]].concat()
        };
        let path = r"C:\Users\Zoë\Pictures\Žluťoučký 🐎.jpg";
        assert_eq!(picture_cache_path(&data(path)).as_deref(), Some(path));
        let ends_early = &data(path)[..24 + 2 * path.encode_utf16().count()];
        assert_eq!(picture_cache_path(ends_early).as_deref(), Some(path));
        for flaw in [&data("")[..], &data("picture"), &data("a\u{1}\\bcd"), &[0x5c; 23], &[], &[0xd8; 40]] {
            assert_eq!(picture_cache_path(flaw), None, "{flaw:02x?}");
        }
    }
}
