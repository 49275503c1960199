//! The words of a verdict, and why there may be none.

use std::fmt;

/// How good the conditions were, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Nothing was in the way.
    Good,
    /// Less than good.
    Fair,
    /// Likely to disturb.
    Poor,
    /// Hardly usable.
    Bad,
}

impl Grade {
    /// Every grade, the best first.
    pub const ALL: [Self; 4] = [Self::Good, Self::Fair, Self::Poor, Self::Bad];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Fair => "fair",
            Self::Poor => "poor",
            Self::Bad => "bad",
        }
    }

    /// The grade of this word, in any case; `None` for another word.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.trim();
        Self::ALL.into_iter().find(|grade| grade.as_str().eq_ignore_ascii_case(word))
    }

    /// True for what counts as a poor minute: poor and bad.
    pub const fn is_poor(self) -> bool {
        matches!(self, Self::Poor | Self::Bad)
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why nothing can be said; in the order in which one takes precedence over those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// There is no sample.
    NoSamples,
    /// The stream carried nothing, or next to nothing.
    Idle,
    /// The stream carried something, but no picture: no size, or no frame rate.
    NoPicture,
    /// A figure that the rule needs is missing.
    MissingFigures,
    /// Latency, jitter and loss are all 0, which is a blank and no measurement: a round trip takes
    /// time.
    BlankFigures,
    /// A figure is beyond what can be.
    ImpossibleFigures,
    /// The stream's name is none that this version knows.
    UnknownStream,
    /// There is too little to judge a whole by.
    ThinEvidence,
    /// The audio went by telephone, beyond what Zoom's figures see.
    Telephone,
}

impl Reason {
    /// The name in tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoSamples => "no-samples",
            Self::Idle => "idle",
            Self::NoPicture => "no-picture",
            Self::MissingFigures => "missing-figures",
            Self::BlankFigures => "blank-figures",
            Self::ImpossibleFigures => "impossible-figures",
            Self::UnknownStream => "unknown-stream",
            Self::ThinEvidence => "thin-evidence",
            Self::Telephone => "telephone",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A grade, or the reason why there is none. It tells of conditions on the network, not of what
/// anybody heard or felt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It can be said.
    Graded(Grade),
    /// It can't.
    Unclassified(Reason),
}

impl Verdict {
    /// The grade; `None` while unclassified.
    pub const fn grade(self) -> Option<Grade> {
        match self {
            Self::Graded(grade) => Some(grade),
            Self::Unclassified(_) => None,
        }
    }

    /// Why there is no grade; `None` where there is one.
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Self::Graded(_) => None,
            Self::Unclassified(reason) => Some(reason),
        }
    }

    /// True for poor and bad.
    pub const fn is_poor(self) -> bool {
        matches!(self, Self::Graded(grade) if grade.is_poor())
    }

    /// What holds of both together: the worse grade; the one that there is; or the reason that
    /// takes precedence.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Graded(one), Self::Graded(other)) => Self::Graded(one.max(other)),
            (Self::Unclassified(one), Self::Unclassified(other)) => {
                Self::Unclassified(one.max(other))
            }
            (graded @ Self::Graded(_), _) | (_, graded) => graded,
        }
    }

    /// The word: `good`, `fair`, `poor`, `bad` or `unclassified`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Graded(grade) => grade.as_str(),
            Self::Unclassified(_) => "unclassified",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn together_the_worse_grade_holds_and_a_grade_beats_a_reason() {
        use Verdict::{Graded, Unclassified};
        let idle = Unclassified(Reason::Idle);
        assert_eq!(Graded(Grade::Fair).and(Graded(Grade::Bad)), Graded(Grade::Bad));
        assert_eq!(idle.and(Graded(Grade::Good)), Graded(Grade::Good));
        assert_eq!(Graded(Grade::Good).and(idle), Graded(Grade::Good));
        let telephone = Unclassified(Reason::Telephone);
        assert_eq!(idle.and(telephone), telephone.and(idle));
        assert_eq!(idle.and(telephone), telephone);
    }

    #[test]
    fn a_word_is_a_grade_in_any_case() {
        for grade in Grade::ALL {
            assert_eq!(Grade::from_word(&grade.as_str().to_uppercase()), Some(grade));
        }
        for word in ["", "-", "excellent", "unclassified"] {
            assert_eq!(Grade::from_word(word), None, "{word}");
        }
    }
}
