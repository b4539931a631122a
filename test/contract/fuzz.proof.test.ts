import fc from 'fast-check'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { FuzzedServer } from './fuzz.ts'

describe('whatever is sent, 5,000 times', () => {
  let server: FuzzedServer
  beforeAll(async () => {
    server = await FuzzedServer.open()
  })
  afterAll(() => server.close())

  it('is answered without a 5xx, and refused with a code', async () => {
    await fc.assert(
      fc.asyncProperty(server.calls(), async (call) => {
        await server.send(call)
      }),
      { numRuns: 5_000 },
    )
    server.expectNoSecretLogged()
  })
})
