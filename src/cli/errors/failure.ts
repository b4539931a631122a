import { toWire } from '../../domain/kernel/index.ts'
import { printFailure, type Sinks } from '../client/print-failure.ts'
import type { PrintedFailure } from '../client/protocol.ts'
import { failureOf } from './errors.ts'

/** Prints why a command failed and returns the exit code. */
export function reportFailure(error: unknown, argv: readonly string[], sinks: Sinks = process): number {
  return printFailure(printedFailure(error), argv, sinks)
}

/** Returns a failure in the form in which it is printed here, or sent to the process that prints it. */
export function printedFailure(error: unknown): PrintedFailure {
  const { details, ...failure } = failureOf(error)
  const stack = error instanceof Error && !failure.foreseen ? error.stack : undefined
  return { ...failure, details: toWire(details) as Record<string, unknown>, ...(stack && { stack }) }
}
