/** A word that is no longer used, and the term that replaces it (docs/glossary.md has the same list). */
export interface RetiredWord {
  word: string
  term: string
  /** Sequences of name parts, in lower case, that are refused in a name. */
  inNames?: readonly (readonly string[])[]
  /** The pattern that is refused in comments and texts. */
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
  // Shops read `pos` as point of sale. The word is still an alias of the command's noun, and part of the
  // names of two queues.
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

/** Matches texts that cite a source outside the repository. */
export const CITED_OUTSIDE = /\bthe design('s|,)|\b(domains|http-api)\.md\b|\bdesign document\b/i

/**
 * Returns the parts of a name: `CalledOff` and `called_off` are `called` and `off`. In a constant that begins
 * with MOST, only that word is a part.
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

/** Returns the retired word that a name uses; undefined if there is none. */
export function retiredInName(name: string): RetiredWord | undefined {
  const parts = partsOf(name)
  const holds = (wanted: readonly string[]) =>
    parts.some((_, at) => wanted.every((part, i) => parts[at + i] === part))
  return retiredWords.find(({ inNames = [] }) => inNames.some(holds))
}

/**
 * Returns what is wrong with a text: a retired word, or a citation of a source outside the repository.
 * Undefined if nothing is wrong.
 */
export function retiredInText(text: string): string | undefined {
  const plain = text.replace(/\b[a-z_]+(\.[a-z_-]+)+\b/g, '')
  const cited = CITED_OUTSIDE.exec(text)
  if (cited) return `"${cited[0]}" is not in the repository`
  for (const { inTexts, word, term } of retiredWords)
    if (inTexts?.test(plain)) return `"${word}": say ${term}`
  return undefined
}

/** The names that may keep a retired word, because stored data or other programs use them. */
export const KEPT_NAMES: ReadonlySet<string> = new Set([
  // This kind of attention item is kept, because rows are stored under it.
  'order_called_off',
])
export const KEPT_FILES: ReadonlySet<string> = new Set([
  // Meta approved the texts of these templates word for word, so they cannot be changed.
  'src/providers/whatsapp/templates.ts',
  'scripts/retired-words.ts',
  'scripts/retired-words.test.ts',
])
