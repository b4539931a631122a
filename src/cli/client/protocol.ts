import type { Block } from './view.ts'

/**
 * The version of the protocol between client and server; it grows with every change that the other side must
 * know of.
 */
export const PROTOCOL = 1
/** The oldest protocol that this server still speaks. */
export const OLDEST_PROTOCOL = 1

export const PROTOCOL_HEADER = 'laku-protocol'
export const VERSION_HEADER = 'laku-version'
/** The code of who confirms as a second person. */
export const SECOND_FACTOR_HEADER = 'x-second-factor'
/** When the token ends that came, where that is soon. */
export const TOKEN_ENDS_HEADER = 'laku-token-ends'

/** Bytes of a file that goes in with a command. */
export const MAX_FILE_BYTES = 50 * 1024 * 1024

/** A server with nothing to send sends a sign of life at this interval. */
export const HEARTBEAT_MS = 10_000

/** A question to the person at the terminal. */
export interface Question {
  kind: 'text' | 'secret' | 'choose'
  message: string
  choices?: readonly string[]
}

/** Facts of the terminal that a live picture is drawn for; nothing where there is none. */
export interface TerminalFacts {
  width: number
  height: number
  color: boolean
}

/** The request for a command: the first line of the body. A file that the command reads follows as it is. */
export interface CommandRequest {
  /** The id of the run, made by the client, which learns the run's outcome by it. */
  id: string
  /** The idempotency key: a command is done once per key. It defaults to the id. */
  key?: string
  /** The third word where the command has one: `quarantine list` of payments. */
  path: readonly string[]
  /** Arguments and options as they were typed, by their camelCase names. */
  input: Record<string, unknown>
  json: boolean
  quiet: boolean
  debug: boolean
  /** Whether the client can put questions to a person. */
  mayAsk: boolean
  answers: readonly string[]
  /** The source of the client's identity: `LAKU_TOKEN` or `laku login`. */
  knownBy?: string
  terminal?: TerminalFacts
  /** The file that follows: its name as typed, and the error if the client could not read it. */
  file?: { name: string; error?: string }
}

/** A failure as it is printed. */
export interface PrintedFailure {
  code: string
  message: string
  details: Record<string, unknown>
  exitCode: number
  /** False for an unforeseen error: then the stack is worth seeing. */
  foreseen: boolean
  stack?: string
}

/** A line that a server sends while a command runs. */
export type RunEvent =
  /** Bytes of the result as they are. */
  | { out: string }
  /** The one value of --json. */
  | { answer: unknown }
  /** The result for people. */
  | { view: readonly Block[] }
  | { note: string }
  | { progress: { label: string; total: number } | null }
  | { step: string }
  /** A part of a file that the client writes on its machine. The first part carries the file's mode. */
  | { file: string; data: string; mode?: number }
  /**
   * A question that the command cannot go on without: the stream ends, and the client sends the command again
   * with the answer.
   */
  | { ask: Question }
  /**
   * The number of a question that was answered. The person who answered it has already seen all output before
   * it.
   */
  | { answered: number }
  | { failure: PrintedFailure }
  | { end: number }

/** A line as it is sent, with its number: a broken stream is resumed by that number. */
export type StreamLine = ({ n: number } & RunEvent) | { run: string } | { beat: number }

/** The person at the door, and the shop to which they showed a token. */
export interface Greeting {
  id: string
  name: string
  role: string
  environment: string
  database: string
  version: string
  protocol: number
}
