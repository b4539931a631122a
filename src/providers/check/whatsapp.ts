import { z } from 'zod'
import { ProviderFailure } from '../../domain/kernel/provider-failure.ts'
import type { ProviderHttp } from '../http.ts'
import { refusalBy } from '../whatsapp/facts.ts'
import { type Template, templates } from '../whatsapp/templates.ts'
import { type Difference, type Ear, fieldsIn, NotConfigured, type Probe, rowsIn } from './probe.ts'

export interface MetaProbes {
  http: ProviderHttp
  ear: Ear
  phoneNumberId: string
  businessId: string | undefined
}

/**
 * The good statuses of a phone number's display name. With any other status, Meta refuses messages from the
 * phone number.
 */
const GOOD_NAMES = ['APPROVED', 'AVAILABLE_WITHOUT_REVIEW']
const MAX_PAGES = 50

/**
 * Makes the probes of Meta. They read the phone number, and the templates that `laku whatsapp templates`
 * lists. They also send a message without a recipient. Meta refuses this message, and the error code shows
 * whether the account is closed.
 */
export function metaProbes({ http, ear, phoneNumberId, businessId }: MetaProbes): Probe[] {
  const provider = 'whatsapp'
  const phoneNumber = async () => {
    const path = `/${encodeURIComponent(phoneNumberId)}`
    const query = { fields: 'id,display_phone_number,verified_name,name_status,quality_rating' }
    await http.call({ operation: 'phone_number', method: 'GET', path, query }, z.unknown())
    const { name_status: name, quality_rating: quality } = fieldsIn(ear.body)
    const differences: Difference[] = []
    if (typeof name === 'string' && !GOOD_NAMES.includes(name))
      differences.push({
        fact: 'meta.phone-number',
        says: `the display name of the number is ${name}`,
        todo: 'request its approval in the WhatsApp manager: messages are refused until then (131037)',
      })
    if (quality === 'RED')
      differences.push({
        fact: 'meta.phone-number',
        says: 'the quality of the number is RED',
        todo: 'look in the WhatsApp manager what was reported: Meta lowers the limits of such a number',
      })
    return { says: `the number exists, quality ${String(quality ?? 'unknown')}`, differences }
  }

  const registered = async () => {
    if (businessId === undefined) throw new NotConfigured('WHATSAPP_BUSINESS_ID is not set')
    const found: Record<string, unknown>[] = []
    let after: string | undefined
    for (let page = 0; page < MAX_PAGES; page++) {
      const path = `/${encodeURIComponent(businessId)}/message_templates`
      const query = { fields: 'name,language,category,status,components', limit: '100', after }
      await http.call({ operation: 'list_templates', method: 'GET', path, query }, z.unknown())
      found.push(...rowsIn(ear.body, 'data'))
      const paging = fieldsIn(fieldsIn(ear.body).paging)
      const next = fieldsIn(paging.cursors).after
      if (typeof paging.next !== 'string' || typeof next !== 'string') break
      after = next
    }
    const differences = templates.flatMap((template) => templateDifferences(template, found))
    return { says: `all ${templates.length} are registered and approved, with the right texts`, differences }
  }
  const toNobody = async () => {
    const path = `/${encodeURIComponent(phoneNumberId)}/messages`
    const json = { messaging_product: 'whatsapp', type: 'text', text: { body: 'laku providers check' } }
    try {
      await http.call({ operation: 'send_nothing', method: 'POST', path, json }, z.unknown())
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error
      const refusal = refusalBy(error.code)
      // A refusal that concerns the account is thrown, because the caller (run-probes.ts) reports it.
      if (!refusal || refusal.reach === 'account') throw error
      if (refusal.reach === 'message')
        return { says: `refused only because of the missing recipient: ${error.code}` }
      const says = `messages are refused: ${refusal.says} (${error.code})`
      return {
        says,
        differences: [{ fact: 'meta.refusals', says, todo: 'nothing, because laku tries again later' }],
      }
    }
    const says = 'a message without a recipient is accepted'
    return {
      says,
      differences: [{ fact: 'meta.refusals', says, todo: 'report it to the maintainers of laku' }],
    }
  }
  return [
    { provider, name: 'phone number', ask: phoneNumber },
    { provider, name: 'templates', ask: registered },
    { provider, name: 'a message to nobody', ask: toNobody },
  ]
}

function templateDifferences(template: Template, found: readonly Record<string, unknown>[]): Difference[] {
  const { name, language, category, body } = template
  const called = `${name} (${language})`
  const fact = 'meta.templates'
  const register = 'register it exactly as laku whatsapp templates prints it'
  const registered = found.find((it) => it.name === name && it.language === language)
  if (!registered) return [{ fact, says: `${called} is not registered`, todo: register }]
  const differences: Difference[] = []
  if (registered.status !== 'APPROVED')
    differences.push({
      fact,
      says: `${called} is ${String(registered.status)}`,
      todo: 'wait for its approval, or look in the WhatsApp manager for the reason; its messages wait until then',
    })
  if (registered.category !== category)
    differences.push({
      fact,
      says: `${called} has the category ${String(registered.category)}, not ${category}`,
      todo: 'register it again in the right category: messages of other categories cost more, or are not delivered',
    })
  // Meta writes the body of an AUTHENTICATION template itself, so that body is not compared with laku's text.
  const text = rowsIn(registered.components).find((part) => String(part.type).toUpperCase() === 'BODY')?.text
  if (category !== 'AUTHENTICATION' && text !== body)
    differences.push({ fact, says: `the registered text of ${called} is different`, todo: register })
  return differences
}

/**
 * Makes the probe of Fonnte's device: it must be connected, and its package must have messages left. The
 * probe sends no message.
 */
export function fonnteProbes({ http, ear }: { http: ProviderHttp; ear: Ear }): Probe[] {
  const device = async () => {
    await http.call({ operation: 'device', method: 'POST', path: '/device' }, z.unknown())
    const { device_status: state, quota } = fieldsIn(ear.body)
    const differences: Difference[] = []
    if (state !== 'connect')
      differences.push({
        fact: 'fonnte.refusals',
        says: `the device is not connected (${String(state)})`,
        todo: 'scan its code again in the dashboard: messages wait until then',
      })
    if (!(Number(quota) > 0))
      differences.push({
        fact: 'fonnte.refusals',
        says: `the package has no messages left (quota ${String(quota)})`,
        todo: 'buy messages, or wait for the new month: messages wait until then',
      })
    return { says: `connected, ${String(quota)} messages left`, differences }
  }
  return [{ provider: 'fonnte', name: 'device', ask: device }]
}
