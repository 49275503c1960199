//! `site_of(public_ip, internal_ip)`: the site of somebody with these addresses.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, AsArray as _, StringViewArray};
use arrow::datatypes::{DataType, Field};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

use crate::archive::SiteOf;

/// The function. A private address is one text, or a list of texts as participants have it. Null where no
/// site has the public address, and where the private one does not tell which of several.
pub(super) struct Site {
    sites: Option<SiteOf>,
    signature: Signature,
}

impl Site {
    pub(super) fn new(sites: Option<SiteOf>) -> Self {
        Self { sites, signature: Signature::user_defined(Volatility::Immutable) }
    }

    /// Which map it is, for all maps answer otherwise.
    fn map(&self) -> Option<*const ()> {
        self.sites.as_ref().map(|sites| Arc::as_ptr(sites).cast())
    }
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site").field("has_sites", &self.sites.is_some()).finish_non_exhaustive()
    }
}

impl PartialEq for Site {
    fn eq(&self, other: &Self) -> bool {
        self.map() == other.map()
    }
}

impl Eq for Site {}

impl Hash for Site {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.map().hash(state);
    }
}

impl ScalarUDFImpl for Site {
    fn name(&self) -> &'static str {
        "site_of"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, arguments: &[DataType]) -> Result<Vec<DataType>> {
        if self.sites.is_none() {
            return Err(DataFusionError::Plan(
                "`site_of` needs a site map: name one by `--sites FILE`, or as `sites` of `[context]` in \
                 zqos.toml"
                    .to_owned(),
            ));
        }
        let [_, internal] = arguments else {
            return Err(DataFusionError::Plan(
                "`site_of` takes two addresses: the public one and the private one".to_owned(),
            ));
        };
        let internal = match internal {
            DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => {
                DataType::List(Arc::new(Field::new("element", DataType::Utf8View, true)))
            }
            _ => DataType::Utf8View,
        };
        Ok(vec![DataType::Utf8View, internal])
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let Some(site_of) = &self.sites else {
            return Err(DataFusionError::Internal("there is no site map".to_owned()));
        };
        let [public, internal] = &ColumnarValue::values_to_arrays(&args.args)?[..] else {
            return Err(DataFusionError::Internal("there are not two addresses".to_owned()));
        };
        let public = public.as_string_view();
        let sites: StringViewArray = (0..public.len())
            .map(|row| {
                let address = public.is_valid(row).then(|| public.value(row));
                let list = match internal.as_list_opt::<i32>() {
                    Some(lists) if lists.is_valid(row) => lists.value(row),
                    Some(_) => return site_of(address, &[]),
                    None => internal.slice(row, 1),
                };
                let internal: Vec<&str> = list.as_string_view().iter().flatten().collect();
                site_of(address, &internal)
            })
            .collect();
        Ok(ColumnarValue::Array(Arc::new(sites) as ArrayRef))
    }
}
