import { type DestinationStream, destination, type Logger, type LoggerOptions, pino } from 'pino'
import { withoutPersonalData } from './personal-data.ts'
import { currentRequestId } from './request-id.ts'

export type { Logger }

/** The id of the request that a line is of, unless its logger is the request's own. */
function requestId(_line: object, _level: number, logger: Logger): object {
  const id = currentRequestId()
  return id === undefined || 'request_id' in logger.bindings() ? {} : { request_id: id }
}

/** JSON lines to stderr, at a level and above, without personal data. `stream` is where tests read them. */
export function createLogger(
  options: { logLevel: string; name?: string },
  stream: DestinationStream = destination({ fd: 2, sync: true }),
): Logger {
  const settings: LoggerOptions = {
    level: options.logLevel,
    base: { pid: process.pid, process: options.name },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    mixin: requestId,
    // An error is made plain before it comes to pino's serializer.
    serializers: { err: (error: unknown) => error },
    formatters: { level: (label) => ({ level: label }), log: withoutPersonalData },
  }
  return cleanChildren(pino(settings, stream))
}

/** pino formats what is logged, but not what a child logger is bound to. */
function cleanChildren(logger: Logger): Logger {
  const child = logger.child
  logger.child = function (this: Logger, bindings, options) {
    // Children inherit this method; `this` is the logger whose child is made.
    return child.call(this, withoutPersonalData(bindings), options)
  } as typeof logger.child
  return logger
}
