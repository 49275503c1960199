//! Shared fate: who is hurt in a minute, and what those have in common that nobody else has.

/// A participant in one minute of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Witness<'a> {
    /// Whether the minute was worse than it should have been; `None` where nobody can say.
    pub is_hurt: Option<bool>,
    /// The site or network that the participant is behind; `None` where it is not known, and so for
    /// addresses that are masked.
    pub egress: Option<&'a str>,
    /// The data centre that serves the participant; `None` where it is not known.
    pub data_center: Option<&'a str>,
}

/// Where a minute went wrong, as far as one meeting shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate<'a> {
    /// Nobody is hurt.
    NobodyHurt,
    /// One of several: on the own leg of the participant at this place.
    OwnLeg(usize),
    /// All behind this site or network, at least two, and nobody else.
    Egress(&'a str),
    /// All whom this data centre serves, from at least two sites or networks, and nobody else.
    DataCenter(&'a str),
    /// Everybody: whoever was sending, or Zoom's side. One meeting does not tell which.
    Everybody,
    /// Those who are hurt have nothing in common that sets them apart, or there are too few of whom
    /// something can be said: of a call of two, either side may be the cause.
    NotDeterminable,
}

/// From so many participants on it is told where a minute went wrong.
///
/// **Source**: a choice of this project; of two, either may be the cause.
const LEAST_WITNESSES: usize = 3;

/// Tells where a minute went wrong.
///
/// Participants of whom it can't be said whether they are hurt are passed over. The order of
/// participants changes nothing but the place in [`Fate::OwnLeg`].
pub fn shared_fate<'a>(witnesses: &[Witness<'a>]) -> Fate<'a> {
    let all = || witnesses.iter().enumerate().filter(|(_, witness)| witness.is_hurt.is_some());
    let hurt = || all().filter(|(_, witness)| witness.is_hurt == Some(true));
    let (count, hurt_count) = (all().count(), hurt().count());
    let Some((first_place, first)) = hurt().next() else { return Fate::NobodyHurt };
    if count < LEAST_WITNESSES {
        return Fate::NotDeterminable;
    }
    if hurt_count == 1 {
        return Fate::OwnLeg(first_place);
    }
    if hurt_count == count {
        return Fate::Everybody;
    }

    // Whether the hurt are those, and only those, with a trait of the first of them.
    let sets_apart = |of: fn(&Witness<'a>) -> Option<&'a str>| {
        of(first).filter(|common| {
            all().all(|(_, witness)| {
                let is_hurt = witness.is_hurt == Some(true);
                (of(witness) == Some(*common)) == is_hurt
            })
        })
    };
    if let Some(egress) = sets_apart(|witness| witness.egress) {
        return Fate::Egress(egress);
    }
    let mut egresses = hurt().filter_map(|(_, witness)| witness.egress);
    let one_egress = egresses.next();
    let several_egresses = egresses.any(|egress| Some(egress) != one_egress);
    match sets_apart(|witness| witness.data_center) {
        Some(data_center) if several_egresses => Fate::DataCenter(data_center),
        _ => Fate::NotDeterminable,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn witness(is_hurt: bool, egress: &'static str, data_center: &'static str) -> Witness<'static> {
        let known = |name: &'static str| Some(name).filter(|name| !name.is_empty());
        Witness { is_hurt: Some(is_hurt), egress: known(egress), data_center: known(data_center) }
    }

    #[test]
    fn one_of_three_is_hurt_on_the_own_leg() {
        let minute = [witness(false, "a", "x"), witness(true, "a", "x"), witness(false, "b", "x")];
        assert_eq!(shared_fate(&minute), Fate::OwnLeg(1));
    }

    #[test]
    fn all_behind_one_network_and_nobody_else() {
        let minute = [
            witness(true, "a", "x"),
            witness(true, "a", "x"),
            witness(false, "b", "x"),
            witness(false, "", "x"),
        ];
        assert_eq!(shared_fate(&minute), Fate::Egress("a"));
        let with_unhurt = [minute.as_slice(), &[witness(false, "a", "x")]].concat();
        assert_eq!(shared_fate(&with_unhurt), Fate::NotDeterminable);
    }

    #[test]
    fn a_data_centre_needs_unrelated_networks() {
        let minute = [witness(true, "a", "x"), witness(true, "b", "x"), witness(false, "c", "y")];
        assert_eq!(shared_fate(&minute), Fate::DataCenter("x"));
        let unknown = [witness(true, "a", "x"), witness(true, "", "x"), witness(false, "c", "y")];
        assert_eq!(shared_fate(&unknown), Fate::NotDeterminable);
    }

    #[test]
    fn what_hurts_everybody_or_a_call_of_two_stays_open() {
        let everybody = [witness(true, "a", "x"), witness(true, "b", "x"), witness(true, "c", "y")];
        assert_eq!(shared_fate(&everybody), Fate::Everybody);
        let two = [witness(true, "a", "x"), witness(false, "b", "x")];
        assert_eq!(shared_fate(&two), Fate::NotDeterminable);
        let unsaid = Witness { is_hurt: None, ..witness(false, "c", "x") };
        assert_eq!(shared_fate(&[two[0], two[1], unsaid]), Fate::NotDeterminable);
        assert_eq!(shared_fate(&[]), Fate::NobodyHurt);
    }

    fn any_minute() -> impl Strategy<Value = Vec<Witness<'static>>> {
        let name = |names: &'static [&'static str]| {
            prop_oneof![Just(None), proptest::sample::select(names).prop_map(Some)]
        };
        let witness = (any::<Option<bool>>(), name(&["a", "b", "c"]), name(&["x", "y"]));
        proptest::collection::vec(
            witness.prop_map(|(is_hurt, egress, data_center)| Witness {
                is_hurt,
                egress,
                data_center,
            }),
            0..8,
        )
    }

    proptest! {
        #[test]
        fn order_changes_nothing(minute in any_minute(), by in 0usize..8) {
            let who = |minute: &[Witness<'static>]| match shared_fate(minute) {
                Fate::OwnLeg(place) => Err(minute[place]),
                fate => Ok(fate),
            };
            let mut turned = minute.clone();
            turned.rotate_left(by.min(minute.len()));
            turned.reverse();
            prop_assert_eq!(who(&minute), who(&turned));
        }

        #[test]
        fn whoever_is_named_is_hurt_and_nobody_else(minute in any_minute()) {
            let hurt = |witness: &Witness<'_>| witness.is_hurt == Some(true);
            let judged = || minute.iter().filter(|witness| witness.is_hurt.is_some());
            match shared_fate(&minute) {
                Fate::NobodyHurt => prop_assert!(!minute.iter().any(hurt)),
                Fate::OwnLeg(place) => prop_assert!(hurt(&minute[place])),
                Fate::Egress(name) => {
                    prop_assert!(judged().all(|one| hurt(one) == (one.egress == Some(name))));
                }
                Fate::DataCenter(name) => {
                    prop_assert!(judged().all(|one| hurt(one) == (one.data_center == Some(name))));
                }
                Fate::Everybody => prop_assert!(judged().all(hurt)),
                Fate::NotDeterminable => prop_assert!(minute.iter().any(hurt)),
            }
        }
    }
}
