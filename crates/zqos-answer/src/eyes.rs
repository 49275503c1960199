//! Who sees an answer, and what of people they may see.

use std::collections::HashMap;

use zqos_core::{Meeting, Participant};

/// Who will see an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Eyes {
    /// Somebody who may know who took part.
    #[default]
    Open,
    /// Somebody who may not: people are told apart, and nothing leads to anybody.
    Veiled,
}

/// What stands for something personal, the same each time.
#[derive(Debug, Default)]
pub(crate) struct Numbered(HashMap<String, usize>);

impl Numbered {
    /// A number in the order in which they are met.
    fn of(&mut self, text: &str) -> usize {
        let next = self.0.len() + 1;
        *self.0.entry(text.to_owned()).or_insert(next)
    }
}

/// Puts numbers in place of people and of networks.
///
/// What comes of it depends on who is the same as whom, and on nothing else that is personal, as long as joins
/// come in an order that does not depend on it either.
#[derive(Debug, Default)]
pub(crate) struct Veil {
    people: Numbered,
    networks: Numbered,
}

impl Veil {
    /// The key of a person.
    pub(crate) fn person(&mut self, key: &str) -> String {
        format!("person {}", self.people.of(key))
    }

    /// Takes out of a join whatever is personal.
    pub(crate) fn participant(&mut self, who: &mut Participant) {
        let person = crate::person(who);
        who.person_id = person.map(|key| self.person(&key));
        who.user_name = None;
        who.email = None;
        who.leave_reason = None;
        let network = who.ip_address.take();
        who.ip_address = network.map(|address| format!("network {}", self.networks.of(&address)));
        who.internal_ip_addresses = Vec::new();
        who.microphone = None;
        who.speaker = None;
        who.camera = None;
    }
}

/// Takes out of a meeting whatever is personal.
pub(crate) fn veil_meeting(meeting: &mut Meeting) {
    meeting.topic = None;
    meeting.host = None;
    meeting.host_email = None;
}
