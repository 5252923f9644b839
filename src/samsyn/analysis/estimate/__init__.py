"""
Say what a whole population answers when only some were asked, how sure that is, and when it cannot be said.

Describe how the answers were drawn with `survey_design`; fit the weights to the population with `rake`,
`poststratify` or `calibrate` if its distribution is known; estimate with `mean`, `share`, `total` and `by_domain`;
compare with `difference`, `independence` and `trend`. `fay_herriot` and
`modelled_shares` are for areas with too few answers.
`self_selected` is for answers from an open link: it gives no margin of error, and every other function here
refuses such answers.

>>> from samsyn.analysis.estimate import margin, rake, share, survey_design
>>> sex, safe = ["k"] * 60 + ["m"] * 40, [1] * 30 + [0] * 30 + [1] * 30 + [0] * 10
>>> design = survey_design([592.0] * 100)
>>> raked = rake(design, [margin("kön", sex, {"k": 29_000, "m": 30_200})])
>>> for each in (design, raked.design):
...     result = share(safe, each)
...     print(f"{result.value:.3f} ({result.low:.3f} to {result.high:.3f}), {result.n_effective:.0f} effective answers")
0.600 (0.500 to 0.693), 100 effective answers
0.628 (0.530 to 0.716), 95 effective answers

`docs/algorithms/survey-estimates.md` explains guarantees and limits in prose.
"""

from samsyn.analysis.estimate.association import Independence, independence
from samsyn.analysis.estimate.design import Design, Lonely, Selection, kish_design_effect, survey_design
from samsyn.analysis.estimate.differences import (
    Difference,
    difference,
    difference_from_rest,
    difference_of_estimates,
)
from samsyn.analysis.estimate.direct import Estimate, Quantity, by_domain, mean, share, total
from samsyn.analysis.estimate.faults import EstimateError, Fault, Missing
from samsyn.analysis.estimate.intervals import ShareInterval, share_interval
from samsyn.analysis.estimate.poststratified import ModelledShare, ModelledShares, modelled_shares
from samsyn.analysis.estimate.ranking import RankedChoice, rank_choices
from samsyn.analysis.estimate.replicates import (
    BootstrapEstimate,
    ReplicateWeights,
    bootstrap_weights,
    jackknife_weights,
    raked_bootstrap,
)
from samsyn.analysis.estimate.selfselected import SelfSelected, View, Worth, effective_size, self_selected
from samsyn.analysis.estimate.smallarea import AreaEstimate, SmallAreaModel, fay_herriot
from samsyn.analysis.estimate.weighting import Margin, Weighted, calibrate, margin, poststratify, rake
from samsyn.analysis.estimate.years import Trend, trend

__all__ = [
    "AreaEstimate",
    "BootstrapEstimate",
    "Design",
    "Difference",
    "Estimate",
    "EstimateError",
    "Fault",
    "Independence",
    "Lonely",
    "Margin",
    "Missing",
    "ModelledShare",
    "ModelledShares",
    "Quantity",
    "RankedChoice",
    "ReplicateWeights",
    "Selection",
    "SelfSelected",
    "ShareInterval",
    "SmallAreaModel",
    "Trend",
    "View",
    "Weighted",
    "Worth",
    "bootstrap_weights",
    "by_domain",
    "calibrate",
    "difference",
    "difference_from_rest",
    "difference_of_estimates",
    "effective_size",
    "fay_herriot",
    "independence",
    "jackknife_weights",
    "kish_design_effect",
    "margin",
    "mean",
    "modelled_shares",
    "poststratify",
    "rake",
    "raked_bootstrap",
    "rank_choices",
    "self_selected",
    "share",
    "share_interval",
    "survey_design",
    "total",
    "trend",
]
