import { newId, requireStaff, type Work } from '../kernel/index.ts'
import { requireStaffTurn } from '../whatsapp/index.ts'
import { notificationErrors } from './errors.ts'
import { deliver, readersById } from './notify-of.ts'
import { staffTemplate } from './staff-texts.ts'

export interface StaffNotice {
  userId: string
  /** The name of the template for the notice: one of `staffTemplates`. */
  template: string
  params?: readonly string[] | undefined
}

/**
 * Sends a user a notice made from a template, by every channel that the user chose (`POST
 * /api/notifications`). `publicUrl` is the shop's public URL, with which the notice's link begins.
 * @throws notification.user_not_found, template_unknown, params_wrong, kernel.forbidden,
 * whatsapp.staff_limited
 */
export async function notifyByStaff(
  work: Work,
  { userId, template: name, params = [] }: StaffNotice,
  publicUrl: string,
): Promise<{ id: string; status: 'queued' }> {
  requireStaff(work.actor, 'support', 'service')
  const template = staffTemplate(name, params)
  const reader = (await readersById(work, [userId])).get(userId)
  if (!reader) throw notificationErrors.user_not_found({ userId })
  await requireStaffTurn(work)
  const id = newId()
  const written = { ...template.write[reader.locale](...params), link: null }
  const notice = { id, dedupeKey: `staff:${id}`, template: name, kind: template.kind, reader, ...written }
  await deliver(work, [notice], publicUrl)
  work.audit({
    command: 'notifications send',
    subject: ['user', userId],
    after: { notificationId: id, template: name },
  })
  return { id, status: 'queued' }
}
