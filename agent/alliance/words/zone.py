"""A time zone that is plainly given: an IANA name, a city, "New York time", or a common abbreviation (decision 19)."""

import functools
import re
from zoneinfo import available_timezones

# What people write and mean, where one place is meant by nearly all of them; it is read back.
_SHORT = {
    "utc": "UTC", "gmt": "GMT", "et": "America/New_York", "est": "America/New_York", "edt": "America/New_York", "ct": "America/Chicago",
    "cst": "America/Chicago", "cdt": "America/Chicago", "mt": "America/Denver", "mst": "America/Denver", "pt": "America/Los_Angeles",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "cet": "Europe/Berlin", "cest": "Europe/Berlin", "bst": "Europe/London",
    "eet": "Europe/Athens", "ist": "Asia/Kolkata", "jst": "Asia/Tokyo", "sgt": "Asia/Singapore", "aest": "Australia/Sydney",
    "aedt": "Australia/Sydney", "nzt": "Pacific/Auckland",
}  # fmt: skip
_EXTRA = {
    "eastern": "America/New_York", "pacific": "America/Los_Angeles", "mountain": "America/Denver", "central european": "Europe/Berlin",
    "munich": "Europe/Berlin", "hamburg": "Europe/Berlin", "cologne": "Europe/Berlin", "frankfurt": "Europe/Berlin", "milan": "Europe/Rome",
    "barcelona": "Europe/Madrid", "porto": "Europe/Lisbon", "san francisco": "America/Los_Angeles", "seattle": "America/Los_Angeles",
    "boston": "America/New_York", "washington": "America/New_York", "miami": "America/New_York", "geneva": "Europe/Zurich", "uk": "Europe/London",
    "mumbai": "Asia/Kolkata", "delhi": "Asia/Kolkata", "bangalore": "Asia/Kolkata", "beijing": "Asia/Shanghai", "kyiv": "Europe/Kyiv",
    "germany": "Europe/Berlin", "france": "Europe/Paris", "spain": "Europe/Madrid", "italy": "Europe/Rome", "england": "Europe/London",
    "ireland": "Europe/Dublin", "netherlands": "Europe/Amsterdam", "poland": "Europe/Warsaw", "sweden": "Europe/Stockholm",
    "austria": "Europe/Vienna", "switzerland": "Europe/Zurich", "india": "Asia/Kolkata", "japan": "Asia/Tokyo", "british": "Europe/London",
}  # fmt: skip
_IANA = re.compile(
    r"\b(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc)/[\w+-]+(?:/[\w+-]+)?",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"(?:(?:i'm|i am|we're|we are|we both are|i live|we live|we both live|both|it's|my (?:time ?)?zone is|our (?:time ?)?zone is|time ?zone:?)\s+)*(?:in |at |on |from )?(?:the )?(.{2,40}?)(?: time)?(?: zone)?",
    re.IGNORECASE,
)


@functools.cache
def _cities() -> dict[str, str]:
    """City to zone; a name that stands for two zones is left out."""
    cities: dict[str, str] = {}
    for zone in sorted(available_timezones()):
        area, _, city = zone.rpartition("/")
        if area.split("/")[0] in {"Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}:
            name = city.replace("_", " ").lower()
            cities[name] = zone if name not in cities or len(zone) < len(cities[name]) else cities[name]
    return cities | _EXTRA


@functools.cache
def _names() -> dict[str, str]:
    return {zone.lower(): zone for zone in available_timezones()}


def read_zone(text: str) -> str | None:
    """The IANA zone that a text plainly gives; None when it gives none."""
    plain = text[:500].replace("’", "'")
    zone, _ = zone_in(plain)
    if zone:
        return zone
    alone = _ALONE.fullmatch(plain.strip(" .!\n"))
    return _cities().get(alone[1].strip().lower().split(",")[0]) if alone else None


def zone_in(text: str) -> tuple[str, str]:
    """A zone named beside other words, and the text with blanks in its place; "" when there is none."""
    iana = _IANA.search(text)
    if iana and iana.group().lower() in _names():
        return _names()[iana.group().lower()], _blanked(text, iana.span())
    for said in re.finditer(r"\(?\b((?:[A-Za-z]+ ){0,2}[A-Za-z]+) time\b\)?", text):
        parts = said[1].lower().split()
        for k in range(len(parts)):
            if " ".join(parts[k:]) in _cities():
                start = said.end() - len(said.group()) + said.group().lower().rfind(" ".join(parts[k:]))
                return _cities()[" ".join(parts[k:])], _blanked(text, (start, said.end()))
    for short in re.finditer(r"(?<![\w/])[A-Z]{2,4}(?![\w/])", text):
        if short.group().lower() in _SHORT:
            return _SHORT[short.group().lower()], _blanked(text, short.span())
    return "", text


def _blanked(text: str, span: tuple[int, int]) -> str:
    return text[: span[0]] + " " * (span[1] - span[0]) + text[span[1] :]
