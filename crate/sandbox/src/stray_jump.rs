//! Where a `break` or `continue` stands that leads nowhere: the engine names no more than the function around it.

/// The byte offset of the first such jump in `text`. `is_stray` says whether a text of the same length, with some jumps
/// taken out, is still refused for one.
pub fn find(text: &str, is_stray: impl Fn(&str) -> bool) -> Option<usize> {
    let jumps = jumps(text);
    // Without any jump from the nth on there is a stray one left, or not: the first is the last jump that has to go.
    let (mut first, mut end) = (0, jumps.len());
    if end == 0 || is_stray(&without(text, &jumps)) {
        return None;
    }
    while end - first > 1 {
        let middle = first.midpoint(end);
        if is_stray(&without(text, &jumps[middle..])) {
            end = middle;
        } else {
            first = middle;
        }
    }
    Some(jumps[first].0)
}

/// Everything that reads like a jump, from keyword to label, in ascending order. Words in strings and comments are among
/// them; taking those out changes nothing.
fn jumps(text: &str) -> Vec<(usize, usize)> {
    let is_word =
        |character: char| character.is_alphanumeric() || matches!(character, '_' | '$' | '\u{200c}' | '\u{200d}');
    let mut jumps = Vec::new();
    for keyword in ["break", "continue"] {
        for (start, _) in text.match_indices(keyword) {
            let (before, after) = (&text[..start], &text[start + keyword.len()..]);
            let in_word = before.ends_with(is_word) || after.starts_with(is_word);
            let is_name = before.trim_end().ends_with(['.', '#']) || after.trim_start().starts_with(':');
            if in_word || is_name {
                continue;
            }
            let gap = after.len() - after.trim_start_matches([' ', '\t']).len();
            let label = after[gap..].find(|character| !is_word(character)).unwrap_or(after.len() - gap);
            jumps.push((start, start + keyword.len() + if label > 0 { gap + label } else { 0 }));
        }
    }
    jumps.sort_unstable();
    jumps
}

/// The text with each of the jumps replaced by a statement that does nothing, in as many bytes.
fn without(text: &str, jumps: &[(usize, usize)]) -> String {
    let (mut result, mut done) = (String::with_capacity(text.len()), 0);
    for (start, end) in jumps {
        result.push_str(&text[done..*start]);
        result.push('0');
        result.extend(std::iter::repeat_n(' ', end - start - 1));
        done = *end;
    }
    result.push_str(&text[done..]);
    result
}
