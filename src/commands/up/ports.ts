import { createServer } from 'node:net'
import { systemCode } from '../../runtime/data-folder.ts'
import { StartError } from '../../runtime/start-error.ts'

/** Tries a port: listens on it and releases it again. Returns the port, or undefined if the port is taken. */
function tryPort(port: number, host = '127.0.0.1'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error) => {
      if (['EADDRINUSE', 'EACCES'].includes(systemCode(error) ?? '')) resolve(undefined)
      else reject(error)
    })
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address()
      server.close(() => resolve(address && typeof address === 'object' ? address.port : undefined))
    })
  })
}

const TRIES = 50

/** Returns the first of `inARow` consecutive free ports. */
export async function freePorts(inARow: number): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const first = await tryPort(0)
    if (first === undefined || first + inARow > 65_536) continue
    const others = await Promise.all(Array.from({ length: inARow - 1 }, (_, at) => tryPort(first + 1 + at)))
    if (others.every((port) => port !== undefined)) return first
  }
  throw new StartError(2, `no ${inARow} free ports in a row were found on 127.0.0.1`)
}

/**
 * Checks before the start that a port is free. Throws StartError 2, which names the port and the flag that
 * chooses another.
 */
export async function requireFree(port: number, host: string, flag: string): Promise<void> {
  if ((await tryPort(port, host)) !== undefined) return
  throw new StartError(
    2,
    `port ${port} on ${host} is taken: stop what listens there, or choose another with ${flag}`,
  )
}

/** Returns whether something listens on a port; no if this machine does not have the address. */
export async function isTaken(port: number, host: string): Promise<boolean> {
  try {
    return (await tryPort(port, host)) === undefined
  } catch {
    return false
  }
}
