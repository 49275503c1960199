//! `zqos_latest(value, revision)`: what the latest row of a key says, of those that say something.
//!
//! Views of tables whose revisions tell different columns are made of it. `first_value` with an order does the same
//! by a heap of values for each key and column, which for lists takes minutes where this takes a second.

use std::sync::Arc;

use arrow::array::{
    Array as _, ArrayRef, AsArray as _, BooleanArray, Int64Array, ListArray, UInt32Array,
    new_empty_array, new_null_array,
};
use arrow::compute::{cast, interleave, nullif, take};
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::error::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};
use datafusion::scalar::ScalarValue;

/// The name of the function.
pub(crate) const LATEST: &str = "zqos_latest";

/// From so many rows on that are held and count no more, those that count are brought together.
///
/// **Source**: a choice of this project.
const IDLE_ROWS: usize = 1 << 16;

/// The function. Of equal revisions the first row that came counts; null where no row has a value.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Latest(Signature);

impl Latest {
    pub(super) fn new() -> Self {
        Self(Signature::any(2, Volatility::Immutable))
    }
}

impl AggregateUDFImpl for Latest {
    fn name(&self) -> &'static str {
        LATEST
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, kinds: &[DataType]) -> Result<DataType> {
        Ok(kinds[0].clone())
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let field = |part: &str, kind: DataType| {
            FieldRef::new(Field::new(format_state_name(args.name, part), kind, true))
        };
        let kind = args.return_field.data_type().clone();
        Ok(vec![field("value", kind), field("revision", DataType::Int64)])
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(OfAll(Groups::new(args.return_type().clone()))))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs<'_>) -> bool {
        true
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs<'_>,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Groups::new(args.return_type().clone())))
    }
}

/// The row that counts so far.
#[derive(Debug, Clone, Copy)]
struct Best {
    revision: i64,
    /// Which of the arrays that are held, and where in it.
    place: (usize, usize),
}

/// What is known of each group.
#[derive(Debug)]
struct Groups {
    kind: DataType,
    held: Vec<ArrayRef>,
    held_rows: usize,
    best: Vec<Option<Best>>,
}

impl Groups {
    fn new(kind: DataType) -> Self {
        Self { kind, held: Vec::new(), held_rows: 0, best: Vec::new() }
    }

    fn add(
        &mut self,
        values: &[ArrayRef],
        groups: impl Iterator<Item = usize>,
        filter: Option<&BooleanArray>,
    ) -> Result<()> {
        let missing = values[0].logical_nulls();
        let revisions = cast(&values[1], &DataType::Int64)?;
        let revisions = revisions.as_primitive::<Int64Type>();
        let array = self.held.len();
        let mut better = Vec::new();
        for (row, group) in groups.enumerate() {
            let is_out = missing.as_ref().is_some_and(|missing| missing.is_null(row))
                || filter.is_some_and(|filter| !filter.is_valid(row) || !filter.value(row));
            if is_out {
                continue;
            }
            let revision = revisions.value(row);
            let best = &mut self.best[group];
            if best.is_none_or(|best| best.revision < revision) {
                *best = Some(Best { revision, place: (array, row) });
                better.push((row, group));
            }
        }
        let mut rows = Vec::with_capacity(better.len());
        for (row, group) in better {
            // Of those of a group that came at once, the last is better than the others.
            if let Some(best) = self.best[group].as_mut().filter(|best| best.place == (array, row))
            {
                best.place.1 = rows.len();
                rows.push(u32::try_from(row).expect("a batch has fewer rows"));
            }
        }
        if !rows.is_empty() {
            self.held_rows += rows.len();
            self.held.push(by_itself(take(&values[0], &UInt32Array::from(rows), None)?)?);
        }
        if self.held_rows > 2 * self.best.len() + IDLE_ROWS {
            self.bring_together()?;
        }
        Ok(())
    }

