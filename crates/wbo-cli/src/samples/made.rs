//! What a PC has in pictures, sounds, pointers and fonts, drawn by a few lines each.

/// The colours of a picture: a sky from top to horizon, and hills from far to near, each of red, green and blue.
pub(super) struct Colours {
    pub(super) sky: [[u8; 3]; 2],
    pub(super) hills: [[u8; 3]; 2],
}

const WIDTH: usize = 192;
const HEIGHT: usize = 108;
const SKIES: usize = 10;
const HILLS: usize = 6;

/// Hills under a sky, as a PNG of sixteen colours.
pub(super) fn picture(colours: &Colours) -> Vec<u8> {
    let mix = |[from, to]: [[u8; 3]; 2], step: usize, steps: usize| {
        let part = |from: u8, to: u8| (usize::from(from) * (steps - 1 - step) + usize::from(to) * step) / (steps - 1);
        from.iter().zip(to).map(|(&from, to)| low(part(from, to))).collect::<Vec<u8>>()
    };
    let palette: Vec<u8> = (0..SKIES)
        .flat_map(|step| mix(colours.sky, step, SKIES))
        .chain((0..HILLS).flat_map(|step| mix(colours.hills, step, HILLS)))
        .collect();
    let mut rows = Vec::new();
    for y in 0..HEIGHT {
        // Each row begins with its filter: none.
        rows.push(0);
        rows.extend((0..WIDTH).step_by(2).map(|x| low(colour(x, y) << 4 | colour(x + 1, y))));
    }
    // Four bits for each pixel, which stand for a colour of the palette.
    let header = [&number(WIDTH), &number(HEIGHT), [4, 3, 0, 0, 0].as_slice()].concat();
    let chunks = [(b"IHDR", header), (b"PLTE", palette), (b"IDAT", stored(&rows)), (b"IEND", Vec::new())];
    let chunks = chunks.iter().flat_map(|(kind, data)| chunk(kind, data));
    b"\x89PNG\r\n\x1a\n".iter().copied().chain(chunks).collect()
}

/// The nearest hill that covers a point, or the sky behind.
fn colour(x: usize, y: usize) -> usize {
    let covering = (0..HILLS).rev().find(|&hill| {
        let length = 48 + 19 * hill;
        let along = (x + 37 * hill) % length;
        let rise = along.min(length - along) * (HILLS - hill) / 3;
        y + rise > 50 + 11 * hill
    });
    covering.map_or(y * SKIES / HEIGHT, |hill| SKIES + hill)
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [kind.as_slice(), data].concat();
    [&number(data.len()), named.as_slice(), &crc(&named).to_be_bytes()].concat()
}

/// A zlib stream of one block that is not compressed; it holds up to 65,535 bytes.
fn stored(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
    let (mut one, mut two) = (1_u32, 0_u32);
    for &byte in data {
        one = (one + u32::from(byte)) % 65_521;
        two = (two + one) % 65_521;
    }
    let sum = two << 16 | one;
    [&[0x78, 1, 1], length.to_le_bytes().as_slice(), &(!length).to_le_bytes(), data, &sum.to_be_bytes()].concat()
}

fn crc(data: &[u8]) -> u32 {
    !data.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

/// Half a second of a tone that fades: 8,000 samples a second of 8 bits.
pub(super) fn tone() -> Vec<u8> {
    const SAMPLES: usize = 4000;
    const PERIOD: usize = 16;
    let samples: Vec<u8> = (0..SAMPLES)
        .map(|at| {
            let along = at % PERIOD;
            // From 0 to 8 and back.
            let height = along.min(PERIOD - along);
            low(128 + 12 * height * (SAMPLES - at) / SAMPLES - 48 * (SAMPLES - at) / SAMPLES)
        })
        .collect();
    // PCM, one channel, 8,000 samples and bytes a second, one byte of 8 bits each.
    let format = [1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x40, 0x1f, 0, 0, 1, 0, 8, 0];
    let parts = [b"WAVE".to_vec(), riff(b"fmt ", &format), riff(b"data", &samples)].concat();
    riff(b"RIFF", &parts)
}

fn riff(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    [kind.as_slice(), &word(data.len()), data].concat()
}

/// A pointer of 32 times 32 pixels in black and white. `covers` says where it is not transparent, by column and row from
/// the top.
pub(super) fn pointer(hot_spot: u8, covers: impl Fn(usize, usize) -> bool) -> Vec<u8> {
    const SIZE: usize = 32;
    const DATA: usize = 40 + 8 + 2 * SIZE * SIZE / 8;
    // Rows stand from the bottom to the top; a set bit is transparent.
    let mask: Vec<u8> = (0..SIZE)
        .rev()
        .flat_map(|y| (0..SIZE).step_by(8).map(move |x| (x, y)))
        .map(|(x, y)| (0..8).fold(0, |bits, bit| bits << 1 | u8::from(!covers(x + bit, y))))
        .collect();
    let directory = [0, 0, 2, 0, 1, 0, 32, 32, 2, 0, hot_spot, 0, hot_spot, 0];
    let bitmap = [40, SIZE, 2 * SIZE, 1 | 1 << 16, 0, 0, 0, 0, 0, 0].map(word).concat();
    let palette = [0, 0, 0, 0, 0xff, 0xff, 0xff, 0];
    let black = vec![0; mask.len()];
    [directory.as_slice(), &word(DATA), &word(22), &bitmap, &palette, &black, &mask].concat()
}

/// A font without a single glyph, nor any other table.
pub(super) fn font() -> Vec<u8> {
    vec![0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
}

/// A Start layout of Windows 11, as far as its form is known: 32 bytes that are always the same, a time, and the length of
/// what follows, which nobody but Windows reads. Ours is no layout.
pub(super) fn start_layout(filetime: u64) -> Vec<u8> {
    const HEAD: [u8; 32] = [
        0xe2, 0x7a, 0xe1, 0x4b, 0x01, 0xfc, 0x4d, 0x1b, 0x9c, 0x00, 0x81, 0x0b, 0xde, 0x6e, 0x51, 0x85, 0x4e, 0x5a,
        0x5f, 0x47, 0x00, 0x5b, 0xb1, 0x49, 0x8a, 0x5c, 0x92, 0xaf, 0x90, 0x84, 0xf9, 0x5e,
    ];
    let payload = b"made for a sample of wbo: sealed".repeat(16);
    [HEAD.as_slice(), &filetime.to_le_bytes(), &word(payload.len()), &payload].concat()
}

fn low(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

/// Highest byte first, as PNG has it.
fn number(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes()
}

/// Lowest byte first, as everything of Windows has it.
fn word(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}
