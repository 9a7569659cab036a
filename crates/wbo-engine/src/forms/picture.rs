//! What kind of picture a file is, by its first bytes: the copy that Windows makes of a wallpaper has no extension.

use std::fmt;

/// A kind of picture that Windows shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PictureKind {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// A Windows bitmap.
    Bmp,
    /// GIF.
    Gif,
    /// WebP.
    WebP,
    /// HEIF with HEVC in it, as phones take pictures.
    Heic,
    /// HEIF with AV1 in it.
    Avif,
    /// TIFF.
    Tiff,
}

impl PictureKind {
    /// The kind of a file that begins with these bytes.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let has = |at: usize, magic: &[u8]| bytes.get(at..).is_some_and(|bytes| bytes.starts_with(magic));
        if has(0, b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if has(0, b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if has(0, b"GIF87a") || has(0, b"GIF89a") {
            Some(Self::Gif)
        } else if has(0, b"RIFF") && has(8, b"WEBP") {
            Some(Self::WebP)
        } else if has(4, b"ftyp") {
            let is = |brands: &[&[u8; 4]]| brands.iter().any(|brand| has(8, &brand[..]));
            if is(&[b"avif", b"avis"]) {
                Some(Self::Avif)
            } else {
                is(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"]).then_some(Self::Heic)
            }
        } else if has(0, b"II*\0") || has(0, b"MM\0*") {
            Some(Self::Tiff)
        } else {
            // Two letters are too few to go by: nothing in the reserved fields, and a header of a known size.
            let header = bytes.get(14).is_some_and(|size| [12, 40, 52, 56, 64, 108, 124].contains(size));
            (has(0, b"BM") && has(6, &[0; 4]) && header && has(15, &[0; 3])).then_some(Self::Bmp)
        }
    }

    /// The usual extension of such a file.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Bmp => "bmp",
            Self::Gif => "gif",
            Self::WebP => "webp",
            Self::Heic => "heic",
            Self::Avif => "avif",
            Self::Tiff => "tif",
        }
    }
}

impl fmt::Display for PictureKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Bmp => "bitmap",
            Self::Gif => "GIF",
            Self::WebP => "WebP",
            Self::Heic => "HEIC",
            Self::Avif => "AVIF",
            Self::Tiff => "TIFF",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_by_their_first_bytes() {
        let bitmap = [b"BM\x3a\0\0\0", &[0; 4][..], &[0x36, 0, 0, 0, 40, 0, 0, 0]].concat();
        let rows: [(&[u8], Option<PictureKind>); 14] = [
            (b"\xff\xd8\xff\xe0\0\x10JFIF", Some(PictureKind::Jpeg)),
            (b"\x89PNG\r\n\x1a\n", Some(PictureKind::Png)),
            (b"\x89PNG\n\x1a\n", None),
            (b"GIF89a", Some(PictureKind::Gif)),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some(PictureKind::WebP)),
            (b"RIFF\0\0\0\0WAVE", None),
            (b"\0\0\0\x18ftypheic", Some(PictureKind::Heic)),
            (b"\0\0\0\x18ftypavif", Some(PictureKind::Avif)),
            (b"\0\0\0\x18ftypmp42", None),
            (b"II*\0", Some(PictureKind::Tiff)),
            (&bitmap, Some(PictureKind::Bmp)),
            (b"BM is not a picture", None),
            (b"MZ\x90\0", None),
            (b"", None),
        ];
        for (bytes, kind) in rows {
            assert_eq!(PictureKind::of(bytes), kind, "{bytes:02x?}");
        }
    }
}
