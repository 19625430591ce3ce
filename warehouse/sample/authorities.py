"""Which local authority a district belongs to, and what GIAS calls both.

What belongs here: the districts of England's counties, the list of authorities (read from `sql/reference`), and the
one authority in Wales that the sample holds. What does not: where anything stands (`places`).
"""

from __future__ import annotations

import csv
from importlib import resources
from typing import NamedTuple

# The districts of the shire counties: DfE number of the county, number of the first district's ONS code (E07...), the
# districts whose codes follow one another. Districts re-coded since 2009 stand on lines of their own.
# Source: ONS, Register of Geographic Codes, as at 2025 (164 districts in 21 counties).
_COUNTY_DISTRICTS = """
873   8 Cambridge; East Cambridgeshire; Fenland; Huntingdonshire; South Cambridgeshire
830  32 Amber Valley; Bolsover; Chesterfield; Derbyshire Dales; Erewash; High Peak
830  38 North East Derbyshire; South Derbyshire
878  40 East Devon; Exeter; Mid Devon; North Devon; South Hams; Teignbridge; Torridge; West Devon
845  61 Eastbourne; Hastings; Lewes; Rother; Wealden
881  66 Basildon; Braintree; Brentwood; Castle Point; Chelmsford; Colchester; Epping Forest; Harlow
881  74 Maldon; Rochford; Tendring; Uttlesford
916  78 Cheltenham; Cotswold; Forest of Dean; Gloucester; Stroud; Tewkesbury
850  84 Basingstoke and Deane; East Hampshire; Eastleigh; Fareham; Gosport; Hart; Havant; New Forest
850  92 Rushmoor; Test Valley; Winchester
919  95 Broxbourne; Dacorum
919  98 Hertsmere; North Hertfordshire
919 102 Three Rivers; Watford
919 240 St Albans; Welwyn Hatfield; East Hertfordshire; Stevenage
886 105 Ashford; Canterbury; Dartford; Dover; Gravesham; Maidstone; Sevenoaks; Folkestone and Hythe; Swale; Thanet
886 115 Tonbridge and Malling; Tunbridge Wells
888 117 Burnley; Chorley; Fylde; Hyndburn; Lancaster; Pendle; Preston; Ribble Valley; Rossendale; South Ribble
888 127 West Lancashire; Wyre
855 129 Blaby; Charnwood; Harborough; Hinckley and Bosworth; Melton; North West Leicestershire; Oadby and Wigston
925 136 Boston; East Lindsey; Lincoln; North Kesteven; South Holland; South Kesteven; West Lindsey
926 143 Breckland; Broadland; Great Yarmouth; King's Lynn and West Norfolk; North Norfolk; Norwich; South Norfolk
891 170 Ashfield; Bassetlaw; Broxtowe; Gedling; Mansfield; Newark and Sherwood; Rushcliffe
931 177 Cherwell; Oxford; South Oxfordshire; Vale of White Horse; West Oxfordshire
860 192 Cannock Chase; East Staffordshire; Lichfield; Newcastle-under-Lyme; South Staffordshire; Stafford
860 198 Staffordshire Moorlands; Tamworth
935 200 Babergh
935 202 Ipswich; Mid Suffolk
935 244 East Suffolk; West Suffolk
936 207 Elmbridge; Epsom and Ewell; Guildford; Mole Valley; Reigate and Banstead; Runnymede; Spelthorne
936 214 Surrey Heath; Tandridge; Waverley; Woking
937 218 North Warwickshire; Nuneaton and Bedworth; Rugby; Stratford-on-Avon; Warwick
938 223 Adur; Arun; Chichester; Crawley; Horsham; Mid Sussex; Worthing
885 234 Bromsgrove; Malvern Hills; Redditch; Worcester; Wychavon; Wyre Forest
"""
# ONS gave Barnsley and Sheffield new codes in 2025; GIAS still writes the old ones.
_GIAS_CODE = {"E08000038": "E08000016", "E08000039": "E08000019"}
WELSH_DISTRICT = "W06000014"


class Authority(NamedTuple):
    """A local authority with education functions; codes as GIAS writes them, "" where it has none."""

    la_code: str
    la_name: str
    ons_code: str
    gor_code: str
    gor_name: str


class District(NamedTuple):
    """A lower-tier district (or an authority that is its own district)."""

    code: str
    name: str
    authority: int  # row in Areas.authorities


class Areas(NamedTuple):
    """Authorities and districts; `by_postcode_code` gives a district's row from the code in the postcode directory."""

    authorities: list[Authority]
    districts: list[District]
    by_postcode_code: dict[str, int]


def county_districts() -> dict[str, tuple[str, str]]:
    """Return the DfE number of the county and the name of each district with an E07 code."""
    found = {}
    for line in _COUNTY_DISTRICTS.strip().splitlines():
        la_code, first, names = line.split(maxsplit=2)
        for offset, name in enumerate(names.split(";")):
            found[f"E07{int(first) + offset:06d}"] = (la_code, name.strip())
    return found


def read_areas() -> Areas:
    """Read the authorities in force today and join the districts to them."""
    gor = {row["region_code"]: row for row in _reference("region.csv")}
    authorities = [
        Authority(
            row["la_code"],
            row["la_name"],
            row["ons_code"],
            gor[row["region_code"]]["gor_code"],
            gor[row["region_code"]]["region_name"].replace(" The ", " the "),  # GIAS: "Yorkshire and the Humber"
        )
        for row in _reference("local_authority.csv")
        if not row["valid_to"]
    ]
    authorities.sort()
    row_of = {authority.la_code: row for row, authority in enumerate(authorities)}
    districts = [District(a.ons_code, a.la_name, row) for row, a in enumerate(authorities) if a.ons_code[:3] != "E10"]
    districts += [District(code, name, row_of[la]) for code, (la, name) in county_districts().items()]
    # GIAS holds a few establishments in Wales, with an authority and no region.
    authorities.append(Authority("673", "Vale of Glamorgan", "", "", ""))
    districts.append(District(WELSH_DISTRICT, "Vale of Glamorgan", len(authorities) - 1))
    by_code = {district.code: row for row, district in enumerate(districts)}
    by_code |= {new: by_code[old] for new, old in _GIAS_CODE.items()}
    return Areas(authorities, districts, by_code)


def _reference(name: str) -> list[dict[str, str]]:
    text = resources.files("sql.reference").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
