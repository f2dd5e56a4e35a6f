"""Ideas and tools, as data: what is sent to whoever asks for it, and to nobody else (S39, S45).

A topic is found by its own words in what somebody wrote: closed, and the same for everybody. Nothing is made up, and where
no word fits the topics are named instead.
"""

import re
from collections import Counter
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field, model_validator

from agent.alliance.flow import read


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Topic(_Part):
    """Something that people ask about: the words by which it is known, and three ideas."""

    title: str = Field(min_length=1, max_length=30)
    words: tuple[str, ...] = Field(min_length=1)
    ideas: tuple[str, str, str]


class Heading(_Part):
    """A part of a tool."""

    title: str
    lines: tuple[str, ...] = Field(min_length=1)


class Tool(_Part):
    """A page to read and to print. A worksheet has no parts of its own: it holds the questions of the flow."""

    title: str = Field(min_length=1, max_length=50)
    lead: str
    worksheet: bool = False
    parts: tuple[Heading, ...] = Field(default=(), alias="part")

    @model_validator(mode="after")
    def _has_something(self) -> "Tool":
        if self.worksheet == bool(self.parts):
            raise ValueError("needs parts of its own, or worksheet = true, and not both")
        return self


class Guide(_Part):
    """A whole file."""

    credit: str = ""
    topics: tuple[Topic, ...] = Field(default=(), alias="topic")
    tools: tuple[Tool, ...] = Field(default=(), alias="tool")

    def topic_of(self, text: str) -> Topic | None:
        """The topic that most words of a text belong to, the first of several; None when none does."""
        found = Counter(self._by_word[word.casefold()].title for word in self._known.findall(text.replace("’", "'")))
        most = max(found.values(), default=0)
        return next((t for t in self.topics if most and found[t.title] == most), None)

    @cached_property
    def _by_word(self) -> dict[str, Topic]:
        """By each word, and by the title itself."""
        return {w.casefold(): t for t in reversed(self.topics) for w in (*t.words, t.title)}

    @cached_property
    def _known(self) -> re.Pattern[str]:
        words = sorted(self._by_word, key=len, reverse=True)
        return re.compile(rf"\b(?:{'|'.join(map(re.escape, words)) or '(?!)'})\b", re.IGNORECASE)


def load(content: str, name: str = "guide") -> Guide:
    """Read a guide file; raises FlowError with every fault."""
    return read(Guide, content, name)
