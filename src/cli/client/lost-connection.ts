import { CliError, exitCodes } from '../errors/cli-error.ts'
import { OlderServer, StaffServerUnreachable } from './staff-server.ts'

/**
 * Adds to a refusal that the command may have begun, if it was sent before and the connection broke then. The
 * refusal is about the second sending: for example, the file has changed meanwhile. `uncertainRun` is the id
 * of the command that may have begun; if it is undefined, the refusal stays as it is.
 */
export function mayHaveBegunBefore(refusal: unknown, uncertainRun: string | undefined): unknown {
  if (uncertainRun === undefined || !(refusal instanceof CliError)) return refusal
  const { exitCode, code, message, details } = refusal
  return new CliError(
    exitCode,
    code.replace(/^cli\./, ''),
    `${message} The command was sent before and may have begun: laku commands show ${uncertainRun} tells it.`,
    { ...details, run: uncertainRun },
  )
}

/**
 * Returns what the client does with an error while `--wait` is given. A server that is older than this client
 * is perhaps being upgraded, so the client waits for it as for one that does not answer.
 */
export function waitedFor(error: unknown): unknown {
  return error instanceof OlderServer
    ? new StaffServerUnreachable(error.why, { remedy: error.remedy })
    : error
}

/**
 * Returns the error for a server that cannot be reached any more, exit code 6. It says what became of the
 * command. The command goes on in the server (`run`), it may have begun there (`uncertainRun`), or it did not
 * begin.
 */
export function serverAway(
  { why, remedy }: StaffServerUnreachable,
  { run, uncertainRun }: { run: string | undefined; uncertainRun: string | undefined },
): CliError {
  const what =
    run !== undefined
      ? `${why}. What was begun goes on in the server, or says that it was interrupted: laku commands attach ${run}`
      : uncertainRun !== undefined
        ? `${why}. The command may have begun: laku commands show ${uncertainRun} tells it. Run it again only if no such command is found.`
        : `${why}: ${remedy ?? 'is it running, and is the address right? --wait 30m waits for it'}`
  const id = run ?? uncertainRun
  return new CliError(exitCodes.unavailable, 'server_away', what, id === undefined ? {} : { run: id })
}
