import { expect, it } from 'vitest'
import { type Declaration, readCode } from './code-graph.ts'
import { type Node, walk } from './syntax.ts'

const graph = readCode(process.cwd())
const keysUnder = (folder: RegExp) => [...graph.keys()].filter((key) => folder.test(key))

function reachedFrom(keys: readonly string[]): Set<string> {
  const reached = new Set(keys)
  for (const key of reached) for (const used of graph.get(key)?.uses ?? []) reached.add(used)
  return reached
}

/**
 * Returns whether a function of the domain is a use case: its first parameter is a `Work` or the context of a
 * procedure.
 */
function isUseCase({ file, node }: Declaration): boolean {
  const made = node.type === 'FunctionDeclaration' ? node : (node.init as Node | null | undefined)
  const isFunction = /^(?:Function|Arrow)/.test(made?.type ?? '')
  const [first] = ((isFunction && made?.params) || []) as Node[]
  if (!file.startsWith('src/domain/') || !first?.typeAnnotation) return false
  let found = false
  walk(first.typeAnnotation as Node, (inner) => {
    if (inner.type === 'Identifier' && /^(Work|\w*Context)$/.test(inner.name as string)) found = true
  })
  return found
}

it('every use case has a command, a route, a job or an event that leads to it', () => {
  const reached = reachedFrom(
    keysUnder(/^src\/(commands|http|jobs)\/|^src\/domain\/composition\/choreography\.ts#choreography$/),
  )
  const useCases = [...graph].filter(([, declaration]) => isUseCase(declaration)).map(([key]) => key)
  expect(useCases.length).toBeGreaterThan(500)
  expect(useCases.filter((key) => !reached.has(key))).toEqual([])
})

it('every job and every room of routes leads to a use case, or to the queue itself', () => {
  const files = Map.groupBy(
    keysUnder(/^src\/(jobs\/\w+\/|http\/routes\/)/),
    (key) => key.split('#')[0] as string,
  )
  expect(files.size).toBeGreaterThan(50)
  const idle = [...files].filter(
    ([, keys]) => ![...reachedFrom(keys)].some((key) => /^src\/(domain|runtime)\//.test(key)),
  )
  expect(idle.map(([file]) => file)).toEqual(['src/http/routes/favicon.ts'])
})
