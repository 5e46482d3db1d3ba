"""The word counter as a component in Python."""

from typing import List, Optional

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.counter import Count

counts: dict[str, int] = {}


class Counter(exports.Counter):
    def add(self, text: str) -> int:
        words = text.split()
        if not words:
            raise Err("the text has no words")
        for word in words:
            word = word.lower()
            counts[word] = counts.get(word, 0) + 1
        return sum(counts.values())

    def top(self, limit: int) -> List[Count]:
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [Count(word, times) for word, times in ordered[:limit]]

    def find(self, word: str) -> Optional[Count]:
        word = word.lower()
        return Count(word, counts[word]) if word in counts else None
