//! The parameters of the model, by how much they differ from what they are as a rule.

use crate::draw::{Draw, Purpose};

/// Factors of groups of the model's parameters: 1 as a rule, which changes nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Model {
    /// Of what a fault takes from a signal.
    pub(crate) fading: f64,
    /// Of what faults add to the load of lines.
    pub(crate) load: f64,
    /// Of what faults lose.
    pub(crate) loss: f64,
    /// Of the delay that faults add.
    pub(crate) delay: f64,
    /// Of what faults use of a processor.
    pub(crate) processor: f64,
    /// Of distances between regions.
    pub(crate) distance: f64,
    /// Of the wait in queues.
    pub(crate) queue: f64,
    /// Of what full lines drop.
    pub(crate) overflow: f64,
    /// Of what radio loses by chance.
    pub(crate) stray: f64,
    /// Of jitter.
    pub(crate) jitter: f64,
    /// Of what is lost far away.
    pub(crate) trouble: f64,
    /// Of the wait for what TCP sends again.
    pub(crate) resending: f64,
}

impl Model {
    /// The model as it is.
    pub(crate) const USUAL: Self = Self {
        fading: 1.0,
        load: 1.0,
        loss: 1.0,
        delay: 1.0,
        processor: 1.0,
        distance: 1.0,
        queue: 1.0,
        overflow: 1.0,
        stray: 1.0,
        jitter: 1.0,
        trouble: 1.0,
        resending: 1.0,
    };

    /// The model with each group of parameters lower or higher by up to so many percent, as a seed has it.
    pub(crate) fn perturbed(root: Draw, percent: u8) -> Self {
        let share = f64::from(percent) / 100.0;
        let draw = root.of(Purpose::Model);
        let factor = |place| draw.at(place).between(1.0 - share, 1.0 + share);
        if percent == 0 {
            return Self::USUAL;
        }
        Self {
            fading: factor(0),
            load: factor(1),
            loss: factor(2),
            delay: factor(3),
            processor: factor(4),
            distance: factor(5),
            queue: factor(6),
            overflow: factor(7),
            stray: factor(8),
            jitter: factor(9),
            trouble: factor(10),
            resending: factor(11),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_differ_by_the_seed_and_by_no_more_than_is_said() {
        let model = |seed, percent| Model::perturbed(Draw::new(seed), percent);
        for seed in 0..50 {
            assert_eq!(model(seed, 0), Model::USUAL);
            let Model { fading, load, loss, delay, processor, distance, .. } = model(seed, 30);
            let factors = [fading, load, loss, delay, processor, distance];
            assert!(factors.iter().all(|factor| (0.7..=1.3).contains(factor)), "{factors:?}");
        }
        assert_ne!(model(1, 30), model(2, 30));
    }
}
