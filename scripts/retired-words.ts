/** A word that the house gave up, and the term that stands for it (docs/glossary.md has the same list). */
export interface RetiredWord {
  word: string
  term: string
  /** Parts of a name, in lower case, that may not follow each other in it. */
  inNames?: readonly (readonly string[])[]
  /** Refused in comments and in texts. */
  inTexts?: RegExp
}

export const retiredWords: readonly RetiredWord[] = [
  { word: 'gatherer', term: 'batcher', inNames: [['gatherer']], inTexts: /\bgatherers?\b/i },
  { word: 'news', term: 'event or update', inNames: [['news']], inTexts: /\bnews\b/i },
  { word: 'stray', term: 'unapplied funds', inNames: [['stray'], ['strays']], inTexts: /\bstrays?\b/i },
  {
    word: 'mend',
    term: 'fix, retry or redrive',
    inNames: [['mend'], ['mends'], ['mended']],
    inTexts: /\bmend(s|ed|ing)?\b/i,
  },
  {
    word: 'plant',
    term: 'seed or insert',
    inNames: [['plant'], ['planted']],
    inTexts: /\bplant(s|ed|ing)?\b/i,
  },
  {
    word: 'patience',
    term: 'timeout or stale after',
    inNames: [['patience'], ['patient'], ['impatient']],
    inTexts: /\b(im)?patience\b/i,
  },
  {
    word: 'call off',
    term: 'order, or cancel',
    inNames: [
      ['call', 'off'],
      ['called', 'off'],
    ],
    inTexts: /\bcall(s|ed|ing)? off\b/i,
  },
  {
    word: 'door',
    term: 'server, batcher or entry point',
    inNames: [['door'], ['doors']],
    inTexts: /\bstaff door\b/i,
  },
  {
    word: 'hands',
    term: 'second person, four-eyes',
    inNames: [['hands']],
    inTexts: /\b(pair of|same|other) hands\b/i,
  },
  // A shop reads it as point of sale. The word stays an alias of the command's noun, and the name of two
  // queues.
  { word: 'pos', term: 'purchase-orders', inTexts: /\blaku pos\b/ },
  {
    word: 'webhook line',
    term: 'webhook queue',
    inNames: [['webhook', 'line']],
    inTexts: /\bwebhook line\b/,
  },
  { word: 'A_RUN', term: 'batch size', inNames: [['a', 'run']] },
  { word: 'MOST', term: 'maximum (MAX_…)', inNames: [['MOST']] },
  { word: 'STILL_S', term: 'stale after', inNames: [['still', 's']] },
]

/** Texts that cite what is not in the repository. */
export const CITED_OUTSIDE = /\bthe design's\b|\b(domains|http-api)\.md\b|\bdesign document\b/i

/**
 * The parts of a name: `CalledOff` and `called_off` are `called`, `off`. A name in capitals alone keeps MOST.
 */
export function partsOf(name: string): string[] {
  if (/^MOST(_|$)/.test(name)) return ['MOST']
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== '')
}

/** The retired word that a name uses, if any. */
export function retiredInName(name: string): RetiredWord | undefined {
  const parts = partsOf(name)
  const holds = (wanted: readonly string[]) =>
    parts.some((_, at) => wanted.every((part, i) => parts[at + i] === part))
  return retiredWords.find(({ inNames = [] }) => inNames.some(holds))
}

/** Returns the problem of a text: a retired word, or a source outside the repository. */
export function retiredInText(text: string): string | undefined {
  const plain = text.replace(/\b[a-z_]+(\.[a-z_-]+)+\b/g, '')
  const cited = CITED_OUTSIDE.exec(text)
  if (cited) return `"${cited[0]}" is not in the repository`
  for (const { inTexts, word, term } of retiredWords)
    if (inTexts?.test(plain)) return `"${word}": say ${term}`
  return undefined
}

/** Names that others rely on, and texts that another party approved. They keep what they say. */
export const KEPT_NAMES: ReadonlySet<string> = new Set([
  // A kind of attention: its rows are stored under it.
  'order_called_off',
])
export const KEPT_FILES: ReadonlySet<string> = new Set([
  // The templates are approved by Meta word for word.
  'src/providers/whatsapp/templates.ts',
  'scripts/retired-words.ts',
  'scripts/retired-words.test.ts',
])
