import type { Block } from './view.ts'

/**
 * The version of the protocol between client and server; every change that the other side must know of raises
 * this number.
 */
export const PROTOCOL = 1
/** The oldest protocol that this server still speaks. */
export const OLDEST_PROTOCOL = 1

export const PROTOCOL_HEADER = 'laku-protocol'
export const VERSION_HEADER = 'laku-version'
/** The name of the HTTP header with the second-factor code of the person who confirms the command. */
export const SECOND_FACTOR_HEADER = 'x-second-factor'
/** The name of the HTTP header with the time at which the client's token ends, if that is soon. */
export const TOKEN_ENDS_HEADER = 'laku-token-ends'

/** The largest size of a file that a client may send with a command (bytes). */
export const MAX_FILE_BYTES = 50 * 1024 * 1024

/** The interval at which a server that has nothing to send sends a heartbeat (ms). */
export const HEARTBEAT_MS = 10_000

/**
 * If a client disconnects, the server stops the client's command only if the command just reads and has run
 * for less than this time (ms). Otherwise the command goes on in the server.
 */
export const JOB_AFTER_MS = 5_000

/** A question that a command asks the person at the terminal. */
export interface Question {
  kind: 'text' | 'secret' | 'choose'
  message: string
  choices?: readonly string[]
}

/** The facts about the terminal on which a live view is drawn; absent if there is no terminal. */
export interface TerminalFacts {
  width: number
  height: number
  color: boolean
}

/**
 * The request to run a command: the first line of the HTTP body. If the command reads a file, the file's
 * bytes follow unchanged.
 */
export interface CommandRequest {
  /** The id of the command's run. The client makes this id, and asks for the run's outcome by it. */
  id: string
  /** The idempotency key: a command is carried out once per key. If no key is given, `id` is the key. */
  key?: string
  /**
   * The words that name the command: noun and verb, and a third word where the command has one, like
   * `payments quarantine list`.
   */
  path: readonly string[]
  /** The arguments and options as they were typed, by their camelCase names. */
  input: Record<string, unknown>
  json: boolean
  quiet: boolean
  debug: boolean
  /** True if the client can put questions to a person. */
  mayAsk: boolean
  answers: readonly string[]
  /** The source of the client's identity: `LAKU_TOKEN` or `laku login`. */
  knownBy?: string
  terminal?: TerminalFacts
  /**
   * The file for the command; its bytes follow this request. `name` is as the person typed it; `error` says
   * why the client could not read the file.
   */
  file?: { name: string; error?: string }
}

/** A command's failure in the form in which it is printed. */
export interface PrintedFailure {
  code: string
  message: string
  details: Record<string, unknown>
  exitCode: number
  /** Whether laku foresaw this error. If it did, nobody needs the stack trace. */
  foreseen: boolean
  stack?: string
}

/** A line that a server sends while a command runs. */
export type RunEvent =
  /** A part of the command's result, which the client prints unchanged. */
  | { out: string }
  /** The single JSON value that --json prints. */
  | { answer: unknown }
  /** The command's result for people: texts, tables and fields, which the client draws. */
  | { view: readonly Block[] }
  | { note: string }
  | { progress: { label: string; total: number } | null }
  | { step: string }
  /**
   * A part of a file that the client writes on its machine. The first part carries the file's mode (the
   * access rights).
   */
  | { file: string; data: string; mode?: number }
  /**
   * A question that the command asks the person. It is the last line of the server's answer. Then the client
   * sends the command again, together with the person's answer.
   */
  | { ask: Question }
  /**
   * Reports that the command has got the answer to the question with this number (from 1). If the command ran
   * before, the person has already seen the output up to that question. The client then displays only the
   * output after the question.
   */
  | { answered: number }
  | { failure: PrintedFailure }
  | { end: number }

/**
 * A line of the server's answer while a command runs. Each event has a number `n`, by which the client
 * resumes the answer after a broken connection.
 */
export type StreamLine = ({ n: number } & RunEvent) | { run: string } | { beat: number }

/** The staff server's greeting: the person who holds the token, and the shop to which the token belongs. */
export interface Greeting {
  id: string
  name: string
  role: string
  environment: string
  database: string
  version: string
  protocol: number
}
