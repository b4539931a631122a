import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { CommandShape } from '../define/command.ts'
import type { EntryShape, GroupShape } from '../define/program.ts'

/**
 * The folder where the build writes the commands' surface: their names, arguments and options, but none of
 * their code.
 */
export const surfaceFolder = fileURLToPath(new URL('../surface/', import.meta.url))

export interface SurfaceIndex {
  entries: { name: string; alias?: string; description: string; hidden?: boolean; isNoun: boolean }[]
}

/**
 * Returns the list of laku's nouns and commands that the build wrote; undefined in a checkout that runs
 * without a build.
 */
export function surfaceEntries(): readonly EntryShape[] | undefined {
  let index: SurfaceIndex
  try {
    index = read<SurfaceIndex>('index')
  } catch {
    return undefined
  }
  return index.entries.map((entry) => ({
    ...entry,
    load: async () => read<CommandShape | (CommandShape | GroupShape)[]>(entry.name),
  }))
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(`${surfaceFolder}${name}.json`, 'utf8')) as T
}