    /// Holds the rows that count, and no others.
    fn bring_together(&mut self) -> Result<()> {
        let places: Vec<(usize, usize)> =
            self.best.iter().flatten().map(|best| best.place).collect();
        self.held = vec![self.rows(&places)?];
        self.held_rows = places.len();
        for (row, best) in self.best.iter_mut().flatten().enumerate() {
            best.place = (0, row);
        }
        Ok(())
    }

    fn rows(&self, places: &[(usize, usize)]) -> Result<ArrayRef> {
        if places.is_empty() {
            return Ok(new_empty_array(&self.kind));
        }
        // Where nothing counts stands a null, which is behind all that is held.
        let null = new_null_array(&self.kind, 1);
        let arrays: Vec<_> = self.held.iter().chain([&null]).map(AsRef::as_ref).collect();
        by_itself(interleave(&arrays, places)?)
    }

    /// Values and revisions of groups, which are forgotten.
    fn emit(&mut self, which: EmitTo) -> Result<(ArrayRef, Int64Array)> {
        let best = which.take_needed(&mut self.best);
        let nothing = (self.held.len(), 0);
        let places: Vec<_> =
            best.iter().map(|best| best.map_or(nothing, |best| best.place)).collect();
        let values = self.rows(&places)?;
        if self.best.is_empty() {
            (self.held, self.held_rows) = (Vec::new(), 0);
        }
        Ok((values, best.iter().map(|best| best.map(|best| best.revision)).collect()))
    }
}

/// An array that has its texts to itself: others hold, and are said to take, whatever their rows were read with.
fn by_itself(array: ArrayRef) -> Result<ArrayRef> {
    Ok(match array.data_type() {
        DataType::Utf8View => Arc::new(array.as_string_view().gc()),
        DataType::List(item) => {
            let list = array.as_list::<i32>();
            let values = by_itself(ArrayRef::clone(list.values()))?;
            let (offsets, nulls) = (list.offsets().clone(), list.nulls().cloned());
            Arc::new(ListArray::try_new(FieldRef::clone(item), offsets, values, nulls)?)
        }
        _ => array,
    })
}

impl GroupsAccumulator for Groups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        count: usize,
    ) -> Result<()> {
        self.best.resize(count, None);
        self.add(values, groups.iter().copied(), filter)
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], count: usize) -> Result<()> {
        self.update_batch(values, groups, None, count)
    }

    fn evaluate(&mut self, which: EmitTo) -> Result<ArrayRef> {
        Ok(self.emit(which)?.0)
    }

    fn state(&mut self, which: EmitTo) -> Result<Vec<ArrayRef>> {
        let (values, revisions) = self.emit(which)?;
        Ok(vec![values, Arc::new(revisions)])
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let revisions = cast(&values[1], &DataType::Int64)?;
        let Some(filter) = filter else { return Ok(vec![ArrayRef::clone(&values[0]), revisions]) };
        let is_out: BooleanArray = filter.iter().map(|keeps| Some(keeps != Some(true))).collect();
        Ok(vec![nullif(&values[0], &is_out)?, revisions])
    }

    fn size(&self) -> usize {
        let held: usize = self.held.iter().map(arrow::array::Array::get_array_memory_size).sum();
        held + self.best.capacity() * size_of::<Option<Best>>()
    }
}

/// What is known where all rows are one group.
#[derive(Debug)]
struct OfAll(Groups);

