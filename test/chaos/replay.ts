/**
 * The tables and columns that a replay of webhooks may change: the inbox's count, the audit log, the job
 * queue, the times at which a provider was asked or will be asked, and the record of the replay's own
 * command, which is kept if the command takes over 5 s.
 */
export const touchedByReplay = [
  'public.webhook_inbox',
  'public.audit_log',
  'public.command_runs',
  'public.command_run_lines',
  'public.provider_pace',
  'public.shipments.track_at',
  'pgboss.job',
  'pgboss.job_common',
]
