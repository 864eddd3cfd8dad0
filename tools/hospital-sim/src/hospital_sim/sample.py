"""A patient to try Homeward with: admitted three days ago, discharged home an hour ago."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_ZONE = ZoneInfo("America/New_York")
_STAY = timedelta(days=3)
_AGO = timedelta(hours=1)
_HOME, _PHONE = "1 Main St^^Springfield^NY^10001", "^PRN^PH^^1^555^5550101"


def sample_messages(now: datetime) -> bytes:
    """An A01 and its A03 from Good Health Hospital, with times that suit `now`.

    The numbers come from the time: every minute's sample is another patient's.
    """
    number = f"{now:%y%j%H%M}"
    admitted, discharged = _local(now - _AGO - _STAY), _local(now - _AGO)
    return _message("A01", number, admitted, admitted, "") + _message(
        "A03", number, discharged, admitted, discharged
    )


def _local(instant: datetime) -> str:
    return instant.astimezone(_ZONE).strftime("%Y%m%d%H%M00")


def _message(trigger: str, number: str, at: str, admitted: str, discharged: str) -> bytes:
    visit = {
        1: "1", 2: "I", 3: "4W^401^A", 4: "E", 7: "1111111111^Alder^Alma", 10: "MED",
        19: f"VN{number}^^^GHH^VN", 36: "01" if discharged else "", 44: admitted, 45: discharged,
    }  # fmt: skip
    pv1 = "|".join(["PV1", *(visit.get(place, "") for place in range(1, 46))])
    segments = (
        f"MSH|^~\\&|GHHADT|GHH|HOMEWARD|CARE|{at}||ADT^{trigger}|{trigger}-{number}|P|2.5.1",
        f"EVN|{trigger}|{at}",
        f"PID|1||MR{number}^^^GHH^MR||Marigold^Thea||19480212|F|||{_HOME}||{_PHONE}",
        "PD1||||GP1001^Quillfeather^Ardith",
        pv1.rstrip("|"),
        "DG1|1||I50.9^Heart failure, unspecified^I10|||F",
    )
    return "".join(f"{segment}\r" for segment in segments).encode()
