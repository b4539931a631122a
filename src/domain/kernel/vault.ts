import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'

/** The keys that are derived from one LAKU_ENCRYPTION_KEY, one for each purpose, by HKDF-SHA256. */
class KeyRing {
  readonly #master: Buffer
  readonly #keys = new Map<string, KeyObject>()
  /** The id of the encryption key. It shows which key was used, and reveals nothing else about that key. */
  readonly id: string

  constructor(master: string) {
    if (master.length < 16) throw new Error('the encryption key needs 16 characters or more')
    this.#master = Buffer.from(master, 'utf8')
    this.id = this.hmac('key id', '').toString('base64url').slice(0, 8)
  }

  /**
   * Returns the derived key for a purpose. It is made once and kept, because making it costs more than the
   * digest for which it is used.
   */
  key(purpose: string): KeyObject {
    let key = this.#keys.get(purpose)
    if (!key) {
      key = createSecretKey(Buffer.from(hkdfSync('sha256', this.#master, 'laku', purpose, 32)))
      this.#keys.set(purpose, key)
    }
    return key
  }

  hmac(purpose: string, text: string): Buffer {
    return createHmac('sha256', this.key(purpose)).update(text).digest()
  }
}

/**
 * The holder of the encryption keys, which are not in the database. `hmac` makes a digest that proves a text
 * unchanged; `seal` encrypts a text and `open` decrypts it (AES-256-GCM).
 *
 * The first key encrypts and signs. The other keys are from before a change of the key; they only decrypt and
 * verify.
 */
export class Vault {
  readonly #current: KeyRing
  readonly #all: readonly KeyRing[]
  /**
   * The vault with the keys for the ledger's seals (HMACs). If the ledger has no keys of its own, its seals
   * use the same keys as the encrypted values.
   */
  readonly seals: Vault

  constructor(masters: string | readonly string[], seals?: string | readonly string[]) {
    const [current, ...older] = [masters].flat().map((master) => new KeyRing(master))
    if (!current) throw new Error('there is no encryption key')
    this.#current = current
    this.#all = [current, ...older]
    this.seals = seals === undefined ? this : new Vault(seals)
  }

  /** The id of the key that encrypts and signs new values. */
  get keyId(): string {
    return this.#current.id
  }

  /** The ids of all keys that can decrypt. The first is the id of the key that encrypts new values. */
  get keyIds(): string[] {
    return this.#all.map((ring) => ring.id)
  }

  hmac(purpose: string, text: string): string {
    return this.#current.hmac(purpose, text).toString('base64url')
  }

  /**
   * Returns the keyed digests of a text, one under each key. So a value can be looked up even if its stored
   * digest is under an older key.
   */
  hmacs(purpose: string, text: string): string[] {
    return this.#all.map((ring) => ring.hmac(purpose, text).toString('base64url'))
  }

  verify(purpose: string, text: string, expected: string): boolean {
    const given = Buffer.from(expected)
    return this.#all.some((ring) => {
      const actual = Buffer.from(ring.hmac(purpose, text).toString('base64url'))
      return actual.length === given.length && timingSafeEqual(actual, given)
    })
  }

  /** Returns the first bytes of a text's keyed digest, as a short signature. */
  sign(purpose: string, text: string, bytes: number): Buffer {
    return this.#current.hmac(purpose, text).subarray(0, bytes)
  }

  isSigned(purpose: string, text: string, signature: Buffer): boolean {
    return this.#all.some((ring) =>
      timingSafeEqual(ring.hmac(purpose, text).subarray(0, signature.length), signature),
    )
  }

  seal(purpose: string, text: string): string {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#current.key(purpose), iv)
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
  }

  /** Returns the id of the key that encrypted this value; undefined if none of the available keys did. */
  keyIdOf(purpose: string, sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64url')
    return this.#all.find((ring) => {
      try {
        opened(ring, purpose, bytes)
        return true
      } catch {
        return false
      }
    })?.id
  }

  /**
   * Decrypts a value that one of the available keys encrypted; each key is tried until the authentication tag
   * fits.
   */
  open(purpose: string, sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64url')
    for (const ring of this.#all.slice(0, -1)) {
      try {
        return opened(ring, purpose, bytes)
      } catch {
        // This key did not encrypt the value; the next key is tried.
      }
    }
    return opened(this.#all.at(-1) ?? this.#current, purpose, bytes)
  }
}

function opened(ring: KeyRing, purpose: string, bytes: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', ring.key(purpose), bytes.subarray(0, 12))
  decipher.setAuthTag(bytes.subarray(12, 28))
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
}
