//! How many messages a client may send: a token bucket.

/// So many at once, and so many a second from then on.
#[derive(Debug, Clone)]
pub(super) struct RateLimit {
    burst: f64,
    per_ms: f64,
    left: f64,
    /// Milliseconds since the epoch.
    at: f64,
}

impl RateLimit {
    pub(super) fn new(per_second: u32, burst: u32, now: f64) -> Self {
        let burst = f64::from(burst);
        Self { burst, per_ms: f64::from(per_second) / 1000.0, left: burst, at: now }
    }

    /// Whether one more may come now.
    pub(super) fn take(&mut self, now: f64) -> bool {
        // A clock may be set back.
        let passed = (now - self.at).max(0.0);
        self.at = now;
        self.left = (self.left + passed * self.per_ms).min(self.burst);
        let may = self.left >= 1.0;
        if may {
            self.left -= 1.0;
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_as_many_as_time_brings() {
        let mut limit = RateLimit::new(10, 3, 0.0);
        assert_eq!([0.0; 4].map(|now| limit.take(now)), [true, true, true, false]);
        assert_eq!([99.0, 100.0, 100.0, 200.0].map(|now| limit.take(now)), [false, true, false, true]);
        assert_eq!([10_000.0; 4].map(|now| limit.take(now)), [true, true, true, false]);
    }

    #[test]
    fn a_clock_that_is_set_back_gives_nothing_and_takes_nothing() {
        let mut limit = RateLimit::new(1000, 1, 5_000.0);
        assert!(limit.take(5_000.0));
        assert!(!limit.take(0.0));
        assert!(limit.take(1.0));
    }
}
