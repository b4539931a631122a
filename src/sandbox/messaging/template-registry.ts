import { placesIn, templateFaults } from '../../providers/whatsapp/facts.ts'
import { type Fields, fieldsOf, textOf } from '../fields.ts'

/** A WhatsApp template in the form in which a merchant registers it. */
export interface NewTemplate {
  name: string
  language: string
  category: string
  body: string
}

export interface RegisteredTemplate extends NewTemplate {
  id: string
  /** The status of the template: APPROVED, REJECTED, or a status that a test set: PAUSED, DISABLED. */
  status: string
  places: number
  /** The reasons why the template was rejected. */
  faults: string[]
}

/**
 * The WhatsApp templates of the account. A new template is reviewed at once: it is rejected if Meta would
 * not approve its body.
 */
export class TemplateRegistry {
  #byKey = new Map<string, RegisteredTemplate>()
  readonly #first: readonly NewTemplate[]

  /** Registers the templates in `first`, now and after each reset. */
  constructor(first: readonly NewTemplate[]) {
    this.#first = first
    this.clear()
  }

  register(template: NewTemplate): RegisteredTemplate {
    // Meta writes the body of an AUTHENTICATION template itself, with one placeholder for the code.
    const ofMeta = template.category === 'AUTHENTICATION'
    const faults = ofMeta ? [] : templateFaults(template.body)
    const registered = {
      ...template,
      id: String(1000 + this.#byKey.size),
      status: faults.length === 0 ? 'APPROVED' : 'REJECTED',
      places: ofMeta ? 1 : placesIn(template.body),
      faults,
    }
    this.#byKey.set(keyOf(template.name, template.language), registered)
    return registered
  }

  find(name: string, language: string): RegisteredTemplate | undefined {
    return this.#byKey.get(keyOf(name, language))
  }

  list(): RegisteredTemplate[] {
    return [...this.#byKey.values()]
  }

  /**
   * Forgets the templates that were registered since the sandbox's start, and registers those of the start
   * again.
   */
  clear(): void {
    this.#byKey.clear()
    for (const template of this.#first) this.register(template)
  }
}

const keyOf = (name: string, language: string) => `${name} ${language}`

/**
 * Reads a template from a request. The request has either the fields of Meta's management API or the few
 * fields of `PUT /control/templates`.
 */
export function readTemplate(body: Fields): NewTemplate | undefined {
  const components = Array.isArray(body.components) ? body.components.map(fieldsOf) : []
  const text =
    textOf(body.body) ??
    textOf(components.find((component) => String(component.type).toUpperCase() === 'BODY')?.text)
  const [name, language] = [textOf(body.name), textOf(body.language)]
  const category = textOf(body.category)?.toUpperCase() ?? 'UTILITY'
  if (name === undefined || language === undefined) return undefined
  if (text === undefined && category !== 'AUTHENTICATION') return undefined
  return { name, language, category, body: text ?? '' }
}

/** Returns the template as `GET /<business>/message_templates` shows it. */
export function templateAnswer({ id, name, language, category, status, body, faults }: RegisteredTemplate) {
  const components = [{ type: 'BODY', text: body }]
  return {
    id,
    name,
    language,
    category,
    status,
    components,
    ...(faults.length > 0 && { rejected_reason: 'INVALID_FORMAT' }),
  }
}
