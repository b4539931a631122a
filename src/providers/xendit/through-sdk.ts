import type { CallLease } from '../../domain/kernel/proofs/provider-proof.ts'
import type { ProviderHttp } from '../http.ts'

/**
 * Makes one call through an SDK client and returns the raw JSON of the answer. laku's own fetch replaces the
 * SDK's fetch, because the SDK's has no timeout and throws a TypeError on an error page. The SDK's models may
 * fail to read the answer. That does not matter, because only the raw JSON is used.
 */
export async function throughSdk<Client extends object>(
  http: ProviderHttp,
  operation: string,
  client: Client,
  call: (client: Client) => Promise<unknown>,
  lease?: CallLease,
): Promise<unknown> {
  let answer: unknown
  const fetchApi = async (url: string, init: RequestInit) => {
    answer = await http.send(operation, url, init, lease)
    return Response.json(answer)
  }
  Object.assign(client, { fetchApi })
  try {
    await call(client)
  } catch (error) {
    if (answer === undefined) throw error
  }
  return answer
}
