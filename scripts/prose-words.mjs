// The phrases that make our prose hard to read, each with what to write instead. CONTRIBUTING.md has the rules behind them.

/** A pattern is matched without case, in prose only; `instead` completes the sentence "Write …". */
export const phrases = [
  { pattern: /\bwhoever\b/, instead: 'the actor: "the caller", "anyone who"' },
  { pattern: /\bwhatever\b/, instead: '"any", "regardless of", or the thing itself' },
  { pattern: /\banew\b/, instead: '"again"' },
  { pattern: /\bat once\b/, instead: '"immediately", "concurrently" or "in one call"' },
  { pattern: /\bcannot be had\b/, instead: '"is not available" or "could not be fetched"' },
  { pattern: /\bbut for\b/, instead: '"except for"' },
  { pattern: /\bby (itself|themselves)\b/, instead: '"automatically", "alone", or leave it out' },
  // "There is no X" is plain English.
  {
    pattern: /(?<!\bthere )\b(is|are|was|were|be) no (?!longer\b|more\b|fewer\b|less\b|one\b|such\b)/,
    instead: '"is not a"',
  },
  { pattern: /\bthat which\b/, instead: '"what"' },
  {
    pattern: /\b(rows?|tokens?|keys?|grants?|flows?|codes?|clients?|records?|it|they) goe?s?\b(?= *[.,;:)]| with\b)/,
    instead: '"is deleted"',
  },
  // People may be away; servers are unavailable.
  { pattern: /(?<!\byou )\b(is|are|was|were|store|redis|postgres|database|while) away\b/, instead: '"unavailable"' },
  { pattern: /\bdear(er|est)?\b/, instead: '"expensive"' },
  { pattern: /\b(is|are|was|were|gets?|be) told\b(?! to\b)/, instead: '"is returned", "receives" or "learns"' },
  { pattern: /\bmeanwhile\b/, instead: '"in the meantime", or say what happens at the same time' },
  { pattern: /\bmend(s|ed|ing)?\b/, instead: '"fix"' },
  { pattern: /\bfor ever\b/, instead: '"forever"' },
  { pattern: /\bthereof\b|\bhereby\b|\bupon\b|\bwherein\b/, instead: 'plain words' },
  { pattern: /\ba like\b/, instead: '"a similar"' },
  { pattern: /\bto be had\b/, instead: '"available"' },
  { pattern: /\bnothing but\b/, instead: '"only"' },
  { pattern: /\ball the same\b/, instead: '"still" or "anyway"' },
  { pattern: /\bof one's own\b/, instead: '"separate", "your own"' },
  { pattern: /\b(is|are|was|were|be) gone\b/, instead: '"is deleted", "has expired" or "has stopped"' },
  { pattern: /\b((is|are|was|were|be|one) drawn|drawn (when|if))\b/, instead: '"is generated"' },
  {
    pattern:
      /\b(draws?|drew) (one|(a|an|the|its|new|random) (key|id|secret|value|token|code|number|incarnation|kid)s?)\b/,
    instead: '"generates"',
  },
  { pattern: /\bof before\b(?=[,.;]?(?: |$))/m, instead: '"previous" or "earlier"' },
  { pattern: /\b(will|would) (not )?do\b(?= *[.,;:]|$)/, instead: '"is enough" or "works"' },
  { pattern: /\b(takes?|taken|took) away\b/, instead: '"remove"' },
  { pattern: /\b(is|are) held to\b/, instead: '"must use" or "is checked against"' },
  { pattern: /\bno sooner than\b/, instead: '"not before"' },
  { pattern: /\bgoes on\b(?! (a|the|to)\b)/, instead: '"continues"' },
  { pattern: /\bdo(es)? no harm\b/, instead: '"is harmless" or "causes no error"' },
  { pattern: /\bthat there (is|are)\b(?= *[.,;:]|$)/, instead: '"that exist"' },
];
