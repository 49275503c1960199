//! What SQL has beside its own functions: scores of the E-model, verdicts on minutes, sites, and what the views of
//! tables are made of.

mod latest;
mod minute;
mod score;
mod site;

use datafusion::logical_expr::{AggregateUDF, ScalarUDF};
use datafusion::prelude::SessionContext;
use zqos_quality::Judge;

pub(crate) use self::latest::LATEST;
pub(crate) use self::minute::{AUDIO_MINUTE, MIDDLE};
use self::minute::{AudioMinute, Middle};
use self::score::Score;
use self::site::Site;
use crate::archive::SiteOf;

/// Registers the functions.
pub(crate) fn register(context: &SessionContext, judge: Judge, sites: Option<SiteOf>) {
    for score in Score::ALL {
        context.register_udf(ScalarUDF::new_from_impl(score));
    }
    context.register_udf(ScalarUDF::new_from_impl(AudioMinute::new(judge)));
    context.register_udf(ScalarUDF::new_from_impl(Middle::new()));
    context.register_udf(ScalarUDF::new_from_impl(Site::new(sites)));
    context.register_udaf(AggregateUDF::new_from_impl(latest::Latest::new()));
}
