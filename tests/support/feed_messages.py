"""Messages of the feeds beside ADT, made up, and what becomes of them as their readers read it."""

from collections.abc import Sequence
from typing import Final, TypeVar

from tests.support.adt_ingest_fakes import GOOD_HEALTH, ORIGIN, RECEIVED_AT, SECRET

from adt_ingest.domain.framing import Frame
from adt_ingest.domain.judgement import Judgement, judge
from adt_ingest.domain.profile import SiteProfile
from adt_ingest.records import Receipt, Records
from care_chassis.events import OutgoingEvent
from care_contracts.statements import Statement

_S = TypeVar("_S", bound=Statement)

PID: Final = "PID|1||MR1001^^^GHH^MR||Example^Erika"
PV1: Final = "PV1|1|O|CARD^^^||||||||||||||||V77^^^GHH"
SCH: Final = (
    "SCH|P1^OFFICE|F1^BOOKS|2|||RT^Routine|FU^Follow-up visit^L|NORMAL|30|min"
    "|^^30^20260601090000^20260601093000|||||||||777^Booker^Bea|||||Booked|RF9^GHH|FO9^BOOKS"
)
RESOURCES: Final = (
    "RGS|1|A",
    "AIS|1|A|99213^Office visit^C4|20260601090000|||30|min||Booked",
    "AIP|1|A|1234^Doe^Dora|ATTEND^Attending||||||||Booked",
    "AIL|1|D|CLINIC^12^^GHH",
)
OBR: Final = (
    "OBR|1|PO1^GHH|FO1^LAB|CBC^Blood count^L^58410-2^CBC panel^LN|||20260521080000|||||||||"
    "444^Order^Olga||||||20260521093000||HM|F"
)
HEMOGLOBIN: Final = (
    "OBX|1|NM|718-7^Hemoglobin^LN^HGB^Hb^L||11.4|g/dL^^UCUM|12.0-16.0|L~A|||F|||20260521081500"
)
SODIUM: Final = "OBX|2|SN|NA^Sodium^L^2951-2^Sodium^LN|1|<^135|mmol/L|135-145|L|||F"
TXA: Final = (
    "TXA|1|DS^Discharge summary|TX|20260522120000|555^Primary^Pia|20260522130000||"
    "20260522140000~20260522150000|666^Writer^Wim|888^Signer^Sue||D1^NOTES|D0^NOTES|PO2^GHH|FO2^LAB"
    "||LA|R|AV|||888^Signer^Sue^^^^^^^^^^^^20260522160000"
)
RF1: Final = (
    "RF1|A|S|MED^Medicine|WR^Written report~SO^Second opinion|O|R1^GHH|20260525|20261125"
    "|20260526101500|S^Second opinion|X1^CLINIC~X2"
)
PROVIDERS: Final = (
    "PRD|RP|Refer^Rita|||^WPN^PH^^1^555^0100||111^NPI",
    "PRD|RT~CP|Special^Sam||^^^HEART CENTRE|||222^NPI",
)


def feed_message(kind: str, trigger: str, *segments: str, control_id: str = "F1") -> bytes:
    """A message of Good Health Hospital."""
    named = f"{kind}^{trigger}" if trigger else kind
    header = f"MSH|^~\\&|APP|GHH|HOMEWARD|CARE|20260525090000-0400||{named}|{control_id}|P|2.5.1"
    return "".join(f"{line}\r" for line in (header, *segments)).encode()


def siu(trigger: str = "S12", *more: str, sch: str = SCH) -> bytes:
    return feed_message("SIU", trigger, sch, PID, PV1, *more)


def oru(*segments: str, trigger: str = "R01") -> bytes:
    return feed_message("ORU", trigger, PID, PV1, *segments)


def mdm(trigger: str = "T02", *more: str, txa: str = TXA) -> bytes:
    evn = f"EVN|{trigger}|20260522161000|||||20260522160000"
    return feed_message("MDM", trigger, evn, PID, PV1, txa, *more)


def ref(trigger: str = "I12", *more: str, rf1: str = RF1) -> bytes:
    return feed_message("REF", trigger, rf1, *PROVIDERS, PID, *more)


def judged(data: bytes, site: SiteProfile = GOOD_HEALTH) -> Judgement:
    return judge(Frame(data), lambda _application, _facility: site, RECEIVED_AT, ORIGIN)


def events_of(data: bytes) -> list[OutgoingEvent]:
    """What is published beside the message itself."""
    receipt = Receipt.of(judged(data), received_at=RECEIVED_AT, origin=ORIGIN)
    return Records(secret=SECRET).of(receipt)[1:]


def bodies_of(contract: type[_S], data: bytes) -> Sequence[_S]:
    return [contract.model_validate_json(event.data) for event in events_of(data)]


def body_of(contract: type[_S], data: bytes) -> _S:
    (body,) = bodies_of(contract, data)
    return body
