/** What a replay of webhooks may change: the inbox's own count, the note that staff did it, the queue, and how often the provider was asked. */
export const touchedByReplay = [
  'public.webhook_inbox',
  'public.audit_log',
  'public.provider_pace',
  'pgboss.job',
  'pgboss.job_common',
]
