import { basename } from 'node:path'
import type { Chosen } from '../define/program.ts'

export interface NamedFile {
  name: string
}

const camelCase = (name: string) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Returns the file that the command line names for the command to read. */
export function fileOf({ shape, input }: Pick<Chosen, 'shape' | 'input'>): NamedFile | undefined {
  const names = [
    ...shape.args.filter((arg) => arg.isFile).map(({ name }) => camelCase(name)),
    ...shape.options
      .filter((option) => option.isFile)
      .map(({ flags }) => camelCase(flags.split(' ')[0]?.slice(2) ?? '')),
  ]
  const name = names.map((text) => input[text]).find((value) => typeof value === 'string')
  return typeof name === 'string' ? { name } : undefined
}

/**
 * Returns whether a server may write a file of this name on this machine. A server may write a file that the
 * command line names. If the command reads a file, the server may also write `<file>.failed.csv`. It may also
 * write a .pdf or .csv file in the current folder.
 */
export function mayWrite(name: string, { shape, input }: Chosen): boolean {
  if (Object.values(input).includes(name)) return true
  const read = fileOf({ shape, input })?.name
  if (read !== undefined && name === `${read}.failed.csv`) return true
  return name === basename(name) && /^[\w-][\w.-]*\.(pdf|csv)$/.test(name)
}
