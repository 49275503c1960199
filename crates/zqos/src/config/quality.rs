//! `[quality]`: by what minutes are judged.

use std::fmt;

use serde::Deserialize;
use zqos_quality::{InputMeaning, Judge, LatencyMeaning, Profile, Rule};

use crate::exit::UsageError;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table of settings")]
pub(super) struct RawQuality {
    rule: Option<String>,
    profile: Option<String>,
    latency_semantics: Option<String>,
    input: Option<String>,
}

/// By what minutes are judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Quality {
    pub(crate) judge: Judge,
    pub(crate) input: Input,
}

/// Which way a stream goes that Zoom calls input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Input {
    /// What the data show.
    #[default]
    Detected,
    /// What somebody knows.
    Known(InputMeaning),
}

impl Input {
    /// What somebody knows; `None` where the data are to show it.
    #[cfg(feature = "query")]
    pub(crate) const fn known(self) -> Option<InputMeaning> {
        match self {
            Self::Detected => None,
            Self::Known(meaning) => Some(meaning),
        }
    }
}

/// A setting that is one of a few words.
struct Choice<T: 'static> {
    name: &'static str,
    words: &'static [(&'static str, T)],
}

const RULE: Choice<Rule> = Choice {
    name: "rule",
    words: &[("bands", Rule::Bands), ("mos", Rule::Mos), ("cqd", Rule::Cqd)],
};
const PROFILE: Choice<Profile> = Choice {
    name: "profile",
    words: &[
        (Profile::Reference.as_str(), Profile::Reference),
        (Profile::SilkPesq.as_str(), Profile::SilkPesq),
        (Profile::OpusSwb.as_str(), Profile::OpusSwb),
    ],
};
const LATENCY: Choice<LatencyMeaning> = Choice {
    name: "latency_semantics",
    words: &[("rtt", LatencyMeaning::RoundTrip), ("one_way", LatencyMeaning::OneWay)],
};
const INPUT: Choice<Input> = Choice {
    name: "input",
    words: &[
        ("detect", Input::Detected),
        ("sent", Input::Known(InputMeaning::Sent)),
        ("received", Input::Known(InputMeaning::Received)),
    ],
};

impl<T: Copy + PartialEq + Default> Choice<T> {
    fn read(&self, word: Option<&str>) -> Result<T, UsageError> {
        let Some(word) = word else { return Ok(T::default()) };
        let found = self.words.iter().find(|(name, _)| *name == word);
        found.map(|(_, value)| *value).ok_or_else(|| {
            let words: Vec<String> =
                self.words.iter().map(|(word, _)| format!("`{word}`")).collect();
            UsageError::new(format!("`{}` of `[quality]` can't be `{word}`", self.name))
                .hint(format!("it is one of {}", words.join(", ")))
        })
    }

    fn line(&self, value: T) -> String {
        let word = self.words.iter().find(|(_, other)| *other == value);
        format!("{} = {:?}", self.name, word.map_or("", |(word, _)| word))
    }
}

impl Quality {
    pub(super) fn resolve(raw: &RawQuality) -> Result<Self, UsageError> {
        Ok(Self {
            judge: Judge {
                rule: RULE.read(raw.rule.as_deref())?,
                profile: PROFILE.read(raw.profile.as_deref())?,
                latency: LATENCY.read(raw.latency_semantics.as_deref())?,
            },
            input: INPUT.read(raw.input.as_deref())?,
        })
    }
}

impl fmt::Display for Quality {
    /// As the file has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { judge: Judge { rule, profile, latency }, input } = *self;
        writeln!(f, "{}", RULE.line(rule))?;
        writeln!(f, "{}", PROFILE.line(profile))?;
        writeln!(f, "{}", LATENCY.line(latency))?;
        write!(f, "{}", INPUT.line(input))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Quality, UsageError> {
        Quality::resolve(&toml::from_str(text).unwrap())
    }

    #[test]
    fn what_is_shown_is_what_can_be_written() {
        assert_eq!(read("").unwrap(), Quality::default());
        let text = "rule = \"mos\"\nprofile = \"opus-swb-experimental\"\n\
                    latency_semantics = \"one_way\"\ninput = \"received\"";
        let quality = read(text).unwrap();
        assert_eq!(quality.to_string(), text);
        assert_eq!(quality.judge.rule, Rule::Mos);
    }

    #[test]
    fn another_word_is_told_with_those_that_there_are() {
        let error = read("rule = \"best\"").unwrap_err();
        assert!(error.to_string().contains("`rule` of `[quality]` can't be `best`"), "{error}");
    }
}
