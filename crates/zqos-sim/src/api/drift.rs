//! Answers whose members are not as documented: a name is drawn from those in the answer, and
//! changes wherever it stands.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value, json};

use crate::draw::Draw;

/// Adds a member that nobody knows to every object.
pub(super) fn add(body: &mut Value, draw: Draw) {
    let name = format!("new_{:04x}", draw.below(0x1_0000));
    let values = [json!(null), json!(1), json!("new"), json!([1, 2]), json!({"new": true})];
    let value = draw.at(0).pick(&values);
    each_object(body, &mut |object| {
        object.insert(name.clone(), value.clone());
    });
}

/// Takes a member out of every object.
pub(super) fn remove(body: &mut Value, draw: Draw) {
    let Some(name) = drawn_name(body, draw, |_| true) else { return };
    each_object(body, &mut |object| {
        object.remove(&name);
    });
}

/// Gives a member another name.
pub(super) fn rename(body: &mut Value, draw: Draw) {
    let Some(name) = drawn_name(body, draw, |_| true) else { return };
    each_object(body, &mut |object| {
        if let Some(value) = object.remove(&name) {
            object.insert(format!("{name}_v2"), value);
        }
    });
}

/// Makes numbers of a member's texts, without their units.
pub(super) fn make_numbers(body: &mut Value, draw: Draw) {
    let is_figure = |value: &Value| number(value).is_some();
    let Some(name) = drawn_name(body, draw, is_figure) else { return };
    each_object(body, &mut |object| {
        if let Some(value) = object.get_mut(&name)
            && let Some(number) = number(value)
        {
            *value = Value::Number(number);
        }
    });
}

/// The number that a text is but for a unit behind it.
fn number(value: &Value) -> Option<Number> {
    let text = value.as_str()?;
    let figure = text.split([' ', '%']).next()?;
    match figure.parse::<i64>() {
        Ok(whole) => Some(whole.into()),
        Err(_) => figure.parse().ok().and_then(Number::from_f64),
    }
}

/// One of the names of members that have such a value somewhere.
fn drawn_name(body: &mut Value, draw: Draw, suits: impl Fn(&Value) -> bool) -> Option<String> {
    let mut names = BTreeSet::new();
    each_object(body, &mut |object| {
        let suitable = object.iter().filter(|(_, value)| suits(value));
        names.extend(suitable.map(|(name, _)| name.clone()));
    });
    let count = u32::try_from(names.len()).expect("an answer has few names");
    names.into_iter().nth(draw.below(count) as usize)
}

/// Does something with every object, inner ones first.
fn each_object(value: &mut Value, act: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            for member in object.values_mut() {
                each_object(member, act);
            }
            act(object);
        }
        Value::Array(elements) => {
            for element in elements {
                each_object(element, act);
            }
        }
        _ => {}
    }
}
