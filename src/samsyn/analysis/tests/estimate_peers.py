"""The peer `svy`, its packaged survey, and Trollhättan's population, as the tests of the estimators read them."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import svy

from samsyn.analysis.estimate import Design, survey_design

DATA = Path(__file__).parent / "data"

AGE_BANDS = {
    "16-29": ("15-19", "20-24", "25-29"),
    "30-44": ("30-34", "35-39", "40-44"),
    "45-64": ("45-49", "50-54", "55-59", "60-64"),
    "65+": ("65-69", "70-74", "75-79", "80+"),
}


@cache
def households() -> pl.DataFrame:
    """Return 825 households of a World Bank training survey: strata, clusters, weights; packaged with svy."""
    table = svy.datasets.load("hld_sample_wb_2023", source="bundled")
    stratum = pl.concat_str("geo1", "urbrur", separator="|")
    return table.with_columns(
        stratum=stratum,
        water_piped=(pl.col("water") == pl.col("water").mode().first()).cast(pl.Float64),
        n_clusters=(pl.col("ea").n_unique().over(stratum) * 7).cast(pl.Float64),
    )


def our_design(table: pl.DataFrame, *, finite: bool = True) -> Design:
    """Describe the households' survey to us."""
    return survey_design(
        table["hhweight"].to_numpy(),
        strata=table["stratum"].to_numpy(),
        clusters=table["ea"].to_numpy(),
        n_population=table["n_clusters"].to_numpy() if finite else None,
    )


def their_sample(table: pl.DataFrame, *, finite: bool = True) -> Any:
    """Describe the households' survey to svy."""
    pop_size = "n_clusters" if finite else None
    return svy.Sample(table, svy.Design(stratum="stratum", psu="ea", wgt="hhweight", pop_size=pop_size))


@cache
def trollhattan() -> dict[str, dict[str, float]]:
    """
    Return Trollhättan's residents of 16 and over by sex and by age.

    The band 15-19 is cut at 16 by taking four fifths of it.
    """
    sexes: dict[str, float] = defaultdict(float)
    ages: dict[str, float] = defaultdict(float)
    with (DATA / "befolkning-trollhattan-2025.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for name, bands in AGE_BANDS.items():
                if row["alder"] in bands:
                    count = int(row["antal"]) * (0.8 if row["alder"] == "15-19" else 1.0)
                    sexes[row["kon"]] += count
                    ages[name] += count
    return {"kön": dict(sexes), "ålder": dict(ages)}


@cache
def milk() -> dict[str, Any]:
    """Return the 43 areas: direct estimates, their variances, and indicators of the four major areas."""
    with (DATA / "fay-herriot-milk.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        "direct": np.array([float(row["direct_est"]) for row in rows]),
        "variances": np.array([float(row["std_error"]) ** 2 for row in rows]),
        "covariates": np.array([[1.0, *(float(row["major_area"] == k) for k in "234")] for row in rows]),
        "names": [row["small_area"] for row in rows],
    }
