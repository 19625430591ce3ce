"""The words that the sample's names are made of, from general knowledge: nothing here is a list of real schools.

What belongs here: word lists. What does not: how they become names (`names`).
"""

from __future__ import annotations


def _listed(text: str) -> list[str]:
    return text.split(",")


# Elements of English place names; an ending of the south or the north is put to a root.
ROOTS = _listed(
    "Alder,Ash,Barn,Beck,Birch,Black,Brad,Bram,Broad,Burn,Cald,Carl,Charl,Clay,Cold,Copp,Cran,Crook,Dal,Dun,East,Elm,"
    "Ever,Fair,Farn,Fern,Gold,Grims,Had,Hal,Hazel,Heath,Hether,High,Hol,Horn,Kel,Kings,Lang,Lark,Lin,Long,Mar,May,Mel,"
    "Mid,Mill,Nether,New,Oak,Over,Pen,Quarn,Rams,Raven,Red,Rose,Row,Rush,Sand,Shel,Silver,South,Stan,Stoke,Sutter,"
    "Swan,Thorn,Tilling,Up,War,Water,Wel,West,Wheat,Whit,Win,Wind,Wood,Wyn,Yar"
)
ENDINGS_SOUTH = _listed("ford,ton,ham,ley,bury,worth,field,stead,well,bridge,hurst,den,combe,bourne,mere,don")
ENDINGS_NORTH = _listed("ford,ton,ham,ley,field,wick,well,bridge,by,thorpe,thwaite,shaw,gate,dale,burn,mere")

PLEASANT = _listed(
    "Abbey,Acorn,Beacon,Bluebell,Brambles,Cedar,Chestnut,Church Lane,Church Street,Coppice,Crescent,Elm Grove,Fairway,"
    "Fernhill,Fourways,Grange,Greenacre,Hawthorn,Hillside,Holly Lodge,Kingfisher,Lakeside,Larches,Lime Tree,"
    "Manor Park,Maple Grove,Meadowside,Mill Lane,Moorside,Oak Tree,Orchard,Park Lane,Park View,Parkside,Priory,"
    "Queen’s Park,Ridgeway,Riverside,Rowan,Rushmere,Silver Birch,Spinney,Springfield,Station Road,Sunnybank,Sycamore,"
    "The Downs,The Green,Valley Road,Victoria,Viaduct,Warren,Waterside,Westfield,Willow Brook,Windmill,Woodside"
)
# Letters that Windows-1252, Latin-1 and UTF-8 do not write alike.
WITH_ACCENT = _listed("Brontë Meadow,Élan Park,Château Green,Café Row,Collège Belrose")
STREETS = _listed("Church Lane,High Street,School Lane,Station Road,Mill Lane,The Avenue,Park Road,Back Lane,King’s Road")

SAINTS = _listed(
    "Aidan,Alban,Andrew,Anne,Augustine,Barnabas,Bede,Benedict,Catherine,Chad,Clare,Cuthbert,David,Dunstan,Edmund,"
    "Francis,George,Giles,Helen,Hilda,James,John,Joseph,Jude,Laurence,Leonard,Luke,Margaret,Mark,Martin,Mary,Matthew,"
    "Michael,Nicholas,Oswald,Patrick,Paul,Peter,Stephen,Swithun,Thomas,Wilfrid,Winifred"
)
CATHOLIC = _listed("Holy Family,Sacred Heart,Our Lady of Lourdes,Corpus Christi,English Martyrs,St Thérèse’s,Holy Rood,Our Lady’s")
ANGLICAN = _listed("Christ Church,All Saints’,Holy Trinity,Emmanuel,St Michael and All Angels,The Epiphany")
OTHER_FAITH = {"Jewish": ("Etz Chaim", "Yavneh", "Hillel"), "Muslim": ("Al-Noor", "Crescent Moon", "Iqra")}

TRUST_ROOTS = _listed(
    "Amberlow,Arrowmere,Beechmark,Brightwell Cross,Calderfold,Coppermoor,Cygnetbrook,Dovermark,Eastlight,Elmhollow,"
    "Fallowgate,Fenmarch,Firthstone,Foxbarrow,Galeforth,Glenmarrow,Harbourlight,Hartsmoor,Hollowbeck,Inglemarsh,"
    "Jayfield,Kestrelmoor,Kitewood,Lanternhill,Larkmere,Lowmarsh,Maplethorn,Marlstone,Merlinhurst,Northbeam,"
    "Oakhaven,Otterbridge,Pinemarch,Plumtree Vale,Quillbrook,Ravensmark,Rookhope,Saltmarsh,Sandlark,Silverfold,"
    "Skylarkby,Starling Rise,Stonecrop,Swiftwater,Tallis Moor,Thistlemoor,Thornwick,Tidewater,Umberfield,Vixenhill,"
    "Wagtail,Wharfmere,Whinfell,Wildcress,Windrose,Wrenbury,Yarrowfield,Yewbarrow"
)
TRUST_SECOND = _listed(
    ",Vale,Bridge,Coast,Valley,Heights,Rivers,Gateway,Horizons,Compass,Pathways,Partners,Moor,Weald,Dales,North,South,"
    "East,West,Central,Community,First,United,Together"
)

# Post town of each postcode area that lies in England or reaches into it.
POST_TOWNS = dict(
    pair.split("=")
    for pair in _listed(
        "AL=St Albans,B=Birmingham,BA=Bath,BB=Blackburn,BD=Bradford,BH=Bournemouth,BL=Bolton,BN=Brighton,BR=Bromley,"
        "BS=Bristol,CA=Carlisle,CB=Cambridge,CF=Barry,CH=Chester,CM=Chelmsford,CO=Colchester,CR=Croydon,CT=Canterbury,"
        "CV=Coventry,CW=Crewe,DA=Dartford,DE=Derby,DH=Durham,DL=Darlington,DN=Doncaster,DT=Dorchester,DY=Dudley,"
        "E=London,EC=London,EN=Enfield,EX=Exeter,FY=Blackpool,GL=Gloucester,GU=Guildford,HA=Harrow,HD=Huddersfield,"
        "HG=Harrogate,HP=Hemel Hempstead,HR=Hereford,HU=Hull,HX=Halifax,IG=Ilford,IP=Ipswich,KT=Kingston upon Thames,"
        "L=Liverpool,LA=Lancaster,LD=Kington,LE=Leicester,LN=Lincoln,LS=Leeds,LU=Luton,M=Manchester,ME=Rochester,"
        "MK=Milton Keynes,N=London,NE=Newcastle upon Tyne,NG=Nottingham,NN=Northampton,NP=Chepstow,NR=Norwich,"
        "NW=London,OL=Oldham,OX=Oxford,PE=Peterborough,PL=Plymouth,PO=Portsmouth,PR=Preston,RG=Reading,RH=Redhill,"
        "RM=Romford,S=Sheffield,SE=London,SG=Stevenage,SK=Stockport,SL=Slough,SM=Sutton,SN=Swindon,SO=Southampton,"
        "SP=Salisbury,SR=Sunderland,SS=Southend-on-Sea,ST=Stoke-on-Trent,SW=London,SY=Shrewsbury,TA=Taunton,"
        "TD=Berwick-upon-Tweed,TF=Telford,TN=Tonbridge,TQ=Torquay,TR=Truro,TS=Middlesbrough,TW=Twickenham,UB=Southall,"
        "W=London,WA=Warrington,WC=London,WD=Watford,WF=Wakefield,WN=Wigan,WR=Worcester,WS=Walsall,WV=Wolverhampton,"
        "YO=York"
    )
)
