import { createHash, createHmac } from 'node:crypto'

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/**
 * Returns an access token as the server signs it. A load test uses it, so that it need not log in a thousand
 * times first.
 */
export function accessToken(secret: string, userId: string): string {
  const kid = createHash('sha256').update(secret).digest('hex').slice(0, 8)
  const iat = Math.floor(Date.now() / 1000)
  const head = base64url({ alg: 'HS256', kid, typ: 'JWT' })
  const claims = base64url({ sub: userId, sid: '00000000-0000-7000-8000-000000000000', iat, exp: iat + 3600 })
  const signature = createHmac('sha256', secret).update(`${head}.${claims}`).digest('base64url')
  return `${head}.${claims}.${signature}`
}
