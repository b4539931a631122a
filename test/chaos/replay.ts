/**
 * What a replay of webhooks may change: the inbox's own count, the note that staff did it, the queue, and
 * when providers were asked and are next.
 */
export const touchedByReplay = [
  'public.webhook_inbox',
  'public.audit_log',
  'public.provider_pace',
  'public.shipments.track_at',
  'pgboss.job',
  'pgboss.job_common',
]
