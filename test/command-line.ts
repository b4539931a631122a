import type { CommanderError } from 'commander'
import { reportFailure } from '../src/cli/errors/failure.ts'
import { createProgram } from '../src/commands/own-program.ts'
import { allCommands } from '../src/commands/tree.ts'
import type { Actor } from '../src/domain/kernel/index.ts'
import type { Laku } from '../src/runtime/laku.ts'
import { admin } from './laku.ts'

export interface CommandRun {
  exitCode: number
  stdout: string
  stderr: string
}

/**
 * Runs one command line in this process without a terminal, on an open laku. The actor is an administrator by
 * default.
 */
export async function runLaku(
  laku: Laku,
  words: readonly string[],
  actor: Actor = admin,
): Promise<CommandRun> {
  const out: string[] = []
  const err: string[] = []
  const stdout = { write: (text: string) => out.push(text) }
  const stderr = { write: (text: string) => err.push(text) }
  const program = createProgram({ laku, actor, streams: { stdout, stderr } })
  program.configureOutput({ writeOut: (text) => out.push(text), outputError: () => {} })
  const before = process.exitCode
  process.exitCode = undefined
  let exitCode = 0
  try {
    await program.parseAsync(['node', 'laku', ...words])
    exitCode = Number(process.exitCode ?? 0)
  } catch (error) {
    exitCode = reportFailure(error as CommanderError, words, { stdout, stderr })
  } finally {
    process.exitCode = before
  }
  await expectDocumented(words, exitCode)
  return { exitCode, stdout: out.join(''), stderr: err.join('') }
}

let leaves: ReturnType<typeof allCommands> | undefined

/**
 * Checks that a command ends only with exit codes that docs/cli.md lists for it. All tests of commands use
 * this check.
 */
async function expectDocumented(words: readonly string[], exitCode: number): Promise<void> {
  leaves ??= allCommands()
  const leaf = (await leaves).find(({ path }) => path.every((word, at) => words[at] === word))
  if (!leaf || leaf.definition.exits.some((exit) => exit === exitCode)) return
  const known = leaf.definition.exits.join(', ')
  throw new Error(
    `laku ${leaf.path.join(' ')} ended with ${exitCode}, and it is declared to end with ${known}`,
  )
}

/** Runs a command line with --json and returns the JSON value that it printed. */
export async function askLaku<T>(laku: Laku, words: readonly string[], actor: Actor = admin): Promise<T> {
  const { exitCode, stdout, stderr } = await runLaku(laku, [...words, '--json'], actor)
  if (exitCode !== 0) throw new Error(`laku ${words.join(' ')} ended with ${exitCode}: ${stdout}${stderr}`)
  return JSON.parse(stdout) as T
}
