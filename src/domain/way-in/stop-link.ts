import type { Vault } from '../kernel/index.ts'

const PURPOSE = 'way_in.stop'
const shape = /^([0-9a-f-]{36})\.([\w-]{43})$/

/**
 * Returns the token by which the holder of the old contact stops a change. The token is signed and not
 * stored.
 */
function stopToken(vault: Vault, changeId: string): string {
  return `${changeId}.${vault.hmac(PURPOSE, changeId)}`
}

/** Returns the id of the change that a token stops; undefined if laku did not sign the token. */
export function readStopToken(vault: Vault, token: string): string | undefined {
  const [, changeId = '', signature = ''] = shape.exec(token) ?? []
  return changeId !== '' && vault.verify(PURPOSE, changeId, signature) ? changeId : undefined
}

export const stopPath = (vault: Vault, changeId: string): string => `/stop/${stopToken(vault, changeId)}`
