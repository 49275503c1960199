//! From what the view `audio_minutes` is made: the verdict on somebody's audio in one minute, with what is
//! known of the others in it.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, Float64Builder, ListArray, StringViewBuilder,
    StructArray,
};
use arrow::datatypes::{DataType, Field, Fields, Float64Type};
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use zqos_core::column::STREAM_FIGURES;
use zqos_core::{Figures, Kbps, Medium, Millis, Percent, Timestamp};
use zqos_quality::emodel::mos_of_r;
use zqos_quality::{Circumstances, Judge, PeerLatencies, Reason, StreamVerdict, Way, ZoomOpinion};

/// The name.
pub(crate) const AUDIO_MINUTE: &str = "audio_minute";

/// The name of what takes the middle of a list.
pub(crate) const MIDDLE: &str = "middle_of";

/// What a verdict has of texts.
const WORDS: [&str; 4] = ["verdict", "reason", "worst_verdict", "way"];
/// And of numbers.
const NUMBERS: [&str; 6] = ["r", "mos", "worst_r", "worst_mos", "avg_loss_pct", "max_loss_pct"];
/// The figures of a leg that audio is judged by.
const FIGURES: usize = 5;

/// The function: of the legs, a list of structs of figures; of the latencies of everybody in the middle of
/// the meeting; and of Zoom's words for the connection and the device.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct AudioMinute {
    judge: Judge,
    signature: Signature,
}

impl AudioMinute {
    pub(super) fn new(judge: Judge) -> Self {
        let legs = list_of(DataType::Struct(figures()));
        let latencies = list_of(DataType::Float64);
        let arguments = vec![legs, latencies, DataType::Utf8View, DataType::Utf8View];
        Self { judge, signature: Signature::exact(arguments, Volatility::Immutable) }
    }

    fn verdict(
        &self,
        legs: &StructArray,
        latencies: Option<&Float64Array>,
        words: [Option<&str>; 2],
    ) -> StreamVerdict {
        let legs = figures_of(legs);
        let own = legs.iter().filter_map(|leg| leg.latency).max();
        let peer_latency = latencies.and_then(|latencies| {
            let millis = latencies.iter().flatten().filter_map(|ms| Millis::try_new(ms).ok());
            let millis: Vec<Millis> = millis.collect();
            // Whoever is beyond the middle stands where the middle begins or ends.
            let (least, most) = (*millis.first()?, *millis.last()?);
            let own = own.map(|own| own.clamp(least, most));
            millis.into_iter().collect::<PeerLatencies>().median_of_others(own)
        });
        let [connection_type, device] = words;
        let known = Circumstances::by_words(Medium::Audio, connection_type, device);
        let circumstances = Circumstances { peer_latency, ..known };
        let now = Timestamp::from_unix_millis(0).expect("1970");
        let judged =
            legs.iter().map(|leg| (now, self.judge.stream(Medium::Audio, leg, &circumstances)));
        let session = self.judge.session(Medium::Audio, ZoomOpinion::NONE, judged);
        let minute = session.minutes().first();
        minute.map_or(StreamVerdict::unclassified(Reason::NoSamples), |minute| minute.verdict)
    }
}

fn list_of(kind: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(kind, true)))
}

fn figures() -> Fields {
    let names = STREAM_FIGURES.iter().take(FIGURES);
    names.map(|name| Field::new(*name, DataType::Float64, true)).collect()
}

/// The figures of legs; what can't be is missing.
fn figures_of(legs: &StructArray) -> Vec<Figures> {
    let columns: Vec<_> = legs.columns().iter().map(AsArray::as_primitive::<Float64Type>).collect();
    let of = |row: usize| {
        let number = |place: usize| {
            columns.get(place).filter(|cells| cells.is_valid(row)).map(|cells| cells.value(row))
        };
        Figures {
            bitrate: number(0).and_then(|value| Kbps::try_new(value).ok()),
            latency: number(1).and_then(|value| Millis::try_new(value).ok()),
            jitter: number(2).and_then(|value| Millis::try_new(value).ok()),
            avg_loss: number(3).and_then(|value| Percent::try_new(value).ok()),
            max_loss: number(4).and_then(|value| Percent::try_new(value).ok()),
            ..Figures::EMPTY
        }
    };
    (0..legs.len()).map(of).collect()
}

