// The word counter as a component in JavaScript.

const counts = new Map();

export const counter = {
  add(text) {
    const words = text.split(/\s+/u).filter((word) => word !== "");
    if (words.length === 0) throw "the text has no words";
    for (const word of words.map((word) => word.toLowerCase())) counts.set(word, (counts.get(word) ?? 0) + 1);
    return [...counts.values()].reduce((sum, times) => sum + times, 0);
  },

  top(limit) {
    const byWord = (left, right) => (left < right ? -1 : Number(left > right));
    const ordered = [...counts].sort(([left, a], [right, b]) => b - a || byWord(left, right));
    return ordered.slice(0, limit).map(([word, times]) => ({ word, times }));
  },

  find(word) {
    word = word.toLowerCase();
    return counts.has(word) ? { word, times: counts.get(word) } : undefined;
  },
};
