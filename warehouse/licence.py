"""The sentences every output carries: whose data it is, what it does not show, and whether it is real."""

POSTCODES = (
    "Office for National Statistics licensed under the Open Government Licence v.3.0. "
    "Contains OS data © Crown copyright and database right 2026. "
    "Contains Royal Mail data © Royal Mail copyright and database right 2026."
)
"""What the user guide of the ONS Postcode Directory asks whoever uses it to say; ONS quotes it in its answer FOI/2022/3481.

The year is that of the directory's package in the lock, and a test holds it to that. What is said of OS data is what the boundaries
ask for, too.
"""

OGL = (
    "Contains public sector information licensed under the Open Government Licence v3.0. Sources: Department for Education; "
    f"Ofsted; {POSTCODES}"
)

LIMITS = (
    "A screen of public data: nearness is not willingness, capacity or effect, and a straight line is not a journey. "
    "High-performing does not mean eligible to support. A missing value is never a zero; where one still decides, the method says "
    "so."
)

SYNTHETIC_LABEL = "synthetic sample"
SYNTHETIC_NOTE = "SYNTHETIC SAMPLE: no school, trust or figure in it is real."
