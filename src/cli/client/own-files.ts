import { closeSync, createReadStream, fstatSync, openSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import type { Chosen } from '../define/program.ts'
import { CliError, exitCodes, messageOf, usageError } from '../errors/cli-error.ts'
import { type CommandRequest, MAX_FILE_BYTES } from './protocol.ts'

interface NamedFile {
  name: string
  /** The reason why the file cannot be read; undefined if it can be read. */
  error?: string
  /** Whether the file is a pipe, like stdin: its bytes can be read only once. */
  isPipe: boolean
}

/** The file that a command reads. The client sends the file's bytes to the server with the command. */
export class CommandFile {
  #file: NamedFile | undefined
  /** The bytes of a pipe. They stay in memory, because the command may be sent again. */
  #bytes: Buffer | undefined

  /**
   * Looks at the file that the command line names, and returns its name for the request; undefined if no file
   * is named. Throws a CliError, exit code 2, if the file is too large to send.
   */
  look(chosen: Pick<Chosen, 'shape' | 'input'>): CommandRequest['file'] {
    const name = nameOf(chosen)
    const before = this.#file
    this.#file = name === undefined ? undefined : lookAt(name)
    if (!this.#file) return undefined
    if (this.#file.name !== before?.name) this.#bytes = undefined
    const { error } = this.#file
    return { name: this.#file.name, ...(error !== undefined && { error }) }
  }

  /**
   * Returns the file's bytes; undefined if there is no file, or if the file cannot be read. Throws a
   * CliError, exit code 2, if a pipe cannot be read, or has more bytes than a server takes.
   */
  async body(): Promise<Readable | undefined> {
    if (!this.#file || this.#file.error !== undefined) return undefined
    const { name, isPipe } = this.#file
    if (!isPipe) return createReadStream(name)
    this.#bytes ??= await bytesOfPipe(name === '-' ? process.stdin : createReadStream(name))
    return Readable.from([this.#bytes])
  }
}

const camelCase = (name: string) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Returns the name of the file that the command line names for the command to read. */
function nameOf({ shape, input }: Pick<Chosen, 'shape' | 'input'>): string | undefined {
  const names = [
    ...shape.args.filter((arg) => arg.isFile).map(({ name }) => camelCase(name)),
    ...shape.options
      .filter((option) => option.isFile)
      .map(({ flags }) => camelCase(flags.split(' ')[0]?.slice(2) ?? '')),
  ]
  const name = names.map((text) => input[text]).find((value) => typeof value === 'string')
  return typeof name === 'string' ? name : undefined
}

/** The system's words for a folder in the place of a file. */
const IS_FOLDER = 'EISDIR: illegal operation on a directory, read'

function lookAt(name: string): NamedFile {
  if (name === '-') return { name, isPipe: true, ...(fstatSync(0).isDirectory() && { error: IS_FOLDER }) }
  try {
    const stat = statSync(name, { throwIfNoEntry: false })
    if (stat?.isDirectory()) return { name, isPipe: false, error: IS_FOLDER }
    if (stat && stat.size > MAX_FILE_BYTES) throw fileTooLarge()
    const isPipe = stat !== undefined && !stat.isFile()
    // A pipe is not opened here, because that would wait for its writer, and then end the writer.
    if (!isPipe) closeSync(openSync(name, 'r'))
    return { name, isPipe }
  } catch (error) {
    if (error instanceof CliError) throw error
    return { name, isPipe: false, error: messageOf(error) }
  }
}

/**
 * Reads a pipe into memory. Throws a CliError, exit code 2, if the pipe cannot be read, and as soon as there
 * are more bytes than a server takes.
 */
async function bytesOfPipe(source: Readable): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  try {
    for await (const piece of source as AsyncIterable<Buffer>) {
      bytes += piece.length
      if (bytes > MAX_FILE_BYTES) throw fileTooLarge()
      pieces.push(piece)
    }
  } catch (error) {
    if (error instanceof CliError) throw error
    throw usageError(`the file cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`)
  }
  return Buffer.concat(pieces)
}

export const fileTooLarge = () =>
  new CliError(
    exitCodes.usage,
    'file_too_large',
    'the file is larger than 50 MB. Split it into smaller files.',
  )

/**
 * Returns whether a server may write a file of this name on this machine. A server may write a file that the
 * command line names. If the command reads a file, the server may also write `<file>.failed.csv`. It may also
 * write a .pdf or .csv file in the current folder.
 */
export function mayWrite(name: string, { shape, input }: Chosen): boolean {
  if (Object.values(input).includes(name)) return true
  const read = nameOf({ shape, input })
  if (read !== undefined && name === `${read}.failed.csv`) return true
  return name === basename(name) && /^[\w-][\w.-]*\.(pdf|csv)$/.test(name)
}
