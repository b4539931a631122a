import { printable, wrapped } from '../output/format.ts'
import type { PrintedFailure } from './protocol.ts'

export interface Sinks {
  stdout: { write(text: string): unknown }
  stderr: { write(text: string): unknown; isTTY?: boolean; columns?: number }
}

/**
 * Prints why a command failed, as a line for people on stderr or as the one JSON value on stdout, and returns
 * the exit code. This function searches the unparsed command line for flags, because the failure may be that
 * the command line could not be parsed.
 */
export function printFailure(failure: PrintedFailure, argv: readonly string[], sinks: Sinks): number {
  const words = flagsOf(argv)
  if (words.includes('--json')) {
    const { code, message, details } = failure
    sinks.stdout.write(`${JSON.stringify({ error: { code, message, details } })}\n`)
  } else {
    const { isTTY, columns } = sinks.stderr
    sinks.stderr.write(`${wrapped(linesOf(failure), isTTY ? columns : undefined)}\n`)
  }
  if (!failure.foreseen && words.includes('--debug') && failure.stack !== undefined) {
    sinks.stderr.write(`${failure.stack}\n`)
  } else if (!failure.foreseen && !words.includes('--json')) {
    sinks.stderr.write('laku: --debug shows where this came from\n')
  }
  return failure.exitCode
}

/** Returns the words of the command line before `--`: the words after `--` are no flags. */
function flagsOf(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return end === -1 ? argv : argv.slice(0, end)
}

/** Returns one line of text for each fault in a failure: a wrong configuration can have several faults. */
function linesOf({ code, message, details }: PrintedFailure): string {
  // A failure of the command line itself is a whole sentence already, so its details are left out.
  const facts = Object.entries(code.startsWith('cli.') ? {} : details)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const shown = facts.length > 0 ? ` (${facts.join(', ')})` : ''
  const lines = message.split('\n').map((line) => `laku: ${printable(line)}`)
  return `${lines.join('\n')}${printable(shown)}`
}
