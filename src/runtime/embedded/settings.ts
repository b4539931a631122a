/**
 * The options of the embedded server. `fast` is for tests, which have little data. It switches off parallel
 * plans, and the wait until the disk has stored a write. So the server is faster, but a crash of the machine
 * may lose data. A crash of the server alone loses nothing.
 */
export interface ServerOptions {
  fast?: boolean
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`

/** Returns the whole postgresql.conf, which is written at every start. */
export function serverSettings(socketDir: string, { fast = false }: ServerOptions): string {
  const durable = fast ? 'off' : 'on'
  return `# Written by laku at every start of the embedded server: changes here are lost.
listen_addresses = ''
unix_socket_directories = ${quoted(`"${socketDir}"`)}
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
max_wal_size = 2GB
checkpoint_timeout = 15min
# A base backup goes by the replication protocol.
wal_level = replica
max_wal_senders = 4
fsync = ${durable}
full_page_writes = ${durable}
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
# Plans of short transactions cost more to compile than to run.
jit = off
${fast ? '# A statement over many tables starts parallel processes for 180 ms of work, where one process takes 3 ms.\nmax_parallel_workers_per_gather = 0\n' : ''}log_min_messages = warning
log_line_prefix = '%m [%p] '
# Statements and the details of their errors hold customers' data.
log_error_verbosity = terse
log_min_error_statement = panic
`
}

/**
 * The access rules of the server: everybody who reaches the socket may log in. Only the owner can open the
 * socket's folder, and the server listens nowhere else.
 */
export const hostBasedAccess = `local all all trust
local replication postgres trust
`

/** The statements that run once in a new cluster, one a line, as PostgreSQL's single-user mode wants them. */
export const firstStatements = `create role laku_owner login createdb
create role laku_app login
create role laku_shell login
create database laku owner laku_owner
`
