import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { Question, RunEvent } from '../cli/client/protocol.ts'
import type { CommandDefinition } from '../cli/define/command.ts'
import { CommandContext } from '../cli/define/context.ts'
import { entryNamed } from '../cli/define/root.ts'
import { type ExitCode, exitCodes, usageError } from '../cli/errors/cli-error.ts'
import { printedFailure } from '../cli/errors/failure.ts'
import type { Files } from '../cli/input/files.ts'
import type { Prompts } from '../cli/prompts/prompts.ts'
import { keepAnswer } from '../domain/auth/index.ts'
import { type Actor, StaffProof } from '../domain/kernel/index.ts'
import { toWire } from '../domain/kernel/wire.ts'
import type { CommandHouse, Execution } from '../http/staff/command-house.ts'
import { isOfTheHost } from './where.ts'

/** The commands of `laku` that a staff server can find and run. */
export const commandHouse: CommandHouse = {
  find: async (path) => {
    const definition = await definitionOf(path)
    if (!definition) return undefined
    const { reads, shownOnce = false } = definition
    return { reads, shownOnce, inputs: inputsOf(definition) }
  },
  run: async (execution) => {
    const { request, emit, laku } = execution
    const definition = await definitionOf(request.path)
    if (!definition) throw new Error(`no command ${request.path.join(' ')}`)
    let exitCode: ExitCode = exitCodes.done
    const context = contextOf(execution, (code) => {
      exitCode = code
    })
    try {
      if (execution.code !== undefined && !definition.secondPerson)
        throw usageError(`laku ${request.path.join(' ')} needs no code of a second factor. Leave --code out.`)
      await definition.execute(context, request.input)
    } catch (error) {
      context.progress.end()
      if (error instanceof Asked) {
        emit({ ask: error.question })
        return 'asked'
      }
      const { stack, ...failure } = printedFailure(error)
      if (!failure.foreseen)
        laku.logger.error({ err: error, command: request.path.join(' ') }, 'command failed')
      emit({ failure: request.debug && stack ? { ...failure, stack } : failure })
      return failure.exitCode
    }
    context.progress.end()
    return exitCode
  },
}

export async function definitionOf([noun, verb, inner]: readonly string[]): Promise<
  CommandDefinition | undefined
> {
  const entry = entryNamed(noun)
  if (!entry || !('verbs' in entry) || isOfTheHost([entry.name, verb ?? ''])) return undefined
  const found = (await entry.verbs()).find((candidate) => candidate.name === verb)
  if (!found) return undefined
  if ('execute' in found) return inner === undefined ? found : undefined
  return found.verbs.find((verb) => verb.name === inner)
}

/**
 * Returns the actor of a command, with a proof of their identity made from their token. The proof is made
 * again here, because it is lost when the command is sent to another thread.
 */
const provenActor = ({ actor, token }: Execution): Actor =>
  actor.kind === 'staff' && token !== undefined
    ? { ...actor, proof: new StaffProof(token, actor.proof?.endsAt) }
    : actor

function contextOf(execution: Execution, exitWith: (code: ExitCode) => void): CommandContext {
  const { laku, run, request, emit, ready, signal } = execution
  const actor = provenActor(execution)
  const { json, quiet, mayAsk, terminal, answers } = request
  const silent = { write: () => true }
  const stdout = terminal
    ? { ...silent, isTTY: true, columns: terminal.width, rows: terminal.height }
    : silent
  return new CommandContext(
    { json, quiet, yes: !mayAsk, color: terminal?.color ?? false },
    {
      laku,
      actor,
      streams: { stdout, stderr: silent, env: {}, emit, ready },
      prompts: promptsOf(answers, emit),
      files: filesOf(execution),
      exitWith,
      knownBy: request.knownBy,
      code: execution.code,
      signal,
      keep: async (work, { value, text, exitCode }) => {
        const end: RunEvent[] = []
        const output = new Recorder(end, json)
        output.result(value, text)
        await keepAnswer(work, run, JSON.stringify([...end, { end: exitCode }]))
      },
    },
  )
}

/** Records output events in a list instead of printing them. */
class Recorder {
  readonly #said: RunEvent[]
  readonly #json: boolean
  constructor(said: RunEvent[], json: boolean) {
    this.#said = said
    this.#json = json
  }
  result(value: unknown, text: string): void {
    if (this.#json) this.#said.push({ answer: toWire(value) ?? null })
    else if (text) this.#said.push({ view: [text] })
  }
}

/**
 * The error that ends a command when it needs an answer to go on. With the answer, the command is run again
 * from its start. This is safe, because commands ask before they change anything.
 */
class Asked extends Error {
  readonly question: Question
  constructor(question: Question) {
    super(question.message)
    this.question = question
  }
}

/**
 * Returns prompts that answer a command's questions, in order, with the answers that came with the command. A
 * question beyond these answers ends the command.
 */
function promptsOf(answers: readonly string[], emit: (event: RunEvent) => void): Prompts {
  let asked = 0
  const answer = async (question: Question): Promise<string> => {
    const given = answers[asked]
    if (given === undefined) throw new Asked(question)
    emit({ answered: ++asked })
    return given
  }
  return {
    text: (message) => answer({ kind: 'text', message }),
    secret: (message) => answer({ kind: 'secret', message }),
    choose: (message, choices) => answer({ kind: 'choose', message, choices }),
  }
}

const PIECE = 256 * 1024

/**
 * Returns the files of the person who gives the command. The command reads the file that came with the
 * request, and written files are sent back in pieces.
 */
function filesOf({ request, emit, filePath }: Execution): Files {
  return {
    read: (name) => {
      const { file } = request
      if (file?.name !== name)
        throw usageError(
          `the file ${name} was not sent, because your laku has another version. Install the version of the server.`,
        )
      const { error } = file
      // The client could not read the file. Its error is thrown when the command reads the file, as with any
      // unreadable file.
      if (error !== undefined)
        return new Readable({
          read() {
            this.destroy(new Error(error))
          },
        })
      // An empty file sends no bytes, so there is no file of it on this machine.
      return filePath === undefined ? Readable.from([]) : createReadStream(filePath)
    },
    write: (name, content, mode) => {
      const bytes = Buffer.from(content)
      for (let from = 0; from === 0 || from < bytes.length; from += PIECE) {
        const data = bytes.subarray(from, from + PIECE).toString('base64')
        emit({ file: name, data, ...(from === 0 && { mode: mode ?? 0o666 }) })
      }
    },
  }
}

const camelCase = (name: string) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Returns the names of a command's arguments and options in a request. */
const inputsOf = ({ args, options }: CommandDefinition): ReadonlySet<string> =>
  new Set([
    ...args.map(({ name }) => camelCase(name)),
    ...options.map(({ flags }) => camelCase((flags.split(' ')[0] ?? '').replace(/^--(no-)?/, ''))),
  ])
