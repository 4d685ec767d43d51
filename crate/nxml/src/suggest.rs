//! "Did you mean …?"

/// The candidate that `name` is most likely a misspelling of.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A letter or two; in long names one in three. Longer texts are no names.
    if name.len() > 64 {
        return None;
    }
    let most = (name.chars().count() / 3).clamp(1, 3);
    let lower = name.to_lowercase();
    let distance = |candidate: &str| strsim::osa_distance(&lower, &candidate.to_lowercase());
    // A hostile document has thousands of names, and misspells each.
    let within = candidates.into_iter().take(500).filter(|candidate| candidate.len() <= 128);
    within
        .map(|candidate| (distance(candidate), candidate))
        .filter(|(distance, candidate)| *distance <= most && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The hint that names the [`nearest`] candidate.
pub(crate) fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(name, candidates).map(|candidate| format!("did you mean {candidate:?}?"))
}

/// The candidates in a sentence: `a, b or c`.
pub(crate) fn one_of(candidates: &[&str]) -> String {
    listed(candidates, "or")
}

/// The names in a sentence: `a, b and c`.
pub(crate) fn all_of(names: &[&str]) -> String {
    listed(names, "and")
}

fn listed(names: &[&str], before_last: &str) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} {before_last} {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_are_recognised_and_other_names_are_not() {
        let names = ["count", "items", "selectedItem", "x"];
        for (name, meant) in [
            ("conut", Some("count")),
            ("Items", Some("items")),
            ("selecteditm", Some("selectedItem")),
            ("y", None),
            ("price", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, names), meant, "{name}");
        }
    }
}
