"""x"""
from samsyn.analysis.estimate.faults import *
from samsyn.analysis.estimate.design import *
from samsyn.analysis.estimate.direct import *
from samsyn.analysis.estimate.weighting import *
from samsyn.analysis.estimate.replicates import *
