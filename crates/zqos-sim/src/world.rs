//! The simulated world: who there is, when they meet, and what goes wrong.

use crate::calendar::{Calendar, Meeting};
use crate::company::Company;
use crate::fault::{Fault, Schedule};
use crate::media::Model;
use crate::phone::Phone;

/// All that a minute of anybody is computed from.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) company: Company,
    pub(crate) calendar: Calendar,
    pub(crate) phone: Phone,
    pub(crate) faults: Schedule,
    pub(crate) model: Model,
}

impl World {
    /// The world of a seed, with this many people, in which faults happen by chance.
    pub(crate) fn new(seed: u64, people: u32) -> Self {
        let company = Company::new(seed, people);
        Self {
            company,
            calendar: Calendar::new(company),
            phone: Phone::new(company),
            faults: Schedule::default(),
            model: Model::USUAL,
        }
    }

    /// The faults that act at some time of a meeting, wherever.
    pub(crate) fn faults_of(&self, meeting: &Meeting) -> Vec<Fault> {
        self.faults.acting(&self.company, meeting.start..meeting.end).collect()
    }
}
