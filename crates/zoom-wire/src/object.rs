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

/// Walks JSON text that is known to be valid.
///
/// This is the hot path of decoding. The minutes of a report are validated once, in passing, by
/// the JSON parser, which hands out their text; the thousands of short texts in them are then
/// read from here, in one pass and without allocating.
///
/// On a text that is not valid JSON a walk ends early or yields nonsense; it never panics and
/// always ends.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes over blanks and separators; what comes next is a value or the end of its holder.
    fn skip_separators(&mut self) {
        while let Some(b',' | b':' | b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
    }

    /// Goes inside of the object or array that comes next; false when something else comes.
    pub(crate) fn enter(&mut self, bracket: u8) -> bool {
        self.skip_separators();
        let is_there = self.byte() == Some(bracket);
        self.at += usize::from(is_there);
        is_there
    }

    /// The name of the next member, any escapes still in it; `None`, and outside of the object,
    /// when there is none. The member's value comes next.
    pub(crate) fn name(&mut self) -> Option<&'a str> {
        self.skip_separators();
        if self.byte() != Some(b'"') {
            self.at += 1;
            return None;
        }
        let name = self.string()?;
        name.get(1..name.len() - 1)
    }

    /// The first letter of the next member's name.
    #[inline]
    pub(crate) fn initial(&mut self) -> Option<u8> {
        // The usual form is looked at first.
        if let [b',', b'"', initial, ..] = self.text.as_bytes().get(self.at..)? {
            self.at += 1;
            return Some(*initial);
        }
        self.skip_separators();
        self.text.as_bytes().get(self.at + 1).copied()
    }

    /// Takes the next member at one go: when it begins with `opening`, its name, colon and opening
    /// quote, and `read` finds a value behind it and says how many bytes that has. Otherwise
    /// nothing is taken.
    #[inline]
    pub(crate) fn take<T, const N: usize>(
        &mut self,
        opening: &[u8; N],
        read: impl FnOnce(&[u8]) -> Option<(T, usize)>,
    ) -> Option<T> {
        let (start, rest) = self.text.as_bytes().get(self.at..)?.split_first_chunk()?;
        if start != opening {
            return None;
        }
        let (value, length) = read(rest)?;
        self.at += N + length;
        Some(value)
    }

    /// Goes outside of the array if it has no further element; false when one comes next.
    pub(crate) fn leave(&mut self) -> bool {
        self.skip_separators();
        let is_over = matches!(self.byte(), None | Some(b']' | b'}'));
        self.at += usize::from(is_over);
        is_over
    }

    /// The text of the value that comes next.
    pub(crate) fn value(&mut self) -> Option<&'a str> {
        self.skip_separators();
        match self.byte()? {
            b'"' => self.string(),
            b'{' | b'[' => self.nested(),
            _ => {
                let start = self.at;
                while !matches!(self.byte()?, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t') {
                    self.at += 1;
                }
                self.text.get(start..self.at)
            }
        }
    }

    /// A string with its quotes.
    fn string(&mut self) -> Option<&'a str> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut at = start + 1;
        loop {
            match bytes.get(at)? {
                b'"' => break,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        self.at = at + 1;
        self.text.get(start..self.at)
    }

    fn nested(&mut self) -> Option<&'a str> {
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match self.byte()? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return self.text.get(start..self.at);
            }
        }
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
            let mut cursor = Cursor::new(&text);
            let entered = cursor.enter(b'{');
            prop_assert!(entered);
            let mut walked = Vec::new();
            while let Some(name) = cursor.name() {
                let name = serde_json::from_str(&format!("\"{name}\"")).unwrap();
                walked.push((name, cursor.value().unwrap()));
            }
            prop_assert_eq!(cursor.at, text.len());
            let expected: Vec<(String, &str)> =
                expected.into_iter().map(|(name, raw)| (name.into_owned(), raw.get())).collect();
            prop_assert_eq!(walked, expected);
        }

        #[test]
        fn elements_are_walked_as_the_parser_reads_them(
            array in proptest::collection::vec(json(), 0..6),
            pretty in any::<bool>(),
        ) {
            let value = serde_json::Value::Array(array.clone());
            let text = if pretty { format!("{value:#}") } else { value.to_string() };
            let mut cursor = Cursor::new(&text);
            prop_assert!(cursor.enter(b'['));
            for expected in array {
                prop_assert!(!cursor.leave());
                let read: serde_json::Value = serde_json::from_str(cursor.value().unwrap()).unwrap();
                prop_assert_eq!(read, expected);
            }
            prop_assert!(cursor.leave());
            prop_assert_eq!(cursor.at, text.len());
        }

        #[test]
        fn a_walk_over_any_text_ends(text in any::<String>(), marks in r#"[{}\[\]":,\\a ]{0,20}"#) {
            for text in [&text, &marks] {
                let mut cursor = Cursor::new(text);
                cursor.enter(b'{');
                while cursor.name().is_some() && cursor.value().is_some() {}
                let mut cursor = Cursor::new(text);
                cursor.enter(b'[');
                while !cursor.leave() && cursor.value().is_some() {}
            }
        }
    }
}
