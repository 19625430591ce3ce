"""The sentences every output carries: whose data it is, what it does not show, and whether it is real."""

OGL = (
    "Contains public sector information licensed under the Open Government Licence v3.0. Sources: Department for Education, "
    "Ofsted, Office for National Statistics. Contains OS data © Crown copyright and database right."
)

LIMITS = (
    "A screen of public data: nearness is not willingness, capacity or effect, and a straight line is not a journey. "
    "High-performing does not mean eligible to support. A missing value is never a zero; where one still decides, the method says "
    "so."
)

SYNTHETIC_LABEL = "synthetic sample"
SYNTHETIC_NOTE = "SYNTHETIC SAMPLE: no school, trust or figure in it is real."
