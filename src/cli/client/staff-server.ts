import type { IncomingMessage, RequestOptions } from 'node:http'
import { pipeline, type Readable } from 'node:stream'
import { CliError, exitCodes } from '../errors/cli-error.ts'
import {
  PROTOCOL,
  PROTOCOL_HEADER,
  SECOND_FACTOR_HEADER,
  type StreamLine,
  VERSION_HEADER,
} from './protocol.ts'
import { version } from './version.ts'

/** The address of a shop's staff server, and the token of the person who uses it. */
export interface StaffServerAddress {
  server: string
  token: string
}

/** The error for a missing answer: the server cannot be reached, or the connection broke. */
export class StaffServerUnreachable extends Error {
  /** The remedy that the server itself named; undefined if it named none. */
  readonly remedy: string | undefined

  constructor(message: string, remedy?: string) {
    super(message)
    this.remedy = remedy
  }
}

// The time without data from the server after which the connection counts as broken (ms). It is 35 s, because
// a server sends a heartbeat every ten seconds and three heartbeats are then missing.
const SILENCE_MS = 35_000

export interface Call {
  method: 'GET' | 'POST'
  path: string
  /** The first line of the HTTP request's body; the bytes of the command's file follow this line. */
  line?: string
  file?: Readable | undefined
  /** The code from the second factor of the person who gives the command. */
  code?: string | undefined
}

/**
 * Makes one HTTP call to the staff server and returns the answer if its status is a success. Throws
 * StaffServerUnreachable, or a CliError for the server's refusal.
 */
export async function call(staffServer: StaffServerAddress, asked: Call): Promise<IncomingMessage> {
  const answer = await send(staffServer, asked)
  requireSameLanguage(staffServer, answer)
  if (answer.statusCode === 200) return answer
  throw await refusal(staffServer, answer)
}

async function send(
  { server, token }: StaffServerAddress,
  { method, path, line, file, code }: Call,
): Promise<IncomingMessage> {
  const url = new URL(path, `${server}/`)
  // `getBuiltinModule` is used because an import would read every export of the module. One of these exports
  // loads another kind of HTTP client, which costs 60 ms of processor time.
  const { request } =
    url.protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http')
  const options: RequestOptions = {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      [PROTOCOL_HEADER]: String(PROTOCOL),
      [VERSION_HEADER]: version,
      ...(code !== undefined && { [SECOND_FACTOR_HEADER]: code }),
      ...(line !== undefined && { 'content-type': 'application/x-ndjson' }),
      ...(line !== undefined && !file && { 'content-length': String(Buffer.byteLength(line)) }),
    },
  }
  return await new Promise((resolve, reject) => {
    const outgoing = request(url, options, resolve)
    outgoing.setTimeout(SILENCE_MS, () => outgoing.destroy(new Error('it is silent')))
    outgoing.on('error', (error) =>
      reject(new StaffServerUnreachable(`${server} does not answer (${codeOf(error)})`)),
    )
    if (line !== undefined) outgoing.write(line)
    // If the command's file cannot be read to its end, the HTTP request breaks off, and the server does not
    // begin the command.
    if (file) pipeline(file, outgoing, () => {})
    else outgoing.end()
  })
}

const codeOf = (error: Error) => ('code' in error && error.code ? String(error.code) : error.message)

/**
 * Throws if the answer lacks the header with the version of laku's protocol: then the server is not a laku
 * server.
 */
function requireSameLanguage({ server }: StaffServerAddress, answer: IncomingMessage): void {
  const spoken = answer.headers[PROTOCOL_HEADER]
  if (spoken !== undefined) return
  answer.resume()
  if ((answer.statusCode ?? 0) >= 500)
    throw new StaffServerUnreachable(`${server} does not answer (status ${answer.statusCode})`)
  throw new CliError(
    exitCodes.unavailable,
    'no_staff_door',
    `${server} is not a staff server of laku (status ${answer.statusCode}). Give the address of LAKU_STAFF_PORT, or of the proxy in front of it.`,
  )
}

interface Refused {
  code?: string
  message?: string
  details?: Record<string, unknown>
}

async function refusal({ server }: StaffServerAddress, answer: IncomingMessage): Promise<Error> {
  answer.setEncoding('utf8')
  let text = ''
  for await (const piece of answer) text += piece
  let refused: Refused = {}
  try {
    refused = JSON.parse(text) as Refused
  } catch {
    // The body of the refusal is no JSON, so the refusal is not from the staff server. Something between the
    // client and the server has answered.
  }
  const { code = '', message = '', details = {} } = refused
  if (code === 'staff_door.other_version') return otherVersion(server, details)
  if (code === 'staff_door.token_refused')
    return new CliError(
      exitCodes.notAllowed,
      'token_refused',
      `your token is not valid at ${server} (unknown, expired or revoked). Ask an administrator for a new one, then run laku login --server ${server}`,
    )
  if (code === 'staff_door.no_such_command' && details.command !== undefined)
    return new CliError(
      exitCodes.usage,
      'no_such_command',
      `the server ${server} (laku ${String(details.server_version)}) does not have the command laku ${String(details.command)} of your laku ${version}. The server is older: upgrade it first.`,
    )
  if (answer.statusCode === 404 && code === 'auth.command_run_not_found')
    return new CliError(exitCodes.notFound, 'no_such_run', message)
  if (answer.statusCode === 409) return new CliError(exitCodes.conflict, 'conflict', message, details)
  if (answer.statusCode === 413 || code === 'staff_door.file_too_large')
    return new CliError(
      exitCodes.usage,
      'file_too_large',
      'the file is larger than 50 MB. Split it into smaller files.',
    )
  if (code === 'staff_door.installed_over')
    return new StaffServerUnreachable(`${server} runs no commands now`, message)
  if ((answer.statusCode ?? 0) >= 500)
    return new StaffServerUnreachable(`${server} failed (${code || answer.statusCode})`)
  return new CliError(
    exitCodes.usage,
    'refused',
    `${server} refused: ${message || `status ${answer.statusCode}`} ${details.problems ? JSON.stringify(details.problems) : ''}`.trimEnd(),
  )
}

function otherVersion(server: string, details: Record<string, unknown>): CliError {
  const { server_version: theirs, server_protocol: spoken } = details
  const isOlder = PROTOCOL < Number(spoken)
  const what = isOlder
    ? `your laku ${version} is too old for the server ${server} (laku ${String(theirs)}): install laku ${String(theirs)} here`
    : `the server ${server} (laku ${String(theirs)}) is too old for your laku ${version}: upgrade the server, or install laku ${String(theirs)} here`
  return new CliError(exitCodes.usage, 'other_version', what)
}

/**
 * Yields the lines of the server's answer until the answer ends. Throws StaffServerUnreachable if the
 * connection breaks before that.
 */
export async function* linesOf(
  staffServer: StaffServerAddress,
  answer: IncomingMessage,
): AsyncGenerator<StreamLine> {
  answer.setEncoding('utf8')
  let rest = ''
  try {
    for await (const piece of answer) {
      const lines = (rest + String(piece)).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line !== '') yield JSON.parse(line) as StreamLine
    }
  } catch (error) {
    throw new StaffServerUnreachable(
      `the connection to ${staffServer.server} broke (${codeOf(error as Error)})`,
    )
  }
}
