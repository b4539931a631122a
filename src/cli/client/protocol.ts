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

/** A server that has nothing to say says that it lives, so often. */
export const HEARTBEAT_MS = 10_000

/** One question to the person at the terminal. */
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
  /** Under one key a command is done once. The id where none is given. */
  key?: string
  /** The third word where the command has one: `quarantine list` of payments. */
  path: readonly string[]
  /** Arguments and options as they were typed, by their camelCase names. */
  input: Record<string, unknown>
  json: boolean
  quiet: boolean
  debug: boolean
  /** Somebody may be asked. */
  mayAsk: boolean
  answers: readonly string[]
  /** By what the client knows who asks: `LAKU_TOKEN`, `laku login`. */
  knownBy?: string
  terminal?: TerminalFacts
  /** The file that follows, by the name that was typed, or why the client could not read it. */
  file?: { name: string; error?: string }
}

/** A failure as it is printed. */
export interface PrintedFailure {
  code: string
  message: string
  details: Record<string, unknown>
  exitCode: number
  /** False for what nobody foresaw: then the stack is worth seeing. */
  foreseen: boolean
  stack?: string
}

/** One line of the stream. */
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
  /** A part of a file to be written where the client stands; the first part says how it is made. */
  | { file: string; data: string; mode?: number }
  /** It cannot go on without this: the stream ends, and the command is said again with its answer. */
  | { ask: Question }
  /** A question that was answered; what was said before it is known to who answered it. */
  | { answered: number }
  | { failure: PrintedFailure }
  | { end: number }

/** A line as it is sent: its number, by which a stream is taken up again. */
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
