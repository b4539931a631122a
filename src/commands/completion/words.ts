import { entries } from '../../cli/define/root.ts'
import { allCommands, globalFlags } from '../tree.ts'

/** A point in the command line (the words typed so far), and the words that may follow there. */
export interface Place {
  path: readonly string[]
  words: readonly { word: string; description: string }[]
  /** The options that take one of a few values, with these values. */
  choices: readonly { flag: string; values: readonly string[] }[]
}

/** Returns every point in the command line (the words typed so far), with the words that may follow there. */
export async function completionWords(): Promise<Place[]> {
  const leaves = (await allCommands()).filter((leaf) => !leaf.hidden)
  const places = new Map<string, Place>()
  const nouns = entries.filter((entry) => !entry.hidden)
  places.set('', {
    path: [],
    words: nouns.map(({ name, description }) => ({ word: name, description })),
    choices: [],
  })
  for (const { path, definition } of leaves) {
    for (let depth = 1; depth < path.length; depth++)
      addWord(places, path.slice(0, depth), path, definition.description)
    const flags = definition.options.map(({ flags: term, description }) => ({
      word: flagOf(term),
      description,
    }))
    const everywhere = globalFlags.map((word) => ({ word, description: '' }))
    const choices = definition.options.flatMap(({ flags: term, choices: values }) =>
      values ? [{ flag: flagOf(term), values }] : [],
    )
    places.set(path.join(' '), { path, words: [...flags, ...everywhere], choices })
  }
  return [...places.values()]
}

function addWord(
  places: Map<string, Place>,
  at: readonly string[],
  path: readonly string[],
  description: string,
): void {
  const key = at.join(' ')
  const word = path[at.length] ?? ''
  const known = places.get(key) ?? { path: at, words: [], choices: [] }
  if (known.words.some((otherWord) => otherWord.word === word)) return
  places.set(key, { ...known, words: [...known.words, { word, description }] })
}

/** Returns the flag from an option's definition: `--status` from `--status <status>`. */
function flagOf(term: string): string {
  return /--[a-z-]+/.exec(term)?.[0] ?? term
}
