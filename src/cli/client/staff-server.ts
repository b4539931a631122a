import type { IncomingMessage, RequestOptions } from 'node:http'
import { pipeline, type Readable } from 'node:stream'
import { CliError, exitCodes, usageError } from '../errors/cli-error.ts'
import { fileTooLarge } from './own-files.ts'
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

interface Unreachable {
  /** The remedy that the server itself named. */
  remedy?: string | undefined
  /** How much of the HTTP request the server may have got. */
  sent?: 'no' | 'perhaps' | 'whole'
}

/** The error for a missing answer: the server cannot be reached, or the connection broke. Exit code 6. */
export class StaffServerUnreachable extends CliError {
  /** The failure alone, without a remedy. */
  readonly why: string
  /** The remedy that the server itself named; undefined if it named none. */
  readonly remedy: string | undefined
  /**
   * How much of the HTTP request the server may have got. If it may have got the whole request, the command
   * may have begun.
   */
  readonly sent: 'no' | 'perhaps' | 'whole'

  constructor(why: string, { remedy, sent = 'no' }: Unreachable = {}) {
    super(
      exitCodes.unavailable,
      'server_away',
      `${why}: ${remedy ?? 'is it running, and is the address right?'}`,
    )
    this.why = why
    this.remedy = remedy
    this.sent = sent
  }
}

/**
 * The error for a server that is older than this client: it does not speak the client's protocol, or does not
 * have the command or an option of it. Exit code 2. The server began nothing.
 */
export class OlderServer extends CliError {
  /** The failure alone, without a remedy. */
  readonly why: string
  readonly remedy: string

  constructor(code: string, why: string, remedy: string) {
    super(exitCodes.usage, code, `${why}: ${remedy}`)
    this.why = why
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
  /** The signal that cancels the call. */
  signal?: AbortSignal | undefined
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
  { method, path, line, file, code, signal }: Call,
): Promise<IncomingMessage> {
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new CliError(
      exitCodes.notAllowed,
      'token_refused',
      'this text cannot be a staff token: it is empty, or contains a space or another sign that no token has. Copy the token again, alone and whole.',
    )
  const url = new URL(path, `${server}/`)
  // `getBuiltinModule` is used because an import would read every export of the module. One of these exports
  // loads another kind of HTTP client, which costs 60 ms of processor time.
  const { request } =
    url.protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http')
  const options: RequestOptions = {
    method,
    ...(signal && { signal }),
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
    const outgoing = request(url, options, (answer) => {
      // The server refused the request, so the client stops sending the rest of a large file.
      if (answer.statusCode !== 200) answer.once('end', () => outgoing.destroy())
      resolve(answer)
    })
    outgoing.setTimeout(SILENCE_MS, () => outgoing.destroy(new Error('it is silent')))
    outgoing.on('error', (error) => reject(notReached(server, error, outgoing.writableFinished)))
    if (line !== undefined) outgoing.write(line)
    // If the command's file cannot be read to its end, the HTTP request breaks off, and the server does not
    // begin the command.
    if (file) {
      file.once('error', (error) => reject(usageError(`the file cannot be read (${codeOf(error)})`)))
      pipeline(file, outgoing, () => {})
    } else outgoing.end()
  })
}

/** Node's codes for a certificate that this machine does not trust (Node's documentation of TLS errors). */
const untrusted =
  /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)/

/** Returns the error for an HTTP request that got no answer. */
function notReached(server: string, error: Error, isWhole: boolean): CliError {
  const code = codeOf(error)
  if (untrusted.test(code))
    return new CliError(
      exitCodes.unavailable,
      'certificate',
      `this machine does not trust the certificate of ${server} (${code}), so your token was not sent. Correct the certificate, or name the file of its authority with NODE_EXTRA_CA_CERTS.`,
    )
  return new StaffServerUnreachable(`${server} does not answer (${code})`, { sent: isWhole ? 'whole' : 'no' })
}

const codeOf = (error: Error) => ('code' in error && error.code ? String(error.code) : error.message)

/**
 * Throws if the answer lacks the header with the version of laku's protocol: then the server is not a laku
 * server.
 */
function requireSameLanguage({ server }: StaffServerAddress, answer: IncomingMessage): void {
  const { headers, statusCode = 0 } = answer
  if (headers[PROTOCOL_HEADER] !== undefined) return
  answer.resume()
  if (statusCode >= 500)
    throw new StaffServerUnreachable(`${server} does not answer (status ${statusCode})`, {
      sent: statusCode === 504 ? 'whole' : 'perhaps',
    })
  // The proxy has too many requests, or took this one for too slow, and passed nothing on.
  if (statusCode === 429 || statusCode === 408)
    throw new StaffServerUnreachable(`${server} does not answer (status ${statusCode})`)
  if (statusCode === 413)
    throw new CliError(
      exitCodes.usage,
      'refused_by_proxy',
      `something before the staff server at ${server} refuses a request of this size (status 413). Raise its limit to 50 MB, or send a smaller file.`,
    )
  throw new CliError(
    exitCodes.unavailable,
    'no_staff_door',
    `${server} is not a staff server of laku (status ${statusCode}). Give the address of LAKU_STAFF_PORT, or of the proxy in front of it.`,
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
    return new OlderServer(
      'no_such_command',
      `the server ${server} (laku ${String(details.server_version)}) does not have the command laku ${String(details.command)} of your laku ${version}`,
      'the server is older, so upgrade it first',
    )
  if (code === 'staff_door.no_such_option' && Array.isArray(details.options))
    return new OlderServer(
      'no_such_option',
      `the server ${server} (laku ${String(details.server_version)}) does not know ${details.options.map(String).join(', ')} of laku ${String(details.command)} of your laku ${version}`,
      'the server is older, so upgrade it first, or leave this out',
    )
  if (answer.statusCode === 404 && code === 'auth.command_run_not_found')
    return new CliError(exitCodes.notFound, 'no_such_run', message)
  if (answer.statusCode === 409) return new CliError(exitCodes.conflict, 'conflict', message, details)
  if (answer.statusCode === 413 || code === 'staff_door.file_too_large') return fileTooLarge()
  if (code === 'staff_door.installed_over')
    return new StaffServerUnreachable(`${server} runs no commands now`, { remedy: message })
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
  if (PROTOCOL < Number(spoken))
    return new CliError(
      exitCodes.usage,
      'other_version',
      `your laku ${version} is too old for the server ${server} (laku ${String(theirs)}): install laku ${String(theirs)} here`,
    )
  return new OlderServer(
    'other_version',
    `the server ${server} (laku ${String(theirs)}) is too old for your laku ${version}`,
    `upgrade the server, or install laku ${String(theirs)} here`,
  )
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
      { sent: 'whole' },
    )
  }
}
