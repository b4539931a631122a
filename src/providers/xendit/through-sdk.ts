import type { CallLease } from '../../domain/kernel/provider-proof.ts'
import type { ProviderHttp } from '../http.ts'

/**
 * One call through an SDK client, answering the raw JSON. The client's fetch is replaced by ours: it has no
 * timeout of its own and throws a TypeError on an error page. Once there is an answer, what the SDK's models
 * make of it is no matter.
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
