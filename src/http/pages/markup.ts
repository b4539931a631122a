/** A piece of HTML that is already escaped. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export const nothing = new Markup('')

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

type Part = Markup | string | number | readonly Markup[]

function markupOf(part: Part): string {
  if (part instanceof Markup) return part.text
  if (typeof part === 'object') return part.map((markup) => markup.text).join('')
  return String(part).replace(/[&<>"']/g, (sign) => entities[sign] as string)
}

/** Builds HTML. Every inserted value is escaped, unless it is Markup already. */
export function markup(texts: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(texts.reduce((html, text, i) => html + markupOf(parts[i - 1] as Part) + text))
}
