"""Names the slips of form that are read without guessing, and counted; a site may refuse each."""

from enum import StrEnum


class Oddity(StrEnum):
    """What is odd about a frame; what each means stands in the contract of site files."""

    MISSING_START_BLOCK = "missing_start_block"
    MISSING_END_BLOCK = "missing_end_block"
    MISSING_CARRIAGE_RETURN = "missing_carriage_return"
    DOUBLED_END_BLOCK = "doubled_end_block"
    LINE_FEEDS = "line_feeds"
    CARRIAGE_RETURN_LINE_FEEDS = "carriage_return_line_feeds"
    BYTE_ORDER_MARK = "byte_order_mark"
    LEADING_BLANKS = "leading_blanks"
    CONCATENATED = "concatenated"
