import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'

/**
 * The keys that the database does not hold, one a purpose, all derived (HKDF-SHA256) from LAKU_ENCRYPTION_KEY.
 * `hmac` proves that a text is as it was written; `seal` and `open` keep it unreadable at rest (AES-256-GCM).
 */
export class Vault {
  readonly #master: Buffer
  readonly #keys = new Map<string, Buffer>()

  constructor(master: string) {
    if (master.length < 16) throw new Error('the encryption key needs 16 characters or more')
    this.#master = Buffer.from(master, 'utf8')
  }

  #key(purpose: string): Buffer {
    let key = this.#keys.get(purpose)
    if (!key) {
      key = Buffer.from(hkdfSync('sha256', this.#master, 'laku', purpose, 32))
      this.#keys.set(purpose, key)
    }
    return key
  }

  /** Tells this key from another, and nothing else about it. */
  get keyId(): string {
    return this.hmac('key id', '').slice(0, 8)
  }

  hmac(purpose: string, text: string): string {
    return createHmac('sha256', this.#key(purpose)).update(text).digest('base64url')
  }

  verify(purpose: string, text: string, expected: string): boolean {
    const actual = Buffer.from(this.hmac(purpose, text))
    const given = Buffer.from(expected)
    return actual.length === given.length && timingSafeEqual(actual, given)
  }

  seal(purpose: string, text: string): string {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#key(purpose), iv)
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
  }

  open(purpose: string, sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', this.#key(purpose), bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(12, 28))
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
  }
}
