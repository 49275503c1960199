//! JSON objects as they came: members in order, values as text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The name of a member; borrowed unless it holds an escape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }

        deserializer.deserialize_str(NameVisitor)
    }
}

/// Every member of an object, in the order in which they came; a name may come twice.
pub(crate) struct Object<'a>(pub(crate) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor;

        impl<'de> Visitor<'de> for ObjectVisitor {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Name(name), value)) = map.next_entry::<Name<'_>, &RawValue>()? {
                    members.push((name, value));
                }
                Ok(Object(members))
            }
        }

        deserializer.deserialize_map(ObjectVisitor)
    }
}

/// Walks the members of an object whose text is known to be valid JSON.
///
/// Yields each name without its quotes (escapes, if any, still in it) and each value's text.
/// This is the hot path of decoding: a stream's object is validated once, in passing, by the
/// JSON parser, and its five to seven short texts are then read from here without allocating.
///
/// A text that is not an object, or not valid JSON, ends the walk early; it never panics.
pub(crate) struct Members<'a> {
    rest: &'a str,
}

impl<'a> Members<'a> {
    pub(crate) fn of(object: &'a str) -> Self {
        Self {
            rest: object.trim_start().strip_prefix('{').unwrap_or_default(),
        }
    }

    /// Passes over blanks and punctuation up to the next value.
    fn skip_to_value(&mut self) {
        self.rest = self
            .rest
            .trim_start_matches([' ', '\n', '\r', '\t', ',', ':']);
    }

    /// Takes a string, quotes included.
    fn string(&mut self) -> Option<&'a str> {
        let bytes = self.rest.as_bytes();
        if bytes.first() != Some(&b'"') {
            return None;
        }
        let mut at = 1;
        loop {
            match bytes.get(at)? {
                b'"' => break,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        self.take(at + 1)
    }

    fn value(&mut self) -> Option<&'a str> {
        let bytes = self.rest.as_bytes();
        match bytes.first()? {
            b'"' => self.string(),
            b'{' | b'[' => {
                let (mut at, mut depth, mut quoted) = (0, 0_usize, false);
                loop {
                    match (bytes.get(at)?, quoted) {
                        (b'\\', true) => at += 1,
                        (b'"', _) => quoted = !quoted,
                        (b'{' | b'[', false) => depth += 1,
                        (b'}' | b']', false) => depth -= 1,
                        _ => {}
                    }
                    at += 1;
                    if depth == 0 {
                        return self.take(at);
                    }
                }
            }
            _ => {
                let end = bytes
                    .iter()
                    .position(|byte| matches!(byte, b',' | b'}' | b' ' | b'\n' | b'\r' | b'\t'))?;
                self.take(end)
            }
        }
    }

    fn take(&mut self, length: usize) -> Option<&'a str> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_to_value();
        let name = self.string()?;
        self.skip_to_value();
        let value = self.value()?;
        Some((&name[1..name.len() - 1], value))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
            r#"["\\{}\[\],:a ]{0,8}"#.prop_map(Into::into),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
                proptest::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_walk_agrees_with_the_parser(
            object in proptest::collection::btree_map(any::<String>(), json(), 0..6),
            pretty in any::<bool>(),
        ) {
            let value = serde_json::Value::Object(object.into_iter().collect());
            let text = if pretty { format!("{value:#}") } else { value.to_string() };
            let Object(expected) = serde_json::from_str(&text).unwrap();
            let walked: Vec<_> = Members::of(&text)
                .map(|(name, value)| (serde_json::from_str(&format!("\"{name}\"")).unwrap(), value))
                .collect();
            let expected: Vec<(String, &str)> =
                expected.into_iter().map(|(name, raw)| (name.into_owned(), raw.get())).collect();
            prop_assert_eq!(walked, expected);
        }

        #[test]
        fn no_text_stops_the_walk_from_ending(text in any::<String>(), braces in r#"[{}\[\]":,\\a]{0,20}"#) {
            Members::of(&text).for_each(drop);
            Members::of(&braces).for_each(drop);
        }
    }
}
