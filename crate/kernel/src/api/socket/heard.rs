//! What one client has been told of one topic.

/// Which versions of a topic a client has heard of, also before it paused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Heard {
    /// Where it listened and listens no more: after the first version, up to the second.
    stretches: Vec<(u64, u64)>,
    /// It listens, and knows all that came after this version.
    knows_after: Option<u64>,
}

impl Heard {
    /// It listens to all that comes after `version`.
    pub(super) fn listen(&mut self, version: u64) {
        self.knows_after.get_or_insert(version);
    }

    /// It listens no more; `version` is the last that it was told. What came up to `forgotten` nobody can tell it again.
    pub(super) fn pause(&mut self, version: u64, forgotten: u64) {
        self.stretches.extend(self.knows_after.take().map(|after| (after, version)));
        self.stretches.retain(|(after, until)| until > after && *until > forgotten);
    }

    /// Whether it listens, and knows all that came after `since`.
    pub(super) fn knows_since(&self, since: u64) -> bool {
        self.knows_after.is_some_and(|after| after <= since)
    }

    /// Whether it was told this.
    pub(super) fn has(&self, version: u64) -> bool {
        self.knows_since(version.saturating_sub(1))
            || self.stretches.iter().any(|(after, until)| (after + 1..=*until).contains(&version))
    }

    /// It listens, and was told what it had missed since.
    pub(super) fn caught_up(&mut self, since: u64) {
        let joined = self.stretches.extract_if(.., |(_, until)| *until >= since).map(|(after, _)| after);
        let earliest = joined.chain(self.knows_after).fold(since, u64::min);
        self.knows_after = Some(earliest);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn is_told_each_version_that_it_asks_for_once(steps in prop::collection::vec((0_u8..3, 0_u64..12), 0..40)) {
            let (mut heard, mut told) = (Heard::default(), BTreeSet::new());
            let (mut version, mut listens) = (0, false);
            for (step, number) in steps {
                match step {
                    0 => for _ in 0..number % 4 {
                        version += 1;
                        if listens {
                            told.insert(version);
                        }
                    },
                    1 => {
                        heard.pause(version, 0);
                        listens = false;
                    }
                    _ => {
                        let since = number.min(version);
                        if !heard.knows_since(since) {
                            let missed: Vec<_> = (since + 1..=version).filter(|one| !heard.has(*one)).collect();
                            prop_assert_eq!(&missed, &(since + 1..=version).filter(|one| !told.contains(one)).collect::<Vec<_>>());
                            told.extend(missed);
                            heard.caught_up(since);
                        }
                        listens = true;
                    }
                }
                for one in 1..=version {
                    prop_assert_eq!(heard.has(one), told.contains(&one), "version {} of {:?}", one, &heard);
                }
            }
        }
    }

    #[test]
    fn forgets_what_nobody_can_be_told_again() {
        let mut heard = Heard::default();
        for version in [1, 5, 9] {
            heard.listen(version);
            heard.pause(version + 2, 0);
        }
        heard.pause(11, 7);
        assert_eq!(heard.stretches, [(9, 11)]);
    }
}
