//! Sets of code units.

/// A set of characters, by ranges; a table answers for the first 256.
#[derive(Clone)]
pub struct Set {
    table: [u64; 4],
    /// Beyond the table.
    ranges: Vec<(u32, u32)>,
}

/// Greatest code point.
pub const LAST: u32 = 0x10_FFFF;

/// White space and line terminators.
const SPACE: &[(u32, u32)] = &[
    (0x09, 0x0D),
    (0x20, 0x20),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
    (0xFEFF, 0xFEFF),
];
const DIGIT: &[(u32, u32)] = &[(0x30, 0x39)];
const WORD: &[(u32, u32)] = &[(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)];
const LINE: &[(u32, u32)] = &[(0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029)];

impl Set {
    pub fn new(ranges: &[(u32, u32)]) -> Self {
        let mut set = Self { table: [0; 4], ranges: Vec::new() };
        for (first, last) in ranges {
            for low in *first..=(*last).min(255) {
                set.table[low as usize / 64] |= 1 << (low % 64);
            }
            if *last > 255 {
                set.ranges.push(((*first).max(256), *last));
            }
        }
        set
    }

    pub fn contains(&self, unit: u32) -> bool {
        if unit < 256 {
            self.table[unit as usize / 64] >> (unit % 64) & 1 == 1
        } else {
            self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&unit))
        }
    }

    /// What `.` matches.
    pub fn any(dot_all: bool) -> Self {
        Self::new(&if dot_all { vec![(0, LAST)] } else { inverted(LINE) })
    }

    /// All that is in one of both.
    pub fn add(&mut self, other: &Self) {
        for (word, more) in self.table.iter_mut().zip(other.table) {
            *word |= more;
        }
        self.ranges.extend_from_slice(&other.ranges);
    }
}

/// The ranges of `\d`, `\s` and `\w`, and of their opposites.
pub fn class(letter: char) -> Option<Vec<(u32, u32)>> {
    Some(match letter {
        'd' => DIGIT.to_vec(),
        's' => SPACE.to_vec(),
        'w' => WORD.to_vec(),
        'D' => inverted(DIGIT),
        'S' => inverted(SPACE),
        'W' => inverted(WORD),
        _ => return None,
    })
}

/// All that is in none of the ranges.
pub fn inverted(ranges: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut ranges = ranges.to_vec();
    ranges.sort_unstable();
    let mut result = Vec::new();
    let mut next = 0;
    for (first, last) in ranges {
        if first > next {
            result.push((next, first - 1));
        }
        next = next.max(last + 1);
    }
    if next <= LAST {
        result.push((next, LAST));
    }
    result
}

/// The ranges with both cases of each ASCII letter in them.
pub fn both_cases(ranges: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut result = ranges.to_vec();
    for (first, last) in ranges {
        for (from, to, other) in [(0x41, 0x5A, 0x61), (0x61, 0x7A, 0x41)] {
            let (low, high) = ((*first).max(from), (*last).min(to));
            if low <= high {
                result.push((low - from + other, high - from + other));
            }
        }
    }
    result
}

pub fn is_word(unit: u32) -> bool {
    u8::try_from(unit).is_ok_and(|unit| unit.is_ascii_alphanumeric() || unit == b'_')
}

pub fn is_line_end(unit: u32) -> bool {
    matches!(unit, 0x0A | 0x0D | 0x2028 | 0x2029)
}