impl Accumulator for OfAll {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.0.best.resize(1, None);
        self.0.add(values, std::iter::repeat_n(0, values[0].len()), None)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.update_batch(states)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.0.best.resize(1, None);
        ScalarValue::try_from_array(&self.0.emit(EmitTo::All)?.0, 0)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.0.best.resize(1, None);
        let (values, revisions) = self.0.emit(EmitTo::All)?;
        Ok(vec![
            ScalarValue::try_from_array(&values, 0)?,
            ScalarValue::try_from_array(&revisions, 0)?,
        ])
    }

    fn size(&self) -> usize {
        self.0.size()
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::StringViewArray;
    use proptest::prelude::*;

    use super::*;

    /// A value, its revision and its group.
    type Told = (Option<u8>, i64, usize);

    const GROUPS: usize = 4;

    fn texts(told: &[Told]) -> ArrayRef {
        let text = |(value, ..): &Told| value.map(|value| format!("text number {value}"));
        Arc::new(told.iter().map(text).collect::<StringViewArray>())
    }

    fn lists(told: &[Told]) -> ArrayRef {
        let list = |(value, ..): &Told| value.map(|value| vec![Some(i64::from(value)); 2]);
        Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(told.iter().map(list)))
    }

    fn revisions(told: &[Told]) -> ArrayRef {
        Arc::new(told.iter().map(|told| Some(told.1)).collect::<Int64Array>())
    }

    /// What comes of batches, told to two who tell a third, some of whose groups are asked for first.
    fn found(batches: &[Vec<Told>], array: fn(&[Told]) -> ArrayRef) -> ArrayRef {
        let kind = array(&[]).data_type().clone();
        let mut parts = [Groups::new(kind.clone()), Groups::new(kind.clone())];
        for (number, batch) in batches.iter().enumerate() {
            let groups: Vec<usize> = batch.iter().map(|told| told.2).collect();
            let values = [array(batch), revisions(batch)];
            let part = &mut parts[number % 2];
            part.update_batch(&values, &groups, None, GROUPS).unwrap();
            part.bring_together().unwrap();
        }
        let mut whole = Groups::new(kind);
        let groups: Vec<usize> = (0..GROUPS).collect();
        for part in &mut parts {
            part.best.resize(GROUPS, None);
            let state = part.state(EmitTo::All).unwrap();
            whole.merge_batch(&state, &groups, GROUPS).unwrap();
        }
        let first = whole.evaluate(EmitTo::First(1)).unwrap();
        let rest = whole.evaluate(EmitTo::All).unwrap();
        arrow::compute::concat(&[&first, &rest]).unwrap()
    }

    #[test]
    fn what_is_not_held_takes_no_memory() {
        let told: Vec<Told> = (0..10_000).map(|n| (Some(7), n, 0)).collect();
        let mut groups = Groups::new(DataType::Utf8View);
        for told in told.chunks(100) {
            // A slice of what was read together.
            let (all, first) = (texts(&vec![(Some(1), 0, 0); 10_000]), told[0].1);
            let batch = [all.slice(0, 100), revisions(told)];
            groups.update_batch(&batch, &[0; 100], None, 1).unwrap();
            assert!(groups.size() < 20_000, "{} bytes after {first}", groups.size());
        }
        assert_eq!(groups.evaluate(EmitTo::All).unwrap().len(), 1);
    }

    proptest! {
        #[test]
        fn of_each_key_what_was_said_last_counts(
            batches in proptest::collection::vec(
                proptest::collection::vec((any::<Option<u8>>(), Just(0), 0..GROUPS), 0..12),
                0..6,
            ),
        ) {
            // Each row has a revision of its own, in no order.
            let mut batches = batches;
            for (number, told) in batches.iter_mut().flatten().enumerate() {
                told.1 = (i64::try_from(number).unwrap() * 37) % 101;
            }
            let latest = |group: usize| {
                let of_group = batches.iter().flatten().filter(|told| told.2 == group);
                let told = of_group.filter(|told| told.0.is_some()).max_by_key(|told| told.1);
                told.copied().unwrap_or((None, 0, group))
            };
            let expected: Vec<Told> = (0..GROUPS).map(latest).collect();
            for array in [texts as fn(&[Told]) -> ArrayRef, lists] {
                let (found, expected) = (found(&batches, array), array(&expected));
                prop_assert_eq!(&found, &expected);
            }
        }
    }
}
