import { type DestinationStream, destination, type Logger, type LoggerOptions, pino } from 'pino'
import { withoutPersonalData } from './personal-data.ts'
import { currentRequestId } from './request-id.ts'

export type { Logger }

/** Adds the id of the current request to a log line, unless the line's logger already carries that id. */
function requestId(_line: object, _level: number, logger: Logger): object {
  const id = currentRequestId()
  return id === undefined || 'request_id' in logger.bindings() ? {} : { request_id: id }
}

/**
 * Creates a logger that writes JSON lines to stderr, from a level upwards and without personal data. Tests
 * read the lines from `stream`.
 */
export function createLogger(
  options: { logLevel: string; name?: string },
  stream: DestinationStream = destination({ fd: 2, sync: true }),
): Logger {
  const settings: LoggerOptions = {
    level: options.logLevel,
    base: { pid: process.pid, process: options.name },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    mixin: requestId,
    // The `log` formatter has already turned the error into plain data, so the serializer changes nothing.
    serializers: { err: (error: unknown) => error },
    formatters: { level: (label) => ({ level: label }), log: withoutPersonalData },
  }
  return cleanChildren(pino(settings, stream))
}

/**
 * Removes personal data from the bindings (the fixed fields) of child loggers. This is needed, because pino's
 * formatters clean log entries, but not bindings.
 */
function cleanChildren(logger: Logger): Logger {
  const child = logger.child
  logger.child = function (this: Logger, bindings, options) {
    // Child loggers inherit this method; `this` is the logger whose child is made.
    return child.call(this, withoutPersonalData(bindings), options)
  } as typeof logger.child
  return logger
}
