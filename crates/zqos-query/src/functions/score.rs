//! The E-model in SQL.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, Float64Array};
use arrow::datatypes::{DataType, Float64Type};
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, TypeSignature, Volatility,
};
use zqos_quality::emodel::{
    RANDOM_BURST_R, REFERENCE_BPL, REFERENCE_IE, emodel_mos, emodel_r, mos_of_r, r_of_mos,
};
use zqos_quality::net_mos;

/// A function of numbers; null wherever a number that it needs is null, or can't be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Score {
    /// `emodel_r(delay_ms, loss_pct[, ie, bpl[, burst_r]])`.
    EmodelR,
    /// `emodel_mos`, of the same.
    EmodelMos,
    /// `mos_of_r(r)`.
    MosOfR,
    /// `r_of_mos(mos)`.
    ROfMos,
    /// `net_mos(latency_ms, jitter_ms, loss_pct[, peer_latency_ms])`. A peer latency of null is one that
    /// nobody knows: the score is that of the own leg.
    NetMos,
}

impl Score {
    pub(super) const ALL: [Self; 5] =
        [Self::EmodelR, Self::EmodelMos, Self::MosOfR, Self::ROfMos, Self::NetMos];

    /// Of how many numbers it can be.
    const fn arities(self) -> &'static [usize] {
        match self {
            Self::EmodelR | Self::EmodelMos => &[2, 4, 5],
            Self::MosOfR | Self::ROfMos => &[1],
            Self::NetMos => &[3, 4],
        }
    }

    fn compute(self, numbers: &[Option<f64>]) -> Option<f64> {
        // One that was left out has its default; one that is null has none.
        let or = |place: usize, default: f64| numbers.get(place).copied().unwrap_or(Some(default));
        let number = |place: usize| numbers.get(place).copied().flatten();
        match self {
            Self::EmodelR | Self::EmodelMos => {
                let of = if self == Self::EmodelR { emodel_r } else { emodel_mos };
                let (ie, bpl) = (or(2, REFERENCE_IE)?, or(3, REFERENCE_BPL)?);
                of(number(0)?, number(1)?, ie, bpl, or(4, RANDOM_BURST_R)?)
            }
            Self::MosOfR => mos_of_r(number(0)?),
            Self::ROfMos => r_of_mos(number(0)?),
            Self::NetMos => net_mos(number(0)?, number(1)?, number(2)?, number(3).unwrap_or(0.0)),
        }
    }
}

static SIGNATURES: LazyLock<[Signature; Score::ALL.len()]> = LazyLock::new(|| {
    Score::ALL.map(|score| {
        let exact = |&arity: &usize| TypeSignature::Exact(vec![DataType::Float64; arity]);
        Signature::one_of(score.arities().iter().map(exact).collect(), Volatility::Immutable)
    })
});

impl ScalarUDFImpl for Score {
    fn name(&self) -> &str {
        match self {
            Self::EmodelR => "emodel_r",
            Self::EmodelMos => "emodel_mos",
            Self::MosOfR => "mos_of_r",
            Self::ROfMos => "r_of_mos",
            Self::NetMos => "net_mos",
        }
    }

    fn signature(&self) -> &Signature {
        &SIGNATURES[*self as usize]
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let columns: Vec<_> = arrays.iter().map(AsArray::as_primitive::<Float64Type>).collect();
        // Constants come as one row.
        let rows = columns.first().map_or(rows, Array::len);
        let mut numbers = vec![None; columns.len()];
        let scores: Float64Array = (0..rows)
            .map(|row| {
                for (number, cells) in numbers.iter_mut().zip(&columns) {
                    *number = cells.is_valid(row).then(|| cells.value(row));
                }
                self.compute(&numbers)
            })
            .collect();
        Ok(ColumnarValue::Array(Arc::new(scores) as ArrayRef))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_has_its_default_and_what_is_null_has_none() {
        let r = |numbers: &[Option<f64>]| Score::EmodelR.compute(numbers);
        let (delay, loss) = (Some(200.0), Some(1.0));
        assert_eq!(r(&[delay, loss]), r(&[delay, loss, Some(0.0), Some(25.1), Some(1.0)]));
        assert_eq!(r(&[delay, None]), None);
        assert_eq!(r(&[delay, loss, Some(0.0), None]), None);
        assert_eq!(r(&[delay, Some(300.0)]), None);
    }

    #[test]
    fn a_peer_that_nobody_knows_leaves_the_own_leg() {
        let mos = |numbers: &[Option<f64>]| Score::NetMos.compute(numbers);
        let own = [Some(126.0), Some(6.0), Some(0.3)];
        assert_eq!(mos(&[own[0], own[1], own[2], None]), mos(&own));
        assert!(mos(&[own[0], own[1], own[2], Some(400.0)]) < mos(&own));
        assert_eq!(mos(&[own[0], None, own[2]]), None);
    }
}