fn fields() -> Fields {
    let words = WORDS.iter().map(|name| Field::new(*name, DataType::Utf8View, true));
    words.chain(NUMBERS.iter().map(|name| Field::new(*name, DataType::Float64, true))).collect()
}

const fn way(way: Way) -> &'static str {
    match way {
        Way::PeerToPeer => "peer-to-peer",
        Way::Whole => "whole",
        Way::OwnLeg => "own-leg",
    }
}

impl ScalarUDFImpl for AudioMinute {
    fn name(&self) -> &str {
        AUDIO_MINUTE
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Struct(fields()))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let (legs, latencies) = (arrays[0].as_list::<i32>(), arrays[1].as_list::<i32>());
        let words = [arrays[2].as_string_view(), arrays[3].as_string_view()];
        let mut texts = WORDS.map(|_| StringViewBuilder::new());
        let mut numbers = NUMBERS.map(|_| Float64Builder::new());
        for row in 0..legs.len() {
            let latencies = latencies.is_valid(row).then(|| latencies.value(row));
            let words = words.each_ref().map(|cells| cells.is_valid(row).then(|| cells.value(row)));
            let judged = self.verdict(
                legs.value(row).as_struct(),
                latencies.as_ref().map(AsArray::as_primitive::<Float64Type>),
                words,
            );
            let StreamVerdict { typical, worst, r, worst_r, avg_loss, max_loss, .. } = judged;
            let found = [
                Some(typical.as_str()),
                typical.reason().map(Reason::as_str),
                Some(worst.as_str()),
                r.or(worst_r).map(|_| way(judged.way)),
            ];
            texts.iter_mut().zip(found).for_each(|(column, text)| column.append_option(text));
            let found = [
                r,
                r.and_then(mos_of_r),
                worst_r,
                worst_r.and_then(mos_of_r),
                avg_loss.map(Percent::get),
                max_loss.map(Percent::get),
            ];
            numbers.iter_mut().zip(found).for_each(|(column, number)| column.append_option(number));
        }
        let texts = texts.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef);
        let numbers = numbers.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef);
        let columns = texts.chain(numbers).collect();
        let judged = StructArray::try_new(fields(), columns, None)?;
        Ok(ColumnarValue::Array(Arc::new(judged) as ArrayRef))
    }
}

/// The function that takes the middle of a list of numbers, in order: three of an odd number, four of an
/// even one. They are all that can come to stand in the middle when one of the list is taken out.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Middle {
    signature: Signature,
}

impl Middle {
    pub(super) fn new() -> Self {
        let signature = Signature::exact(vec![list_of(DataType::Float64)], Volatility::Immutable);
        Self { signature }
    }
}

fn middle(mut numbers: Vec<f64>) -> Vec<f64> {
    numbers.sort_unstable_by(f64::total_cmp);
    let count = numbers.len();
    let beyond = (count.saturating_sub(1) / 2).saturating_sub(1);
    numbers.drain(..beyond);
    numbers.truncate(count - 2 * beyond);
    numbers
}

impl ScalarUDFImpl for Middle {
    fn name(&self) -> &str {
        MIDDLE
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(list_of(DataType::Float64))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let lists = arrays[0].as_list::<i32>();
        let middles = lists.iter().map(|list| {
            let list = list?;
            let numbers = list.as_primitive::<Float64Type>().iter().flatten().collect();
            Some(middle(numbers).into_iter().map(Some).collect::<Vec<_>>())
        });
        let middles = ListArray::from_iter_primitive::<Float64Type, _, _>(middles);
        Ok(ColumnarValue::Array(Arc::new(middles) as ArrayRef))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_the_others_is_in_the_middle_of_all() {
        for count in 1..12_u32 {
            let all: Vec<f64> = (0..count).map(|number| f64::from(number * number)).collect();
            let middle = middle(all.iter().rev().copied().collect());
            assert!(middle.len() <= 4, "{middle:?}");
            let millis = |numbers: &[f64]| -> PeerLatencies {
                numbers.iter().map(|&number| Millis::try_new(number).unwrap()).collect()
            };
            for own in &all {
                let least_and_most = (middle[0], middle[middle.len() - 1]);
                let clamped = own.clamp(least_and_most.0, least_and_most.1);
                assert_eq!(
                    millis(&middle).median_of_others(Millis::try_new(clamped).ok()),
                    millis(&all).median_of_others(Millis::try_new(*own).ok()),
                    "{own} of {all:?}"
                );
            }
        }
    }
}
