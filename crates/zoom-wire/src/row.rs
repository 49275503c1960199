//! Rows of a listing: each good, or wrong by itself, never the ruin of its page.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// A row that could not be read, or not wholly.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidRow {
    /// The JSON path, such as `$.participants[3].user_qos[2].audio_input.bitrate`.
    pub path: Box<str>,
    /// What is wrong there.
    pub reason: Box<str>,
}

impl InvalidRow {
    /// Makes the record of a wrong row.
    pub fn new(path: impl Into<Box<str>>, reason: impl fmt::Display) -> Self {
        Self { path: path.into(), reason: reason.to_string().into() }
    }

    pub(crate) fn not_rows(member: &str) -> Self {
        Self::new(format!("$.{member}"), "expected an array of rows")
    }
}

impl fmt::Display for InvalidRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", zqos_core::Shown(&self.path), zqos_core::Shown(&self.reason))
    }
}

/// An object of the wire, which a row is made from.
///
/// Implemented by the types of this crate; a row that is an object always becomes one, whatever
/// its members are.
pub trait WireObject<'de>: Sized {
    /// Reads the members.
    ///
    /// **Errors**: only those of the JSON parser.
    fn from_members<A: MapAccess<'de>>(members: A) -> Result<Self, A::Error>;
}

/// Reads an object, for the `Deserialize` of every [`WireObject`].
pub(crate) fn deserialize_object<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: WireObject<'de>,
    D: Deserializer<'de>,
{
    struct ObjectVisitor<T>(PhantomData<T>);

    impl<'de, T: WireObject<'de>> Visitor<'de> for ObjectVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::from_members(map)
        }
    }

    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

/// Defines the visits of everything that is neither an object, an array nor null; each makes its
/// value from the JSON value.
macro_rules! visit_scalars {
    ($make:expr) => {
        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            Ok($make(serde_json::Value::from(text)))
        }

        fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
            Ok($make(serde_json::Value::from(number)))
        }

        fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
            Ok($make(serde_json::Value::from(number)))
        }

        fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
            Ok($make(serde_json::Value::from(number)))
        }

        fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
            Ok($make(serde_json::Value::from(value)))
        }
    };
}

/// One row.
#[derive(Debug, Clone)]
pub enum Row<T> {
    /// An object, whose members may still be wrong by themselves.
    Object(T),
    /// Something else, kept as its JSON value: a number of more than 64 bits as the nearest
    /// double.
    Other(serde_json::Value),
}

impl<T> Row<T> {
    /// The row, or what is wrong with it; `path` is the path of this row.
    pub fn as_object(&self, path: impl FnOnce() -> String) -> Result<&T, InvalidRow> {
        match self {
            Self::Object(row) => Ok(row),
            Self::Other(value) => Err(InvalidRow::new(path(), NotAnObject(value))),
        }
    }
}

struct NotAnObject<'v>(&'v serde_json::Value);

impl fmt::Display for NotAnObject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = match self.0 {
            serde_json::Value::Null => "null",
            serde_json::Value::Bool(_) => "a boolean",
            serde_json::Value::Number(_) => "a number",
            serde_json::Value::String(_) => "a text",
            serde_json::Value::Array(_) => "an array",
            serde_json::Value::Object(_) => "an object",
        };
        write!(f, "expected an object, found {found}")
    }
}

impl<'de, T: WireObject<'de>> Deserialize<'de> for Row<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RowVisitor<T>(PhantomData<T>);

        impl<'de, T: WireObject<'de>> Visitor<'de> for RowVisitor<T> {
            type Value = Result<T, serde_json::Value>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::from_members(map).map(Ok)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                serde_json::Value::deserialize(de::value::SeqAccessDeserializer::new(seq)).map(Err)
            }

            visit_scalars!(Err);

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Err(serde_json::Value::Null))
            }
        }

        Ok(match deserializer.deserialize_any(RowVisitor(PhantomData))? {
            Ok(row) => Self::Object(row),
            Err(value) => Self::Other(value),
        })
    }
}

impl<T: Serialize> Serialize for Row<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Object(row) => row.serialize(serializer),
            Self::Other(value) => value.serialize(serializer),
        }
    }
}

/// The rows of a member.
///
/// An array is its elements; an object is the only row of its kind (an old schema drew
/// `user_qos` so); missing and null are no rows; anything else is one wrong row.
#[derive(Debug, Clone)]
pub struct Rows<T> {
    rows: Vec<Row<T>>,
    form: Form,
}

/// How the rows came, so that they are written as they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Absent,
    Null,
    Array,
    Single,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), form: Form::Absent }
    }
}

impl<T> Rows<T> {
    pub(crate) fn is_absent(&self) -> bool {
        self.form == Form::Absent
    }

    /// The rows, in order.
    pub fn as_slice(&self) -> &[Row<T>] {
        &self.rows
    }

    /// The rows, in order.
    pub fn into_vec(self) -> Vec<Row<T>> {
        self.rows
    }

    /// How many rows there are, wrong ones included.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True when there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Each row that is an object, or what is wrong with it; `path` is the path of the member
    /// that holds the rows.
    pub fn objects<'s>(&'s self, path: &'s str) -> impl Iterator<Item = Result<&'s T, InvalidRow>> {
        self.rows
            .iter()
            .enumerate()
            .map(move |(place, row)| row.as_object(|| format!("{path}[{place}]")))
    }
}

impl<'de, T: WireObject<'de>> Deserialize<'de> for Rows<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RowsVisitor<T>(PhantomData<T>);

        impl<'de, T: WireObject<'de>> Visitor<'de> for RowsVisitor<T> {
            type Value = Rows<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of rows")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut rows = Vec::new();
                while let Some(row) = seq.next_element()? {
                    rows.push(row);
                }
                Ok(Rows { rows, form: Form::Array })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Ok(Rows { rows: vec![Row::Object(T::from_members(map)?)], form: Form::Single })
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Rows { rows: Vec::new(), form: Form::Null })
            }

            visit_scalars!(|value| Rows { rows: vec![Row::Other(value)], form: Form::Single });
        }

        deserializer.deserialize_any(RowsVisitor(PhantomData))
    }
}

impl<T: Serialize> Serialize for Rows<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.form, &*self.rows) {
            (Form::Null, _) => serializer.serialize_unit(),
            (Form::Single, [row]) => row.serialize(serializer),
            _ => self.rows.serialize(serializer),
        }
    }
}
