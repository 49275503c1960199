//! Members of objects: the JSON text that came, read as a type when it is asked for.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::value::{FromWire, Malformed};

/// One member of an object of the wire.
///
/// It keeps the JSON text as it came, so nothing is ever lost, and reads it as a `T` on demand.
pub struct Field<'a, T> {
    raw: Option<&'a RawValue>,
    reads_as: PhantomData<fn() -> T>,
}

/// A member that holds a text.
pub type Text<'a> = Field<'a, Cow<'a, str>>;

impl<'a, T> Field<'a, T> {
    /// The JSON text; `None` when the member did not come.
    pub fn raw(&self) -> Option<&'a str> {
        self.raw.map(RawValue::get)
    }

    pub(crate) const fn is_absent(&self) -> bool {
        self.raw.is_none()
    }
}

impl<'a, T: FromWire<'a>> Field<'a, T> {
    /// The value.
    ///
    /// **Missing**: `None` when the member did not come, is `null`, or holds one of the texts
    /// that stand for nothing.
    /// **Errors**: [`Malformed`] when it is no `T`.
    pub fn read(&self) -> Result<Option<T>, Malformed> {
        match self.raw() {
            None | Some("null") => Ok(None),
            Some(json) => T::from_wire(json),
        }
    }

    /// The value; `None` also when it can't be read.
    pub fn get(&self) -> Option<T> {
        self.read().ok().flatten()
    }
}

impl<T> Default for Field<'_, T> {
    fn default() -> Self {
        Self { raw: None, reads_as: PhantomData }
    }
}

impl<T> Clone for Field<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Field<'_, T> {}

impl<T> fmt::Debug for Field<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.raw().unwrap_or("(absent)"))
    }
}

impl<'de: 'a, 'a, T> Deserialize<'de> for Field<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        Ok(Self { raw: Some(raw), reads_as: PhantomData })
    }
}

impl<T> Serialize for Field<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw.serialize(serializer)
    }
}

/// Defines an object of the wire: its known members, each a [`Field`] or [`crate::Rows`], and
/// `other`, which keeps every member that has no name here.
///
/// A member that comes twice keeps its first value in its own place and the rest in `other`, so
/// that writing the object again loses nothing.
macro_rules! wire_object {
    (
        $(#[$doc:meta])*
        pub struct $name:ident<$life:lifetime> {
            $($(#[$member_doc:meta])* $member:ident $(as $wire:literal)?: $type:ty,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default)]
        #[non_exhaustive]
        pub struct $name<$life> {
            $($(#[$member_doc])* pub $member: $type,)*
            /// Every member that has no name here, and its JSON text.
            pub other: Vec<(std::borrow::Cow<$life, str>, &$life serde_json::value::RawValue)>,
        }

        impl<'de: $life, $life> $crate::row::WireObject<'de> for $name<$life> {
            fn from_members<A: serde::de::MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
                let mut object = Self::default();
                while let Some($crate::object::Name(name)) = members.next_key()? {
                    match &*name {
                        $(
                            $crate::field::wire_name!($member $(as $wire)?)
                                if object.$member.is_absent() =>
                            {
                                object.$member = members.next_value()?;
                            }
                        )*
                        _ => object.other.push((name, members.next_value()?)),
                    }
                }
                Ok(object)
            }
        }

        impl<'de: $life, $life> serde::Deserialize<'de> for $name<$life> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::row::deserialize_object(deserializer)
            }
        }

        impl serde::Serialize for $name<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;

                let mut map = serializer.serialize_map(None)?;
                $(
                    if !self.$member.is_absent() {
                        map.serialize_entry(
                            $crate::field::wire_name!($member $(as $wire)?),
                            &self.$member,
                        )?;
                    }
                )*
                for (name, value) in &self.other {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    };
}

/// The name of a member on the wire: its own, unless another is given.
macro_rules! wire_name {
    ($member:ident) => {
        stringify!($member)
    };
    ($member:ident as $wire:literal) => {
        $wire
    };
}

pub(crate) use {wire_name, wire_object};
