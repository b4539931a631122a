import { toWire } from '../domain/kernel/index.ts'
import { type Failure, failureOf } from './errors.ts'
import { printable, wrapped } from './format.ts'

interface Sinks {
  stdout: { write(text: string): unknown }
  stderr: { write(text: string): unknown; isTTY?: boolean; columns?: number }
}

/**
 * Prints why a command failed, a line for people on stderr or the one JSON value on stdout, and returns the exit code.
 * The words of the command line are looked at themselves: it may be they that could not be read.
 */
export function reportFailure(error: unknown, argv: readonly string[], sinks: Sinks = process): number {
  const end = argv.indexOf('--')
  const words = end === -1 ? argv : argv.slice(0, end)
  const failure = failureOf(error)
  if (words.includes('--json')) {
    const { code, message, details } = failure
    sinks.stdout.write(`${JSON.stringify({ error: { code, message, details: toWire(details) } })}\n`)
  } else {
    const { isTTY, columns } = sinks.stderr
    sinks.stderr.write(`${wrapped(linesOf(failure), isTTY ? columns : undefined)}\n`)
  }
  if (!failure.foreseen && words.includes('--debug') && error instanceof Error) {
    sinks.stderr.write(`${error.stack}\n`)
  } else if (!failure.foreseen && !words.includes('--json')) {
    sinks.stderr.write('laku: --debug shows where this came from\n')
  }
  return failure.exitCode
}

/** A line for each thing that is wrong: a configuration can be wrong in several. */
function linesOf({ code, message, details }: Failure): string {
  // What the command line says of itself is a whole sentence already.
  const facts = Object.entries(code.startsWith('cli.') ? {} : (toWire(details) as object))
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const shown = facts.length > 0 ? ` (${facts.join(', ')})` : ''
  const lines = message.split('\n').map((line) => `laku: ${printable(line)}`)
  return `${lines.join('\n')}${printable(shown)}`
}
