//! Members of JSON objects, by which rows that came on one path are answered on another. Values are copied to
//! the letter.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of an object, in order.
pub(crate) struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reading;

        impl<'de> Visitor<'de> for Reading {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(Name(name)) = map.next_key()? {
                    members.push((name, map.next_value()?));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Reading)
    }
}

#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> Members<'a> {
    /// Reads an object; no members of anything else.
    pub(crate) fn of(json: &'a str) -> Self {
        serde_json::from_str(json).unwrap_or(Self(Vec::new()))
    }

    /// The JSON text of a member.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.get())
    }

    /// True when one of these is there.
    pub(crate) fn has_any(&self, names: &[&str]) -> bool {
        self.0.iter().any(|(name, _)| names.contains(&&**name))
    }
}

/// An object without some of its members.
pub(crate) fn without<'j>(json: &'j str, names: &[&str]) -> Cow<'j, str> {
    let members = Members::of(json);
    if !members.has_any(names) {
        return Cow::Borrowed(json);
    }
    let mut object = Object::new();
    for (name, value) in members.0.iter().filter(|(name, _)| !names.contains(&&**name)) {
        object.raw(name, value.get());
    }
    Cow::Owned(object.finish())
}

/// An object with members added at its end.
pub(crate) fn with<'a>(
    json: &str,
    members: impl IntoIterator<Item = (&'a str, Cow<'a, str>)>,
) -> String {
    let mut text = json.trim_end().strip_suffix('}').unwrap_or(json).to_owned();
    let mut is_empty = text.trim_end().ends_with('{');
    for (name, value) in members {
        if !std::mem::take(&mut is_empty) {
            text.push(',');
        }
        text.push_str(&quoted(name));
        text.push(':');
        text.push_str(&value);
    }
    text.push('}');
    text
}

/// A text as JSON has it.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text is JSON")
}

/// An object that is being written.
pub(crate) struct Object(String);

impl Object {
    pub(crate) fn new() -> Self {
        Self("{".to_owned())
    }

    /// Adds a member, whose value is JSON.
    pub(crate) fn raw(&mut self, name: &str, json: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&quoted(name));
        self.0.push(':');
        self.0.push_str(json);
    }

    /// Adds a text.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.raw(name, &quoted(text));
    }

    /// Adds a number, unless it is missing.
    pub(crate) fn number(&mut self, name: &str, number: Option<impl fmt::Display>) {
        if let Some(number) = number {
            self.raw(name, &number.to_string());
        }
    }

    /// Adds an array of values that are JSON.
    pub(crate) fn array<V: AsRef<str>>(&mut self, name: &str, values: impl IntoIterator<Item = V>) {
        self.raw(name, "[");
        let mut is_first = true;
        for value in values {
            if !std::mem::take(&mut is_first) {
                self.0.push(',');
            }
            self.0.push_str(value.as_ref());
        }
        self.0.push(']');
    }

    pub(crate) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_go_and_come_and_all_else_stays_to_the_letter() {
        let json = r#"{ "a" : 1.50, "\u0062":[ 1 ], "c":"x" }"#;
        assert_eq!(without(json, &["z"]), json);
        assert_eq!(without(json, &["b", "z"]), r#"{"a":1.50,"c":"x"}"#);
        let added = with(json, [("d", Cow::from("2")), ("e", Cow::from("\"\""))]);
        assert_eq!(added, r#"{ "a" : 1.50, "\u0062":[ 1 ], "c":"x" ,"d":2,"e":""}"#);
        assert_eq!(with("{}", [("a", Cow::from("1"))]), r#"{"a":1}"#);
        assert_eq!(with("{}", []), "{}");
        assert_eq!(Members::of(json).get("b"), Some("[ 1 ]"));
        assert!(Members::of("[1]").get("b").is_none());
    }

    #[test]
    fn an_object_is_written_member_by_member() {
        let mut object = Object::new();
        object.text("a\"", "b\n");
        object.number("n", Some(7));
        object.number("m", None::<u64>);
        object.array("l", ["1", "{}"]);
        assert_eq!(object.finish(), r#"{"a\"":"b\n","n":7,"l":[1,{}]}"#);
    }
}
