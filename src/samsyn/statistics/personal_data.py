"""Numbers and news owned by others are about no person."""

from samsyn.core.personal_data import without_persons

without_persons(
    "statistics.statisticseries",
    "statistics.statisticvalue",
    "statistics.seriesbreak",
    "statistics.populationcount",
    "statistics.kpidefinition",
    because="numbers of areas, published by their owners",
)
without_persons("statistics.newsitem", because="what the police themselves have published, without names")
