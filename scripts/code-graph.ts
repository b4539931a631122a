import { globSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { parseSync } from 'oxc-parser'
import { methodOf, type Node, walk } from './syntax.ts'

/** A function, constant or class that is declared at the top level of a file. */
export interface Declaration {
  name: string
  file: string
  node: Node
  /** The declarations that this declaration's code names, in the order of the text. */
  uses: string[]
  /** The declarations that are named inside the arguments of an `emit(…)` call. */
  usesInEmit: string[]
}

/** All declarations, by their key `file#name`. */
export type CodeGraph = ReadonlyMap<string, Declaration>

export const keyOf = (file: string, name: string) => `${file}#${name}`

interface Module {
  declared: Map<string, Node>
  /**
   * The keys of the declarations that the file's local names stand for. A declaration may be re-exported from
   * another file.
   */
  names: Map<string, string>
  /**
   * The keys of the declarations that the file exports, by exported name: its own and those of other files.
   */
  exports: Map<string, string>
}

/** Reads every declaration below src/ with the declarations that it names. Test files are left out. */
export function readCode(root: string): CodeGraph {
  const modules = new Map<string, Module>()
  for (const file of globSync('src/**/*.ts', { cwd: root }).sort()) {
    if (!file.endsWith('.test.ts')) modules.set(file, readModule(root, file))
  }
  const graph = new Map<string, Declaration>()
  for (const [file, { declared, names }] of modules) {
    for (const [name, node] of declared) {
      const keysIn = (some: Node) => {
        const named = namesIn(some).flatMap((inner) => (inner === name ? [] : (names.get(inner) ?? [])))
        const keys = [...named, ...lateImports(file, some)].map((key) => resolve(modules, key))
        return [...new Set(keys.filter((key) => key !== undefined))]
      }
      const usesInEmit = emitsIn(node).flatMap((call) => (call.arguments as Node[]).flatMap(keysIn))
      graph.set(keyOf(file, name), { name, file, node, uses: keysIn(node), usesInEmit })
    }
  }
  return graph
}

/** Returns the calls `work.emit(…)` inside a node of the syntax tree. */
export function emitsIn(node: Node): Node[] {
  const calls: Node[] = []
  walk(node, (inner) => {
    if (inner.type === 'CallExpression' && methodOf(inner) === 'emit') calls.push(inner)
  })
  return calls
}

/**
 * Returns the declarations that can be reached from one declaration, nearest first. Each has the keys of the
 * declarations on the path to it, from the first to itself.
 */
export function reachOf(graph: CodeGraph, from: string): Map<string, string[]> {
  const ways = new Map([[from, [from]]])
  for (const [key, way] of ways) {
    for (const next of graph.get(key)?.uses ?? []) if (!ways.has(next)) ways.set(next, [...way, next])
  }
  return ways
}

function readModule(root: string, file: string): Module {
  const { program } = parseSync(file, readFileSync(join(root, file), 'utf8'))
  const module: Module = { declared: new Map(), names: new Map(), exports: new Map() }
  const pathOf = (source: Node) => pathFrom(file, source)
  const declare = (node: Node, isExported: boolean) => {
    const made = node.type === 'VariableDeclaration' ? (node.declarations as Node[]) : [node]
    for (const otherNode of made) {
      const name = (otherNode.id as Node | null)?.name as string | undefined
      if (!name || otherNode.type.startsWith('TS')) continue
      module.declared.set(name, otherNode)
      module.names.set(name, keyOf(file, name))
      if (isExported) module.exports.set(name, keyOf(file, name))
    }
  }
  for (const node of program.body as unknown as Node[]) {
    const source = node.source as Node | null
    const isOurs = (source?.value as string | undefined)?.startsWith('.')
    if (node.type === 'ImportDeclaration' && source && isOurs) {
      for (const specifier of node.specifiers as Node[]) {
        const imported = (specifier.imported as Node | undefined)?.name as string | undefined
        if (imported)
          module.names.set((specifier.local as Node).name as string, keyOf(pathOf(source), imported))
      }
    } else if (node.type === 'ExportNamedDeclaration' && node.declaration) {
      declare(node.declaration as Node, true)
    } else if (node.type === 'ExportNamedDeclaration') {
      for (const specifier of node.specifiers as Node[]) {
        const local = (specifier.local as Node).name as string
        const key = source ? keyOf(pathOf(source), local) : module.names.get(local)
        if (key) module.exports.set((specifier.exported as Node).name as string, key)
      }
    } else {
      declare(node, false)
    }
  }
  return module
}

const pathFrom = (file: string, source: Node) =>
  posix.normalize(posix.join(dirname(file), source.value as string))

/**
 * Returns the keys of declarations that are imported dynamically: `const { a } = await import('…')`, or
 * `const all = await import('…')`.
 */
function lateImports(file: string, node: Node): string[] {
  const keys: string[] = []
  const whole = new Map<string, string>()
  walk(node, (inner) => {
    const late = (inner.init as Node | null | undefined)?.argument as Node | undefined
    if (inner.type !== 'VariableDeclarator' || late?.type !== 'ImportExpression') return
    const path = pathFrom(file, late.source as Node)
    const id = inner.id as Node
    if (id.type === 'Identifier') whole.set(id.name as string, path)
    for (const property of (id.properties ?? []) as Node[])
      keys.push(keyOf(path, (property.key as Node).name as string))
  })
  walk(node, (inner) => {
    const path = inner.type === 'MemberExpression' && whole.get((inner.object as Node).name as string)
    if (path) keys.push(keyOf(path, (inner.property as Node).name as string))
  })
  return keys
}

/** Follows re-exports to the file that declares a name. */
function resolve(modules: ReadonlyMap<string, Module>, key: string): string | undefined {
  const [file, name] = key.split('#') as [string, string]
  const module = modules.get(file)
  if (module?.declared.has(name)) return key
  const next = module?.exports.get(name)
  return next && next !== key ? resolve(modules, next) : undefined
}

/** Returns the names that code reads. Names of members, keys and types are left out. */
function namesIn(node: Node): string[] {
  const names: string[] = []
  const visit = (inner: Node, parent?: Node) => {
    if (inner.type.startsWith('TS') && !inner.expression) return
    if (inner.type === 'Identifier' && !isLabel(inner, parent)) names.push(inner.name as string)
    for (const value of Object.values(inner)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (child && typeof child === 'object' && 'type' in child) visit(child as Node, inner)
      }
    }
  }
  visit(node)
  return names
}

function isLabel(node: Node, parent: Node | undefined): boolean {
  if (!parent || parent.computed) return false
  if (parent.type === 'MemberExpression') return parent.property === node
  return parent.type === 'Property' && parent.key === node && !parent.shorthand
}
