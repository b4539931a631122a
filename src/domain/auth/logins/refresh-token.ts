import { randomBytes } from 'node:crypto'
import type { Vault } from '../../kernel/index.ts'

const PURPOSE = 'auth.refresh'
const ISSUED = 'auth.refresh.issued'
const SIGNED_BYTES = 16
const BRANCH_BYTES = 6

/** The content of a refresh token whose signature is verified. */
export interface IssuedToken {
  authSessionId: string
  /**
   * The id of the sequence of refresh tokens to which this token belongs. If two browser tabs refresh a
   * log-in at the same time, each tab continues with a sequence of its own.
   */
  branch: string
  /** The ordinal number of this token in its sequence of refresh tokens. */
  generation: number
}

export function newBranch(): string {
  return randomBytes(BRANCH_BYTES).toString('hex')
}

/**
 * Returns a fresh refresh token, `<auth session>.<32 bytes>`. The 32 bytes are the id of the token's sequence
 * (`branch`), its number in this sequence (`generation`), 6 random bytes and a signature.
 *
 * No token is stored. The signature shows whether laku issued a token, even one that was replaced long ago.
 */
export function newRefreshToken(vault: Vault, { authSessionId, branch, generation }: IssuedToken): string {
  const said = Buffer.alloc(SIGNED_BYTES)
  said.write(branch, 'hex')
  said.writeUInt32BE(generation, BRANCH_BYTES)
  randomBytes(6).copy(said, BRANCH_BYTES + 4)
  const signature = vault.sign(ISSUED, textOf(authSessionId, said), SIGNED_BYTES)
  const bytes = Buffer.concat([said, signature])
  return `${authSessionId}.${bytes.toString('base64url')}`
}

/**
 * Returns the content of a refresh token that laku signed with the given key; undefined for any other token.
 */
export function issuedToken(vault: Vault, token: string): IssuedToken | undefined {
  const authSessionId = authSessionOf(token)
  if (authSessionId === undefined) return undefined
  const bytes = Buffer.from(token.slice(token.indexOf('.') + 1), 'base64url')
  const said = bytes.subarray(0, SIGNED_BYTES)
  if (!vault.isSigned(ISSUED, textOf(authSessionId, said), bytes.subarray(SIGNED_BYTES))) return undefined
  return {
    authSessionId,
    branch: said.toString('hex', 0, BRANCH_BYTES),
    generation: said.readUInt32BE(BRANCH_BYTES),
  }
}

const textOf = (authSessionId: string, said: Buffer) => `${authSessionId} ${said.toString('hex')}`

export function refreshHash(vault: Vault, token: string): string {
  return vault.hmac(PURPOSE, token)
}

/**
 * The format of a token. The last character carries only four bits, so only 16 characters are allowed there.
 * If all 64 were allowed, four different texts would be read as the same token.
 */
const shape = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[\w-]{42}[AEIMQUYcgkosw048]$/

/** Returns the id of the log-in that a refresh token names; undefined if the token has another format. */
export function authSessionOf(token: string): string | undefined {
  return shape.exec(token)?.[1]
}

export function isRefreshHash(vault: Vault, token: string, hash: string): boolean {
  return vault.verify(PURPOSE, token, hash)
}
