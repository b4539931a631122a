import type { Vault } from '../kernel/index.ts'

const PURPOSE = 'way_in.stop'
const shape = /^([0-9a-f-]{36})\.([\w-]{43})$/

/**
 * Returns the token for the link by which the old contact's holder stops a change of the contact. The token
 * is signed and not stored.
 */
function stopToken(vault: Vault, changeId: string): string {
  return `${changeId}.${vault.hmac(PURPOSE, changeId)}`
}

/**
 * Reads the token of a stop link, and returns the id of the change that the link stops; undefined if laku did
 * not sign the token.
 */
export function readStopToken(vault: Vault, token: string): string | undefined {
  const [, changeId = '', signature = ''] = shape.exec(token) ?? []
  return changeId !== '' && vault.verify(PURPOSE, changeId, signature) ? changeId : undefined
}

export const stopPath = (vault: Vault, changeId: string): string => `/stop/${stopToken(vault, changeId)}`
